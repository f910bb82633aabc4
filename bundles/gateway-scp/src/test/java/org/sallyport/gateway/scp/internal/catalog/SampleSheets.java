package org.sallyport.gateway.scp.internal.catalog;

import java.util.Set;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.gateway.scp.internal.catalog.StudySheet.Counts;
import org.sallyport.gateway.scp.internal.query.Attributes;

/** Sheets for tests elsewhere. */
public final class SampleSheets {

    private SampleSheets() {}

    /** One that tells of no patient. */
    public static StudySheet of(String studyInstanceUid, int instances) {
        Attributes nothing = Attributes.of(new DataSet());
        return StudySheet.of(
                studyInstanceUid,
                "ANON-1",
                new Counts(1, instances, instances, Set.of("CT"), Set.of()),
                nothing,
                nothing);
    }

    /** Of a study of two series and five images, by what an image says as it came, and as it was treated. */
    public static StudySheet of(String studyInstanceUid, DataSet original, DataSet treated) {
        return StudySheet.of(
                studyInstanceUid,
                "ANON-1",
                new Counts(2, 5, 5, Set.of("CT", "PT"), Set.of("1.2.840.10008.5.1.4.1.1.2")),
                Attributes.of(original),
                Attributes.of(treated));
    }

    public static Sheets.NotSearchableException notSearchable() {
        return new Sheets.NotSearchableException("names are being read");
    }
}
