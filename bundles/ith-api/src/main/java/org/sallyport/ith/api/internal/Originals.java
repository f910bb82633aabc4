package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.IdentityDirectory.Patient;
import org.sallyport.gateway.api.vault.IdentityDirectory.Series;
import org.sallyport.gateway.api.vault.IdentityDirectory.Study;

/** The bodies that tell original values. Maps are by DICOM keyword, values are texts; a text that is not there is empty. Pure. */
final class Originals {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Originals() {}

    /** @param asked the pseudonym by which it was asked for: the patient's present one or an earlier one */
    static ObjectNode patient(String asked, Patient patient) {
        String pseudonym = patient.pseudonyms().contains(asked) ? asked : patient.pseudonym();
        ObjectNode body = JSON.objectNode()
                .put("anonymous_patient_id", pseudonym)
                .put("anonymous_patient_name", pseudonym)
                .put("original_patient_id", text(patient.id()))
                .put("original_patient_name", text(patient.name()));
        body.set("patient_phi", map(patient.values()));
        return body;
    }

    static ObjectNode study(Study study) {
        ObjectNode body = JSON.objectNode()
                .put("study_instance_uid", study.studyInstanceUid())
                .put("patient_id", study.pseudonym())
                .put("patient_name", study.pseudonym());
        facts(body, study);
        body.set("study_phi", map(study.values()));
        return body;
    }

    private static void facts(ObjectNode body, Study study) {
        body.put("study_date", text(study.value("StudyDate")))
                .put("study_time", text(study.value("StudyTime")))
                .put("study_description", text(study.value("StudyDescription")))
                .put("accession_number", text(study.value("AccessionNumber")))
                .put("status", status(study.isComplete()));
    }

    static String status(boolean isComplete) {
        return isComplete ? "complete" : "incomplete";
    }

    static ObjectNode series(Series series) {
        ObjectNode body = seriesKey(series).put("series_description", text(series.description()));
        body.set("series_phi", map(series.values()));
        return body;
    }

    private static ObjectNode seriesKey(Series series) {
        return JSON.objectNode()
                .put("series_instance_uid", series.seriesInstanceUid())
                .put("series_number", series.number())
                .put("modality", series.modality());
    }

    /** All of a study. */
    static ObjectNode whole(Study study, List<Series> series) {
        ObjectNode body = JSON.objectNode()
                .put("study_instance_uid", study.studyInstanceUid())
                .put("patient_name", study.pseudonym())
                .put("patient_id", study.pseudonym());
        body.set("patient_phi", map(study.patientValues()));
        body.set("study_phi", map(study.values()));
        ArrayNode list = body.putArray("series_phi");
        for (Series one : series) {
            ObjectNode entry = seriesKey(one);
            entry.set("phi_metadata", map(one.values()));
            list.add(entry);
        }
        body.put("original_patient_name", text(study.patientValues().get("PatientName")))
                .put("original_patient_id", text(study.patientValues().get("PatientID")));
        facts(body, study);
        return body.put("series_count", series.size());
    }

    private static ObjectNode map(Map<String, String> values) {
        ObjectNode map = JSON.objectNode();
        new TreeMap<>(values).forEach(map::put);
        return map;
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
