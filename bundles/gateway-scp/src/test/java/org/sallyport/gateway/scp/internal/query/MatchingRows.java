package org.sallyport.gateway.scp.internal.query;

/** Keys, values, and whether they match (PS3.4 C.2.2.2): written by hand, by the words of the standard. */
final class MatchingRows {

    /** Keyword, key, value, and whether the key meets it; of attributes that most archives have keys for. */
    static final String USUAL = """
            # Single value matching of text: case counts, spaces around do not (C.2.2.2.1)
            PatientID        | HH-0815     | HH-0815       | true
            PatientID        | HH-0815     | hh-0815       | false
            PatientID        | ' HH-0815 ' | HH-0815       | true
            PatientID        | HH-0815     | HH-08155      | false
            PatientID        | HH-0815     | ''            | false
            StudyDescription | Thorax      | Thorax        | true
            StudyDescription | Thorax      | THORAX        | false
            AccessionNumber  | 00123       | 123           | false
            PatientSex       | F           | F             | true
            PatientSex       | F           | M             | false
            PatientAge       | 054Y        | 054Y          | true
            PatientAge       | 05*         | 054Y          | false
            # Universal matching: whatever there is, and nothing too (C.2.2.2.3)
            PatientID        | ''          | ''            | true
            PatientID        | ''          | HH-0815       | true
            PatientID        | *           | ''            | true
            PatientName      | *           | ''            | true
            PatientName      | **          | Sample^Anna   | true
            StudyDate        | ''          | ''            | true
            # Wild card matching (C.2.2.2.4)
            PatientID        | HH*         | HH-0815       | true
            PatientID        | *08*        | HH-0815       | true
            PatientID        | *0815       | HH-0815       | true
            PatientID        | HH-????     | HH-0815       | true
            PatientID        | HH-???      | HH-0815       | false
            PatientID        | hh*         | HH-0815       | false
            PatientID        | HH*         | ''            | false
            PatientID        | ?           | ''            | false
            PatientID        | *           | HH-0815       | true
            PatientID        | H*8*5       | HH-0815       | true
            PatientID        | H*8*6       | HH-0815       | false
            PatientID        | a.c         | abc           | false
            PatientID        | a.*         | abc           | false
            PatientID        | [ab]*       | abc           | false
            StudyDescription | *ax*        | CT Thorax     | true
            # Names: without regard to case, accents, and empty components at the end (C.2.2.2.1)
            PatientName      | Sample^Anna | Sample^Anna   | true
            PatientName      | sample^anna | SAMPLE^ANNA   | true
            PatientName      | Sample^Anna | Sample^Anna^^^| true
            PatientName      | Sample^Anna^^^ | Sample^Anna | true
            PatientName      | Sample      | Sample^Anna   | false
            PatientName      | Sample*     | Sample^Anna   | true
            PatientName      | *anna       | Sample^Anna   | true
            PatientName      | *^anna*     | Sample^Anna^Maria | true
            PatientName      | S?mple^*    | Sample^Anna   | true
            PatientName      | Mueller     | Müller        | false
            PatientName      | Muller^*    | Müller^Jürgen | true
            PatientName      | MÜLLER^JÜRGEN | müller^jürgen | true
            PatientName      | Sorensen    | Sørensen      | true
            PatientName      | Lodz*       | Łódź^Ewa      | true
            PatientName      | Strasse     | Straße        | true
            PatientName      | Aeroe*      | Ærøe^Bo       | true
            PatientName      | Sample ^ Anna | Sample^Anna | true
            PatientName      | Sample Anna | Sample^Anna   | false
            # By component group (PS3.5 6.2.1): a key of one group meets any of them
            PatientName      | Yamada^*    | Yamada^Tarou=山田^太郎=やまだ^たろう | true
            PatientName      | 山田^太郎   | Yamada^Tarou=山田^太郎=やまだ^たろう | true
            PatientName      | やまだ*     | Yamada^Tarou=山田^太郎=やまだ^たろう | true
            PatientName      | =山田*      | Yamada^Tarou=山田^太郎=やまだ^たろう | true
            PatientName      | =やまだ*    | Yamada^Tarou=山田^太郎=やまだ^たろう | false
            PatientName      | ==やまだ*   | Yamada^Tarou=山田^太郎=やまだ^たろう | true
            PatientName      | Yamada^Tarou=山田^太郎 | Yamada^Tarou=山田^太郎=やまだ^たろう | true
            PatientName      | Yamada^Tarou=田中* | Yamada^Tarou=山田^太郎=やまだ^たろう | false
            PatientName      | Yamada^Tarou=山田^太郎 | Yamada^Tarou | false
            PatientName      | =*          | Yamada^Tarou  | true
            # Several names: one of them has to match
            PatientName      | nobody\\sample^anna | Sample^Anna | true
            PatientName      | nobody\\none | Sample^Anna | false
            # No other mark stands for anything
            PatientName      | Sample[*]   | Sample[x]     | true
            PatientName      | Sample[*]   | Samplex       | false
            # The marks of kana are no accents
            PatientName      | はは        | ばば          | false
            # Dates and ranges of them (C.2.2.2.5)
            StudyDate        | 20240117    | 20240117      | true
            StudyDate        | 20240117    | 20240118      | false
            StudyDate        | 20240117    | ''            | false
            StudyDate        | 20240101-20240131 | 20240101 | true
            StudyDate        | 20240101-20240131 | 20240131 | true
            StudyDate        | 20240101-20240131 | 20240201 | false
            StudyDate        | 20240101-   | 20991231      | true
            StudyDate        | 20240101-   | 20231231      | false
            StudyDate        | -20240131   | 19000101      | true
            StudyDate        | -20240131   | 20240131      | true
            StudyDate        | -20240131   | 20240201      | false
            StudyDate        | 20240131-20240101 | 20240115 | false
            StudyDate        | 20240117    | 2024.01.17    | true
            StudyDate        | 20240101-20241231 | notadate | false
            # Times: fewer digits stand for all that they leave open
            StudyTime        | 1030        | 103000        | true
            StudyTime        | 1030        | 103059.999999 | true
            StudyTime        | 1030        | 103100        | false
            StudyTime        | 10          | 105959        | true
            StudyTime        | 103015.5    | 103015.55     | true
            StudyTime        | 103015.5    | 103015.6      | false
            StudyTime        | 0800-1200   | 080000        | true
            StudyTime        | 0800-1200   | 120059        | true
            StudyTime        | 0800-1200   | 120100        | false
            StudyTime        | 0800-1200   | 0759          | false
            StudyTime        | 0800-       | 235959        | true
            StudyTime        | -0800       | 000000        | true
            StudyTime        | 235960      | 235960        | true
            StudyTime        | 0800-1200   | ''            | false
            # Lists of UIDs (C.2.2.2.2)
            StudyInstanceUID | 1.2.3       | 1.2.3         | true
            StudyInstanceUID | 1.2.3       | 1.2.33        | false
            StudyInstanceUID | 1.2.4\\1.2.3 | 1.2.3        | true
            StudyInstanceUID | 1.2.4\\1.2.5 | 1.2.3        | false
            # Numbers by what they count
            SeriesNumber     | 3           | 3             | true
            SeriesNumber     | 03          | 3             | true
            SeriesNumber     | 3           | 30            | false
            InstanceNumber   | +7          | 7             | true
            PatientWeight    | 61.5        | 61.50         | true
            PatientWeight    | 6.15e1      | 61.5          | true
            PatientWeight    | 61.5        | 61.51         | false
            """;

