package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.StudyFacts;

/**
 * What an upload calls patient and study: pseudonyms, or, if its instances are originals, what these say. Immutable.
 *
 * @param patientName never empty, like the next
 * @param studyDate {@code YYYYMMDD}
 */
record UploadLabels(
        String patientName,
        String patientId,
        String studyInstanceUid,
        @Nullable String studyDate,
        @Nullable String studyDescription,
        Set<String> modalities) {

    UploadLabels {
        modalities = Set.copyOf(modalities);
    }

    static UploadLabels of(Delivery delivery) throws IOException {
        StudyFacts study = delivery.study();
        if (delivery.identity() == IdentityMode.ORIGINAL) {
            return ofOriginal(study, delivery.instances().get(0));
        }
        return new UploadLabels(
                study.patientName(),
                study.patientId(),
                study.studyInstanceUid(),
                study.studyDate(),
                study.studyDescription(),
                study.modalities());
    }

    private static UploadLabels ofOriginal(StudyFacts study, DeliveryInstance first) throws IOException {
        DataSet header = new DataSet();
        try (InputStream in = first.open()) {
            DataSetReader elements =
                    Part10Reader.open(in, Limits.DEFAULT, BulkStore.PASS_OVER).dataSet();
            while (elements.next() == DataSetReader.Event.ELEMENT) {
                header.put(elements.element());
                if (Integer.compareUnsigned(elements.tag(), Tag.StudyInstanceUID) >= 0) {
                    break;
                }
            }
        }
        // The back end takes no empty name. The pseudonym stands for a patient without one, and tells nothing more.
        String id = text(header, Tag.PatientID, study.patientId());
        return new UploadLabels(
                text(header, Tag.PatientName, id),
                id,
                text(header, Tag.StudyInstanceUID, ""),
                header.string(Tag.StudyDate),
                header.string(Tag.StudyDescription),
                study.modalities());
    }

    private static String text(DataSet header, int tag, String otherwise) {
        String text = header.string(tag);
        return text == null || text.isBlank() ? otherwise : text.strip();
    }

    /** Of the ZIP. What others wrote into a patient's id is no name of a file. */
    String fileName() {
        return patientId.replaceAll("[^A-Za-z0-9._-]", "_") + "_" + studyInstanceUid + ".zip";
    }

    @Override
    public String toString() {
        return "UploadLabels";
    }
}
