package org.sallyport.ith.connector.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.StudyFacts;

/** Generated instances of a study; their bytes follow from their UID. */
final class Instances {

    static final String STUDY = "2.25.1";
    static final String PSEUDONYM = "ANON-0123456789AB";

    private Instances() {}

    /** @param sizes of the instances of each series, in bytes */
    static List<DeliveryInstance> of(int[]... sizes) {
        List<DeliveryInstance> all = new ArrayList<>();
        for (int series = 0; series < sizes.length; series++) {
            for (int i = 0; i < sizes[series].length; i++) {
                all.add(new Generated(
                        "2.25.1." + (series + 1), "2.25.1." + (series + 1) + "." + (i + 1), sizes[series][i]));
            }
        }
        return all;
    }

    static StudyFacts facts(@Nullable String description, Set<String> modalities) {
        return new StudyFacts(STUDY, PSEUDONYM, "20260228", description, modalities, "SCANNER", 1, 1, 1, Map.of());
    }

    static UploadLabels labels(@Nullable String description, Set<String> modalities) {
        return new UploadLabels(PSEUDONYM, PSEUDONYM, STUDY, "20260228", description, modalities);
    }

    static byte[] content(DeliveryInstance instance) {
        byte[] bytes = new byte[(int) instance.length()];
        new Random(instance.sopInstanceUid().hashCode()).nextBytes(bytes);
        return bytes;
    }

    /** Plans ask for the length only, so that it may be larger than memory. */
    record Generated(String seriesInstanceUid, String sopInstanceUid, long length) implements DeliveryInstance {

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
            crc.update(content(this));
            return crc.getValue();
        }

        @Override
        public byte[] sha256() {
            return new byte[32];
        }

        @Override
        public InputStream open() throws IOException {
            return new ByteArrayInputStream(content(this));
        }
    }
}