    /** Of other attributes. */
    static final String OTHERS = """
            # Any value of the attribute may meet it
            ImageType        | PRIMARY     | ORIGINAL\\PRIMARY\\AXIAL | true
            ImageType        | PRIM*       | ORIGINAL\\PRIMARY\\AXIAL | true
            ImageType        | DERIVED     | ORIGINAL\\PRIMARY\\AXIAL | false
            # One of several asked for
            ModalitiesInStudy| CT\\MR      | MR            | true
            ModalitiesInStudy| CT\\MR      | PT\\MR        | true
            ModalitiesInStudy| CT\\MR      | PT            | false
            ModalitiesInStudy| C?          | CR\\PR        | true
            # Date-times, with offsets from UTC
            AcquisitionDateTime | 20240117103000 | 20240117103000.5 | true
            AcquisitionDateTime | 2024     | 20240117103000 | true
            AcquisitionDateTime | 2023     | 20240117103000 | false
            AcquisitionDateTime | 20240117-20240118 | 20240118235959 | true
            AcquisitionDateTime | 20240117-20240118 | 20240119000000 | false
            AcquisitionDateTime | 202401171030+0100 | 20240117093000+0000 | true
            AcquisitionDateTime | 202401171030+0100 | 20240117103000+0000 | false
            AcquisitionDateTime | 2024011710-0500 | 20240117150000 | true
            AcquisitionDateTime | 2024011710-0500-2024011712-0500 | 20240117165959 | true
            AcquisitionDateTime | 2024011710-0500-2024011712-0500 | 20240117180000 | false
            AcquisitionDateTime | -2024011710-0500 | 20240117150000 | true
            AcquisitionDateTime | 2024011710-0500- | 20240117145959 | false
            # Lists of UIDs (C.2.2.2.2)
            SOPClassUID      | 1.2.4\\1.2.3 | 1.2.3        | true
            # Numbers by what they count
            Rows             | 512         | 512           | true
            Rows             | 512         | 256           | false
            """;

    private MatchingRows() {}
}
