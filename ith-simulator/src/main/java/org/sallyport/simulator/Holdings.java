package org.sallyport.simulator;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** What the back end holds: instances by subject, session and scan, as files. Guarded by this object's monitor. */
final class Holdings {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param file a Part 10 file */
    record Instance(String subject, String study, String series, String sop, Path file) {}

    /** By SOP Instance UID; the first that came stays, as {@code skip_existing} says. */
    private final TreeMap<String, Instance> instances = new TreeMap<>();

    synchronized void add(Instance instance) {
        instances.putIfAbsent(instance.sop(), instance);
    }

    synchronized List<Instance> select(String subject, String study, String series) {
        return instances.values().stream()
                .filter(one -> subject.isEmpty() || one.subject().equals(subject))
                .filter(one -> study.isEmpty() || one.study().equals(study))
                .filter(one -> series.isEmpty() || one.series().equals(series))
                .toList();
    }

    synchronized ObjectNode subjects() {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode list = root.putArray("subjects");
        Set<String> seen = new LinkedHashSet<>();
        instances.values().forEach(one -> seen.add(one.subject()));
        for (String subject : seen) {
            ObjectNode node = list.addObject().put("id", "sub-" + subject).put("name", subject);
            node.putArray("sessions")
                    .addObject()
                    .putObject("metadata")
                    .put("patient_birth_date", "")
                    .put("patient_sex", "");
        }
        return root;
    }

    static ObjectNode subject(String subject) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("subject")
                .put("label", subject)
                .put("subject_identifier", subject)
                .putObject("demographics")
                .put("dob", "")
                .put("gender", "other");
        return root;
    }

    synchronized ObjectNode sessions(String workspace) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode list = root.putArray("sessions");
        Set<String> seen = new LinkedHashSet<>();
        for (Instance one : instances.values()) {
            if (seen.add(one.study())) {
                list.addObject()
                        .put("session_id", "ses-" + one.study())
                        .put("subject_id", "sub-" + one.subject())
                        .put("workspace_id", workspace)
                        .put("study_instance_uid", one.study())
                        .put("label", "session " + seen.size());
            }
        }
        return root;
    }

    synchronized ObjectNode scans(String study) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode list = root.putArray("scans");
        List<String> series = new ArrayList<>(new LinkedHashSet<>(
                select("", study, "").stream().map(Instance::series).toList()));
        for (int i = 0; i < series.size(); i++) {
            list.addObject()
                    .put("id", "scan-" + series.get(i))
                    .put("type", "image")
                    .put("series_instance_uid", series.get(i))
                    .put("scan_number", String.valueOf(i + 1))
                    .put("instance_count", select("", study, series.get(i)).size());
        }
        return root;
    }

    /** Deflated at the level that was asked for, as it is made. */
    static void zip(List<Instance> chosen, int level, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setLevel(level);
        for (Instance one : chosen) {
            zip.putNextEntry(new ZipEntry(one.study() + "/" + one.series() + "/" + one.sop() + ".dcm"));
            Files.copy(one.file(), zip);
            zip.closeEntry();
        }
        zip.finish();
    }
}
