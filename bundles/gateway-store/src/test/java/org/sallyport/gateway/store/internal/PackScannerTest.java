package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.store.StoredInstance;

/** What a start makes of a pack that a crash or a failing disk left behind. */
class PackScannerTest {

    @TempDir
    private Path root;

    private PackFolder folder;
    private String packId = "";

    @BeforeEach
    void packFolder() {
        folder = new PackFolder(root, 0, Clock.fixed(Samples.RECEIVED, ZoneOffset.UTC));
    }

    @Test
    void aFrameComesBackAsItWasWritten() throws IOException {
        write("first", "second");
        List<StoredInstance> found = scan();
        assertEquals(List.of("2.25.100", "2.25.101"), sops(found));
        StoredInstance first = found.get(0);
        assertEquals(
                Samples.facts(Samples.STUDY, "2.25.100", 0).attributes(),
                first.facts().attributes());
        assertEquals(5, first.length());
        assertEquals(crc32("first"), first.crc32());
        assertEquals(packId, first.packId());
        assertEquals(0, first.offset());
        assertEquals(1, first.version());
        assertEquals("first", part10(first));
    }

    @Test
    void aTornTailIsCutAtEveryLength() throws IOException {
        write("kept", "torn");
        byte[] whole = bytes();
        int start = (int) scan().get(1).offset();
        for (int length = start; length < whole.length; length++) {
            write(Arrays.copyOf(whole, length));
            assertEquals(List.of("2.25.100"), sops(scan()), "cut at " + length);
            assertEquals(start, Files.size(file()), "cut at " + length);
        }
    }

    @Test
    void aFrameWhoseHeaderWasNeverWrittenIsCut() throws IOException {
        write("kept", "torn");
        byte[] bytes = bytes();
        int start = (int) scan().get(1).offset();
        Arrays.fill(bytes, start, start + FrameHeader.LENGTH, (byte) 0);
        write(bytes);
        assertEquals(List.of("2.25.100"), sops(scan()));
        assertEquals(start, Files.size(file()));
    }

    @Test
    void aDamagedByteCostsItsOwnFrameOnlyWhereverItIs() throws IOException {
        write("before", "damaged", "after");
        byte[] whole = bytes();
        List<StoredInstance> frames = scan();
        int from = (int) frames.get(1).offset();
        int to = (int) frames.get(2).offset();
        for (int at = from; at < to; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x40;
            write(damaged);
            assertEquals(List.of("2.25.100", "2.25.102"), sops(scan()), "damaged at " + at);
            assertArrayEquals(damaged, bytes(), "nothing may be cut when whole frames follow; damaged at " + at);
        }
    }

    @Test
    void aHeaderLostToZeroesCostsItsOwnFrameOnly() throws IOException {
        write("before", "damaged", "after", "last");
        byte[] bytes = bytes();
        int at = (int) scan().get(1).offset();
        Arrays.fill(bytes, at, at + FrameHeader.LENGTH, (byte) 0);
        write(bytes);
        assertEquals(List.of("2.25.100", "2.25.102", "2.25.103"), sops(scan()));
        assertArrayEquals(bytes, bytes());
    }

    /** A frame hidden in an image that is torn must not be taken for one of ours: anyone may send such an image. */
    @Test
    void aFrameInsideATornImageIsNotServed() throws IOException {
        write("hidden by the sender");
        byte[] hidden = bytes();
        write("kept");
        byte[] kept = bytes();
        byte[] torn = concat(new byte[FrameHeader.LENGTH], new byte[500], hidden, new byte[500]);
        write(concat(kept, torn));
        List<StoredInstance> found = scan();
        assertEquals(1, found.size());
        assertEquals("kept", part10(found.get(0)));
    }

    @Test
    void anEmptyPackHasNoFrames() throws IOException {
        write();
        assertTrue(scan().isEmpty());
    }

    @Test
    void aPackOfForeignBytesHasNoFrames() throws IOException {
        write();
        byte[] foreign = new byte[5000];
        Arrays.fill(foreign, (byte) 'S');
        write(foreign);
        assertTrue(scan().isEmpty());
    }

    @Test
    void aHeaderThatIsNotWholeIsNone() {
        byte[] good = new byte[FrameHeader.LENGTH];
        new FrameHeader(UUID.randomUUID(), 1, 10, 20, 30, 0xFFFF_FFFFL, new byte[32], -1)
                .encode()
                .get(good);
        assertEquals(
                0xFFFF_FFFFL,
                FrameHeader.decode(ByteBuffer.wrap(good)).orElseThrow().crc32());
        for (int length = 0; length < FrameHeader.LENGTH; length++) {
            assertFalse(FrameHeader.decode(ByteBuffer.wrap(good, 0, length)).isPresent(), "length " + length);
        }
        for (int at = 0; at < FrameHeader.LENGTH; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            assertFalse(FrameHeader.decode(ByteBuffer.wrap(bad)).isPresent(), "byte " + at);
        }
    }

    /** Lengths below zero would send the scanner backwards for ever. */
    @Test
    void aHeaderWithLengthsThatCannotBeIsNone() {
        for (FrameHeader header : List.of(
                new FrameHeader(UUID.randomUUID(), 1, -1, 0, 0, 0, new byte[32], 0),
                new FrameHeader(UUID.randomUUID(), 1, 0, -100, 0, 0, new byte[32], 0),
                new FrameHeader(UUID.randomUUID(), 1, 0, 0, -1, 0, new byte[32], 0),
                new FrameHeader(UUID.randomUUID(), 1, Long.MAX_VALUE, Long.MAX_VALUE, 0, 0, new byte[32], 0),
                new FrameHeader(UUID.randomUUID(), 1, 0, 0, Integer.MAX_VALUE, 0, new byte[32], 0))) {
            assertFalse(FrameHeader.decode(header.encode()).isPresent(), header::toString);
        }
    }

    private void write(String... part10s) throws IOException {
        try (Pack pack = folder.create()) {
            packId = pack.id();
            ByteBuffer buffer = FrameWriter.newBuffer();
            int number = 100;
            for (String part10 : part10s) {
                FrameWriter writer = new FrameWriter(pack, buffer);
                Samples.write(writer.part10(), part10);
                Samples.write(writer.identity(), "sealed");
                String facts = FactsJson.write(Samples.facts(Samples.STUDY, "2.25." + number++, 0));
                FrameHeader header = writer.finish(facts, 1);
                pack.commit(writer.start() + header.frameLength(), false);
            }
        }
    }

    private void write(byte[] bytes) throws IOException {
        Files.write(file(), bytes, StandardOpenOption.TRUNCATE_EXISTING);
    }

    private Path file() {
        return root.resolve(packId);
    }

    private byte[] bytes() throws IOException {
        return Files.readAllBytes(file());
    }

    private List<StoredInstance> scan() throws IOException {
        List<StoredInstance> found = new ArrayList<>();
        PackScanner.scan(folder, packId, found::add);
        return found;
    }

    private String part10(StoredInstance instance) throws IOException {
        try (FileChannel channel = folder.open(packId)) {
            return Samples.read(new FrameInput(
                    channel, instance.offset() + FrameHeader.LENGTH, instance.length(), instance.crc32()));
        }
    }

    private static List<String> sops(List<StoredInstance> found) {
        return found.stream().map(instance -> instance.facts().sopInstanceUid()).toList();
    }

    private static long crc32(String text) {
        CRC32 crc = new CRC32();
        crc.update(Samples.bytes(text));
        return crc.getValue();
    }

    private static byte[] concat(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        ByteBuffer all = ByteBuffer.allocate(length);
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }
}
