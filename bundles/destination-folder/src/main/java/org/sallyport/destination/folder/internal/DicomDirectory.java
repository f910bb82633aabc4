package org.sallyport.destination.folder.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.data.VR;

/**
 * A DICOMDIR: Media Storage Directory (PS3.10 8.6, PS3.3 F) of one study, PATIENT – STUDY – SERIES – instances. Values that a record needs and an
 * instance lacks are made up as dcmmkdir does: numbers in order, 1900-01-01.
 */
final class DicomDirectory {

    private static final String SOP_CLASS = "1.2.840.10008.1.3.10";
    private static final int IN_USE = 0xFFFF;

    /** Item and Item Delimitation Item around a record of undefined length (PS3.5 7.5.2). */
    private static final int ITEM_HEADER = 8;

    private static final int ITEM = 16;

    /** Tag, VR, two bytes and the undefined length of a sequence in explicit VR (PS3.5 7.1.2). */
    private static final int SEQUENCE_HEADER = 12;

    /** A record with those below it. */
    private static final class Entry {

        private final DataSet dataSet;
        private final List<Entry> lower = new ArrayList<>();
        private long offset;

        Entry(DataSet dataSet) {
            this.dataSet = dataSet;
        }
    }

    private DicomDirectory() {}

    /**
     * @param root folder of the File-set
     * @param paths of its files, each a folder and a name, see {@link FileIds#PATH}; at least one
     */
    static byte[] of(Path root, List<String> paths) throws IOException {
        Entry patient = null;
        Entry study = null;
        Map<String, Entry> series = new LinkedHashMap<>();
        for (String path : paths) {
            InstanceHeader header = InstanceHeader.read(root.resolve(path));
            if (patient == null || study == null) {
                patient = new Entry(patient(header));
                study = new Entry(study(header));
                patient.lower.add(study);
            }
            Entry above = series.get(header.seriesInstanceUid());
            if (above == null) {
                above = new Entry(series(header, series.size() + 1));
                series.put(header.seriesInstanceUid(), above);
                study.lower.add(above);
            }
            above.lower.add(new Entry(instance(header, path, above.lower.size() + 1)));
        }
        return encode(Objects.requireNonNull(patient, "at least one file"));
    }

    // Records

    private static DataSet patient(InstanceHeader header) {
        DataSet record = record("PATIENT", header);
        copy(header, record, Tag.PatientName, null);
        copy(header, record, Tag.PatientID, "UNKNOWN");
        return record;
    }

    private static DataSet study(InstanceHeader header) {
        DataSet record = record("STUDY", header);
        copy(header, record, Tag.StudyDate, "19000101");
        copy(header, record, Tag.StudyTime, "000000");
        copy(header, record, Tag.StudyDescription, null);
        copy(header, record, Tag.StudyInstanceUID, null);
        copy(header, record, Tag.StudyID, "1");
        copy(header, record, Tag.AccessionNumber, null);
        return record;
    }

    private static DataSet series(InstanceHeader header, int number) {
        DataSet record = record("SERIES", header);
        copy(header, record, Tag.Modality, "OT");
        copy(header, record, Tag.SeriesInstanceUID, null);
        copy(header, record, Tag.SeriesNumber, String.valueOf(number));
        return record;
    }

    private static DataSet instance(InstanceHeader header, String path, int number) {
        DirectoryRecordType type = DirectoryRecordType.of(header.meta().mediaStorageSopClassUid());
        DataSet record = record(type.text(), header);
        int slash = path.indexOf('/');
        record.setString(Tag.ReferencedFileID, path.substring(0, slash), path.substring(slash + 1));
        record.setString(Tag.ReferencedSOPClassUIDInFile, header.meta().mediaStorageSopClassUid());
        record.setString(Tag.ReferencedSOPInstanceUIDInFile, header.meta().mediaStorageSopInstanceUid());
        record.setString(Tag.ReferencedTransferSyntaxUIDInFile, header.meta().transferSyntaxUid());
        copy(header, record, Tag.InstanceNumber, String.valueOf(number));
        for (int tag : type.takes()) {
            if (header.dataSet().contains(tag)) {
                record.put(Objects.requireNonNull(header.dataSet().get(tag)));
            }
        }
        return record;
    }

    private static DataSet record(String type, InstanceHeader header) {
        DataSet record = new DataSet();
        record.setInt(Tag.OffsetOfTheNextDirectoryRecord, 0);
        record.setInt(Tag.RecordInUseFlag, IN_USE);
        record.setInt(Tag.OffsetOfReferencedLowerLevelDirectoryEntity, 0);
        record.setString(Tag.DirectoryRecordType, type);
        Element characterSet = header.dataSet().get(Tag.SpecificCharacterSet);
        if (characterSet != null && !characterSet.isEmpty()) {
            record.put(characterSet);
        }
        return record;
    }

    /** @param otherwise for a value that must not be empty; null = it may */
    private static void copy(InstanceHeader header, DataSet record, int tag, @Nullable String otherwise) {
        Element element = header.dataSet().get(tag);
        if (element != null && !header.text(tag).isEmpty()) {
            record.put(element);
        } else if (otherwise == null) {
            record.put(Element.empty(tag, Dictionary.vrOf(tag)));
        } else {
            record.setString(tag, otherwise);
        }
    }

    // Encoding

    private static byte[] encode(Entry root) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileMetaInformation.ours(
                        SOP_CLASS, Uids.fromUuid(UUID.randomUUID()), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid())
                .write(out);
        List<Entry> all = new ArrayList<>();
        collect(root, all);
        long position = (long) out.size() + encoded(fileSet(0)).length + SEQUENCE_HEADER;
        for (Entry entry : all) {
            entry.offset = position;
            position += ITEM + encoded(entry.dataSet).length;
        }
        link(List.of(root));
        DataSet dataSet = fileSet(root.offset);
        dataSet.setItems(
                Tag.DirectoryRecordSequence,
                all.stream().map(entry -> entry.dataSet).toArray(DataSet[]::new));
        out.write(encoded(dataSet));
        if (out.size() != position + ITEM_HEADER) {
            throw new IllegalStateException("the DICOMDIR's offsets do not fit its records");
        }
        return out.toByteArray();
    }

    private static void collect(Entry entry, List<Entry> to) {
        to.add(entry);
        entry.lower.forEach(lower -> collect(lower, to));
    }

    private static void link(List<Entry> siblings) {
        for (int i = 0; i < siblings.size(); i++) {
            Entry entry = siblings.get(i);
            entry.dataSet.setInt(
                    Tag.OffsetOfTheNextDirectoryRecord, i + 1 < siblings.size() ? siblings.get(i + 1).offset : 0);
            if (!entry.lower.isEmpty()) {
                entry.dataSet.setInt(Tag.OffsetOfReferencedLowerLevelDirectoryEntity, entry.lower.get(0).offset);
                link(entry.lower);
            }
        }
    }

    /** The File-set's own attributes (PS3.3 F.3.2.1, F.3.2.2). */
    private static DataSet fileSet(long root) {
        DataSet dataSet = new DataSet();
        dataSet.put(Element.empty(Tag.FileSetID, VR.CS));
        dataSet.setInt(Tag.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity, root);
        dataSet.setInt(Tag.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity, root);
        dataSet.setInt(Tag.FileSetConsistencyFlag, 0);
        return dataSet;
    }

    private static byte[] encoded(DataSet dataSet) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(bytes, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        writer.write(dataSet);
        writer.finish();
        return bytes.toByteArray();
    }
}
