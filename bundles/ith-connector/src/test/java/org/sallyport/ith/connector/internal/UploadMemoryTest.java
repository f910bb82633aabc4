package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.simulator.IthSimulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a running upload holds of the heap: after full collections in its midst, less what was in use before. The back end that throws away what it gets is in
 * the same process, and its buffers count too. What the store and the vault need for reading does not: the images here are made of nothing.
 */
@Timeout(300)
class UploadMemoryTest {

    private static final Logger LOG = LoggerFactory.getLogger(UploadMemoryTest.class);

    private static final long MOST = 32L << 20;
    private static final int SLICES = 5_000;
    private static final int SLICE = 4 << 10;
    private static final int LARGE = 34;
    private static final int LARGE_SIZE = 64 << 20;

    private final List<Long> inUse = new ArrayList<>();

    @Test
    void moreThanTwoGiBInOneArchiveHoldNoMoreThanThirtyTwoMiB(@TempDir Path folder) throws Exception {
        List<DeliveryInstance> study = new ArrayList<>();
        long slice = crc(SLICE);
        for (int i = 1; i <= SLICES; i++) {
            study.add(new Zeros("2.25.1.1", "2.25.1.1." + i, SLICE, slice, () -> {}));
        }
        long large = crc(LARGE_SIZE);
        for (int i = 1; i <= LARGE; i++) {
            Runnable looks = i % 8 == 1 || i == LARGE ? () -> inUse.add(heap()) : () -> {};
            study.add(new Zeros("2.25.1.2", "2.25.1.2." + i, LARGE_SIZE, large, looks));
        }
        try (IthSimulator discarding = new IthSimulator(folder)) {
            discarding.discardsUploads();
            IthSettings settings = Configurations.settings(
                    Map.of("url", discarding.url(), "_token", IthSimulator.KEY, "largest$_$archive", 4096));
            try (IthHttp http = new IthHttp(settings, Clock.systemUTC())) {
                UploadDestination destination = new UploadDestination(http, settings, new Side());
                FakeDelivery delivery = new FakeDelivery(study);
                long before = heap();
                DeliveryOutcome outcome = destination.deliver(delivery);
                assertInstanceOf(DeliveryOutcome.Delivered.class, outcome, outcome.toString());
                assertEquals(1, discarding.uploads(), "in one archive");
                assertEquals(6, inUse.size());
                long most = Collections.max(inUse) - before;
                LOG.info("a running upload holds {} KiB", most >> 10);
                assertTrue(most <= MOST, most + " bytes more than before");
            }
        }
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long crc(int zeros) {
        CRC32 crc = new CRC32();
        crc.update(new byte[zeros]);
        return crc.getValue();
    }

    private static final class Side implements UploadDestination.Workspace {

        @Override
        public String id() {
            return IthSimulator.WORKSPACE;
        }

        @Override
        public IdentityMode identity() {
            return IdentityMode.PSEUDONYMOUS;
        }

        @Override
        public void keyRefused() {
            throw new IllegalStateException("the key is right");
        }

        @Override
        public void keyTaken() {
            // As expected.
        }
    }

    /** @param looks runs in the middle of each reading */
    private record Zeros(String seriesInstanceUid, String sopInstanceUid, long length, long crc32, Runnable looks)
            implements DeliveryInstance {

        @Override
        public String sopClassUid() {
            return "1.2.840.10008.5.1.4.1.1.2";
        }

        @Override
        public String transferSyntaxUid() {
            return "1.2.840.10008.1.2.1";
        }

        @Override
        public byte[] sha256() {
            return new byte[32];
        }

        @Override
        public InputStream open() {
            return new InputStream() {
                private long left = length;

                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : 0;
                }

                @Override
                public int read(byte[] to, int offset, int count) {
                    if (left == 0) {
                        return count == 0 ? 0 : -1;
                    }
                    int n = (int) Math.min(count, left);
                    java.util.Arrays.fill(to, offset, offset + n, (byte) 0);
                    if (left > length / 2 && left - n <= length / 2) {
                        looks.run();
                    }
                    left -= n;
                    return n;
                }
            };
        }
    }
}
