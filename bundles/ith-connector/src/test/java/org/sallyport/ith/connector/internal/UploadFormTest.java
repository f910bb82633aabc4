package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.archive.StudyArchive;

class UploadFormTest {

    private static final List<Map.Entry<String, String>> FIELDS = List.of(
            Map.entry("name", "ANON-1"),
            Map.entry("metadata", "study_uid"),
            Map.entry("metadata", "study_date"),
            Map.entry("study_description", "Schädel\u3000頭部 --x \"y\""));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void itsBytesAreExactlyItsLengthAndReadBackAsGiven(long seed) throws IOException {
        Random random = new Random(seed);
        List<DeliveryInstance> instances = Instances.of(
                random.ints(1 + random.nextInt(4), 0, 50_000).toArray(),
                random.ints(1 + random.nextInt(4), 0, 200).toArray());
        UploadForm form = form(instances);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        form.writeTo(out);
        assertEquals(form.getContentLength(), out.size());

        String boundary = boundary(form);
        List<ReceivedForm.Part> parts = ReceivedForm.parse(out.toByteArray(), boundary);
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        for (ReceivedForm.Part part : parts.subList(0, parts.size() - 1)) {
            assertEquals(1, part.headers().size(), "a field has a disposition and nothing else");
            fields.add(Map.entry(part.name(), part.text()));
        }
        assertEquals(FIELDS, fields);
        ReceivedForm.Part file = parts.get(parts.size() - 1);
        assertEquals(
                List.of(
                        "Content-Disposition: form-data; name=\"file\"; filename=\"ANON-1_2.25.1.zip\"",
                        "Content-Type: application/zip"),
                file.headers());

        Map<String, byte[]> expected = new LinkedHashMap<>();
        instances.forEach(i -> expected.put(
                "2_25_1/" + i.seriesInstanceUid().replace('.', '_') + "/" + i.sopInstanceUid() + ".dcm",
                Instances.content(i)));
        Map<String, byte[]> got = unzip(file.content());
        assertEquals(List.copyOf(expected.keySet()), List.copyOf(got.keySet()));
        expected.forEach((name, bytes) -> assertArrayEquals(bytes, got.get(name), name));
    }

    @Test
    void itCanBeWrittenAgain() throws IOException {
        UploadForm form = form(Instances.of(new int[] {10}));
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        ByteArrayOutputStream second = new ByteArrayOutputStream();
        form.writeTo(first);
        form.writeTo(second);
        assertArrayEquals(first.toByteArray(), second.toByteArray());
        assertTrue(form.isRepeatable());
    }

    @Test
    void eachHasABoundaryOfItsOwn() {
        assertNotEquals(boundary(form(Instances.of(new int[] {1}))), boundary(form(Instances.of(new int[] {1}))));
    }

    private static UploadForm form(List<DeliveryInstance> instances) {
        return UploadForm.of(
                FIELDS, "ANON-1_2.25.1.zip", StudyArchive.of(Instances.STUDY, instances), (done, bytes) -> {});
    }

    private static String boundary(UploadForm form) {
        String type = form.getContentType();
        assertTrue(type.matches("multipart/form-data; boundary=[A-Za-z0-9-]{20,70}"), type);
        return type.substring(type.indexOf('=') + 1);
    }

    static Map<String, byte[]> unzip(byte[] zip) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                assertEquals(null, entries.put(entry.getName(), in.readAllBytes()));
            }
        }
        return entries;
    }
}
