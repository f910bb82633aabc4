package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;

/** Made-up instances. A frame takes bytes as they are, so that these need not be DICOM. */
final class Samples {

    static final Instant RECEIVED = Instant.parse("2026-03-01T10:15:30Z");
    static final String STUDY = "2.25.1";
    static final String PACK = "2026-03-01/00000000-0000-4000-8000-000000000000.pack";

    private Samples() {}

    static InstanceFacts facts(String study, String sop, int original) {
        return facts(study, "2.25.10", sop, original, 1, 1);
    }

    static InstanceFacts facts(
            String study, String series, String sop, int original, @Nullable Integer seriesNo, @Nullable Integer no) {
        return facts(study, series, sop, original, seriesNo, no, "CT", RECEIVED, Map.of("StudyDate", "20260228"));
    }

    static InstanceFacts facts(
            String study,
            String series,
            String sop,
            int original,
            @Nullable Integer seriesNumber,
            @Nullable Integer instanceNumber,
            String modality,
            Instant at,
            Map<String, String> attributes) {
        return new InstanceFacts(
                study,
                series,
                sop,
                "1.2.840.10008.5.1.4.1.1.2",
                "1.2.840.10008.1.2.1",
                digest(original),
                "ANON-1",
                3,
                -17,
                modality,
                seriesNumber,
                instanceNumber,
                "SCANNER",
                "GATEWAY",
                "192.0.2.7",
                at,
                attributes);
    }

    private static byte[] digest(int original) {
        byte[] digest = new byte[32];
        Arrays.fill(digest, (byte) original);
        return digest;
    }

    static StoredInstance stored(InstanceFacts facts, int version) {
        return new StoredInstance(facts, UUID.randomUUID(), PACK, 0, 1000, 0xFFFF_FFFFL, new byte[32], version);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Writes and commits one frame: the whole way of an image. */
    static InstanceStore.Committed put(InstanceStore.Session session, InstanceFacts facts, String part10)
            throws IOException {
        try (InstanceStore.Frame frame = session.begin(facts.studyInstanceUid(), -1)) {
            write(frame.part10(), part10);
            write(frame.identity(), "sealed " + part10);
            return frame.commit(facts);
        }
    }

    static void write(OutputStream to, String text) throws IOException {
        try (to) {
            to.write(bytes(text));
        }
    }

    static String read(InputStream from) throws IOException {
        try (from) {
            return new String(from.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
