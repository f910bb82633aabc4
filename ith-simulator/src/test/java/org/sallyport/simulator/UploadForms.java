package org.sallyport.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Forms of uploads: one to the contract, and what it takes to make others of it. Pure. */
final class UploadForms {

    static final String BOUNDARY = "boundary-7f3a";
    static final String SUBJECT = "ANON-0123456789AB";
    static final String STUDY = "2.25.1001";
    static final String SERIES = "2.25.2001";
    static final List<String> SOPS = List.of("2.25.3001", "2.25.3002");

    private UploadForms() {}

    /** @param head header lines, parted by CRLF */
    record Part(String head, byte[] content) {

        boolean isNamed(String name) {
            return head.contains("; name=\"" + name + "\"");
        }
    }

    static Part field(String name, String value) {
        return new Part(
                "Content-Disposition: form-data; name=\"" + name + "\"", value.getBytes(StandardCharsets.UTF_8));
    }

    static Part file(String fileName, String type, byte[] content) {
        return new Part(
                "Content-Disposition: form-data; name=\"file\"; filename=\"" + fileName + "\"\r\nContent-Type: " + type,
                content);
    }

    static Part file(byte[] zip) {
        return file(SUBJECT + "_" + STUDY + ".zip", "application/zip", zip);
    }

    static List<Part> good() {
        List<Part> parts = new ArrayList<>();
        parts.add(field("name", SUBJECT));
        parts.add(field("patient_id", SUBJECT));
        parts.add(field("study_description", "CT"));
        for (String key : List.of("study_uid", "study_date", "series_count", "instances_count")) {
            parts.add(field("metadata", key));
        }
        parts.add(field("conflict_resolution", "skip_existing"));
        parts.add(file(zip(entries())));
        return parts;
    }

    /** Instead of all parts of that name, at the place of the first. */
    static void replace(List<Part> parts, String name, Part... others) {
        int at = 0;
        while (!parts.get(at).isNamed(name)) {
            at++;
        }
        parts.removeIf(part -> part.isNamed(name));
        parts.addAll(at, List.of(others));
    }

    static byte[] body(List<Part> parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Part part : parts) {
            body.writeBytes(("--" + BOUNDARY + "\r\n" + part.head() + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            body.writeBytes(part.content());
            body.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.US_ASCII));
        return body.toByteArray();
    }

    static String entry(String study, String series, String sop) {
        return study.replace('.', '_') + "/" + series.replace('.', '_') + "/" + sop + ".dcm";
    }

    static Map<String, byte[]> entries() {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        SOPS.forEach(sop -> entries.put(entry(STUDY, SERIES, sop), part10(sop, "pixels")));
        return entries;
    }

    /** Stored, so that a changed byte changes nothing but a sum. */
    static byte[] zip(Map<String, byte[]> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> one : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(one.getKey());
                CRC32 sum = new CRC32();
                sum.update(one.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(one.getValue().length);
                entry.setCrc(sum.getValue());
                zip.putNextEntry(entry);
                zip.write(one.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Preamble, file meta information (PS3.10 7.1), and something behind them. */
    static byte[] part10(String sop, String content) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(new byte[128]);
        file.writeBytes("DICM".getBytes(StandardCharsets.US_ASCII));
        file.writeBytes(new byte[] {2, 0, 1, 0, 'O', 'B', 0, 0, 2, 0, 0, 0, 0, 1});
        uid(file, 2, "1.2.840.10008.5.1.4.1.1.2");
        uid(file, 3, sop);
        uid(file, 0x10, "1.2.840.10008.1.2.1");
        file.writeBytes(("\b\0\5\0" + content).getBytes(StandardCharsets.UTF_8));
        return file.toByteArray();
    }

    private static void uid(ByteArrayOutputStream file, int element, String uid) {
        String even = uid.length() % 2 == 0 ? uid : uid + "\0";
        file.writeBytes(new byte[] {2, 0, (byte) element, 0, 'U', 'I', (byte) even.length(), 0});
        file.writeBytes(even.getBytes(StandardCharsets.US_ASCII));
    }
}
