package org.sallyport.gateway.deid.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which version of a profile each study is treated by: an append-only file of records {@code study (16 bytes), SHA-256 of the profile (32), CRC-32C of
 * both (4)}, forced before an image of the study is acknowledged. A torn last record is cut off; a damaged one is passed over, and its study gets the
 * profile in force. In memory 10 bytes a study. Guarded by this object's monitor.
 */
final class StudyProfiles implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(StudyProfiles.class);

    private static final String FILE = "study-profiles";
    private static final String UUID_ROOT = "2.25.";
    private static final int STUDY = 16;
    private static final int HASH = 32;
    private static final int RECORD = STUDY + HASH + 4;

    /** No channel: an interrupted thread would close it. */
    private final RandomAccessFile file;

    private final List<String> hashes = new ArrayList<>();
    private final StudyTable table = new StudyTable();

    /** @param folder of the bundle in the data folder */
    StudyProfiles(Path folder) throws IOException {
        this.file = new RandomAccessFile(folder.resolve(FILE).toFile(), "rw");
        try {
            read();
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private void read() throws IOException {
        long whole = file.length() / RECORD * RECORD;
        byte[] block = new byte[RECORD * 1024];
        int damaged = 0;
        for (long at = 0; at < whole; at += block.length) {
            int length = (int) Math.min(block.length, whole - at);
            file.seek(at);
            file.readFully(block, 0, length);
            for (int i = 0; i < length; i += RECORD) {
                damaged += remember(block, i) ? 0 : 1;
            }
        }
        if (damaged > 0) {
            LOG.error(
                    "{}: {} records are damaged; late images of these studies get the profile in force", FILE, damaged);
        }
        file.setLength(whole);
    }

    private boolean remember(byte[] block, int at) {
        if (ByteBuffer.wrap(block, at + STUDY + HASH, 4).getInt() != crc(block, at)) {
            return false;
        }
        byte[] study = Arrays.copyOfRange(block, at, at + STUDY);
        table.put(key(study), number(HexFormat.of().formatHex(block, at + STUDY, at + STUDY + HASH)));
        return true;
    }

    private static int crc(byte[] block, int at) {
        CRC32C crc = new CRC32C();
        crc.update(block, at, STUDY + HASH);
        return (int) crc.getValue();
    }

    private short number(String hash) {
        int known = hashes.indexOf(hash);
        if (known < 0) {
            if (hashes.size() == Short.MAX_VALUE) {
                throw new IllegalStateException("more than " + Short.MAX_VALUE + " versions of profiles");
            }
            hashes.add(hash);
            known = hashes.size() - 1;
        }
        return (short) known;
    }

    /**
     * The version that a study is treated by; for a study that is new the one given, which is then durable.
     *
     * @param studyInstanceUid pseudonymous
     * @param inForce hash of the version for a new study
     */
    synchronized String of(String studyInstanceUid, String inForce) throws IOException {
        byte[] study = bytes(studyInstanceUid);
        long key = key(study);
        int known = table.get(key);
        if (known >= 0) {
            return hashes.get(known);
        }
        byte[] record = ByteBuffer.allocate(RECORD)
                .put(study)
                .put(HexFormat.of().parseHex(inForce))
                .array();
        ByteBuffer.wrap(record, STUDY + HASH, 4).putInt(crc(record, 0));
        long end = file.length();
        try {
            file.seek(end);
            file.write(record);
            file.getFD().sync();
        } catch (IOException e) {
            file.setLength(end);
            throw e;
        }
        table.put(key, number(inForce));
        return inForce;
    }

    /** The number behind {@code 2.25.} (PS3.5 B.2). */
    private static byte[] bytes(String studyInstanceUid) throws IOException {
        byte[] bytes = studyInstanceUid.startsWith(UUID_ROOT)
                ? new BigInteger(studyInstanceUid.substring(UUID_ROOT.length())).toByteArray()
                : new byte[STUDY + 2];
        int skip = bytes.length > STUDY ? bytes.length - STUDY : 0;
        if (skip > 1) {
            throw new IOException("the study's UID is none that the vault makes");
        }
        byte[] study = new byte[STUDY];
        System.arraycopy(bytes, skip, study, STUDY - (bytes.length - skip), bytes.length - skip);
        return study;
    }

    /** Half of a number that is as good as random. */
    private static long key(byte[] study) {
        ByteBuffer buffer = ByteBuffer.wrap(study);
        return buffer.getLong() ^ Long.rotateLeft(buffer.getLong(), 29);
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
