package org.sallyport.destination.folder.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.StudyFacts;

/** A delivery of texts. */
record FakeDelivery(long id, int part, String pseudonym, String studyUid, List<DeliveryInstance> instances)
        implements Delivery {

    static FakeDelivery of(int part, DeliveryInstance... instances) {
        return new FakeDelivery(17, part, "ANON-1", "2.25.1", List.of(instances));
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public StudyFacts study() {
        return new StudyFacts(
                studyUid,
                pseudonym,
                "20260228",
                "DOE^JANE must never become a file name",
                Set.of("CT"),
                "SCANNER",
                1,
                instances.size(),
                instances.stream().mapToLong(DeliveryInstance::length).sum(),
                Map.of());
    }

    @Override
    public IdentityMode identity() {
        return IdentityMode.PSEUDONYMOUS;
    }

    @Override
    public void progress(int instancesDone, long bytesDone) {}

    @Override
    public boolean isCancelled() {
        return false;
    }

    /** What an instance does when it is read. */
    interface Opening {
        void before() throws IOException;
    }

    /** An instance of this text. */
    record Instance(String seriesInstanceUid, String sopInstanceUid, String text, long length, Opening opening)
            implements DeliveryInstance {

        Instance(String sopInstanceUid, String text, long length, Opening opening) {
            this("2.25.10", sopInstanceUid, text, length, opening);
        }

        static Instance of(String sop, String text) {
            return new Instance(sop, text, text.length(), () -> {});
        }

        static Instance of(String sop, String text, Opening opening) {
            return new Instance(sop, text, text.length(), opening);
        }

        @Override
        public String sopClassUid() {
            return "1.2.840.10008.5.1.4.1.1.2";
        }

        @Override
        public String transferSyntaxUid() {
            return "1.2.840.10008.1.2.1";
        }

        @Override
        public long crc32() {
            CRC32 crc = new CRC32();
            crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
            return crc.getValue();
        }

        @Override
        public byte[] sha256() {
            return ShaManifest.sha256().digest(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        @Override
        public InputStream open() throws IOException {
            opening.before();
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
