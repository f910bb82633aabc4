package org.sallyport.destination.folder.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.Value;

/**
 * What a directory tells of an instance, read from its file up to the pixel data.
 *
 * @param dataSet the attributes that directory records may hold
 */
record InstanceHeader(FileMetaInformation meta, DataSet dataSet) {

    /** None is ever so long that a reader passes it over. */
    private static final Set<Integer> WANTED = DirectoryRecordType.attributes();

    static InstanceHeader read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            Part10Reader reader = Part10Reader.open(in, Limits.DEFAULT, BulkStore.PASS_OVER);
            DataSet kept = new DataSet();
            DataSetReader elements = reader.dataSet();
            for (DataSetReader.Event event = elements.next();
                    event == DataSetReader.Event.ELEMENT;
                    event = elements.next()) {
                if (WANTED.contains(elements.tag()) && !(elements.element().value() instanceof Value.Bulk)) {
                    kept.put(elements.element());
                }
            }
            return new InstanceHeader(reader.meta(), kept);
        }
    }

    String seriesInstanceUid() {
        return text(Tag.SeriesInstanceUID);
    }

    String sopInstanceUid() {
        return text(Tag.SOPInstanceUID);
    }

    /** Empty if it is absent. */
    String text(int tag) {
        String text = dataSet.string(tag);
        return text == null ? "" : text;
    }
}
