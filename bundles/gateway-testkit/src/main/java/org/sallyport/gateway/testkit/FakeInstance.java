package org.sallyport.gateway.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.DeliveryInstance;

/**
 * An instance of a {@link FakeDelivery}: a real Part 10 file, made as it is read, with an invented patient's identity in it. Counts its open streams.
 * Thread-safe, but for {@link #whenRead}, which is set before it is read.
 */
public final class FakeInstance implements DeliveryInstance {

    /** Happens once, on the reading thread, before the bytes from a position on are given. */
    @FunctionalInterface
    public interface Event {
        void happen() throws IOException;
    }

    private static final int BUFFER = 1 << 16;

    private final Modality modality;
    private final String series;
    private final String sop;
    private final byte[] head;
    private final long zeros;
    private final long crc;
    private final byte[] sha256;
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean ended;
    private volatile boolean readTooLate;
    private volatile long eventAt;
    private volatile @Nullable Event event;

    private FakeInstance(Modality modality, String series, String sop, byte[] head, long zeros) {
        this.modality = modality;
        this.series = series;
        this.sop = sop;
        this.head = head;
        this.zeros = zeros;
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            CRC32 sum = new CRC32();
            try (InputStream in = new CheckedInputStream(new DigestInputStream(content(), sha), sum)) {
                byte[] buffer = new byte[BUFFER];
                while (in.read(buffer) >= 0) {
                    // Read for the sums.
                }
            }
            this.crc = sum.getValue();
            this.sha256 = sha.digest();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * An image of a generated study, with UIDs as the gateway makes them.
     *
     * @param version other pixels for every number
     */
    static FakeInstance of(SyntheticStudy study, int series, int instance, int version) {
        DataSet image = image(study, series, instance);
        image.setInt(Tag.AcquisitionNumber, version);
        return new FakeInstance(
                study.modality(), seriesUid(study, series), sopUid(study, series, instance), part10(image, study), 0);
    }

    /** An image with this many bytes of pixel data, all zero; needs no memory for them. The number is even and below 4 GiB. */
    static FakeInstance huge(SyntheticStudy study, int series, int instance, long pixels) {
        DataSet image = image(study, series, instance);
        image.remove(Tag.PixelData);
        byte[] start = part10(image, study);
        ByteBuffer head = ByteBuffer.allocate(start.length + 12).order(ByteOrder.LITTLE_ENDIAN);
        head.put(start)
                .putShort((short) 0x7FE0)
                .putShort((short) 0x0010)
                .put((byte) 'O')
                .put((byte) 'W')
                .putShort((short) 0)
                .putInt((int) pixels);
        return new FakeInstance(
                study.modality(), seriesUid(study, series), sopUid(study, series, instance), head.array(), pixels);
    }

    static String studyUid(SyntheticStudy study) {
        return "2.25.7" + String.format("%09d", study.number());
    }

    private static String seriesUid(SyntheticStudy study, int series) {
        return studyUid(study) + String.format("%04d", series);
    }

    private static String sopUid(SyntheticStudy study, int series, int instance) {
        return seriesUid(study, series) + String.format("%05d", instance);
    }

    private static DataSet image(SyntheticStudy study, int series, int instance) {
        DataSet image = study.image(series, instance);
        image.setString(Tag.StudyInstanceUID, studyUid(study));
        image.setString(Tag.SeriesInstanceUID, seriesUid(study, series));
        image.setString(Tag.SOPInstanceUID, sopUid(study, series, instance));
        return image;
    }

    private static byte[] part10(DataSet image, SyntheticStudy study) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String sop = image.string(Tag.SOPInstanceUID);
        try {
            new FileMetaInformation(
                            study.modality().sopClassUid(),
                            sop == null ? "" : sop,
                            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(),
                            SyntheticStudy.UID_ROOT + ".0",
                            "TESTKIT",
                            "TESTKIT")
                    .write(out);
            DataSetWriter writer = new DataSetWriter(out, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
            writer.write(image);
            writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * Lets something happen when the file is first read up to a position: an exception that the disk would throw, an interrupt, a cancellation.
     *
     * @param position 0 = when it is opened, to its length
     */
    FakeInstance whenRead(long position, Event happening) {
        eventAt = position;
        event = happening;
        return this;
    }

    /** From now on it cannot be read. */
    void end() {
        ended = true;
    }

    boolean wasReadTooLate() {
        return readTooLate;
    }

    private void checkInTime() throws IOException {
        if (ended) {
            readTooLate = true;
            throw new IOException("the delivery is over");
        }
    }

    /** How often it was opened. */
    public int opened() {
        return opened.get();
    }

    /** Streams that were not closed. */
    public int openStreams() {
        return open.get();
    }

    /** SHA-256 of the file, in lower-case hexadecimal digits. */
    public String sha256Hex() {
        return HexFormat.of().formatHex(sha256);
    }

    @Override
    public String sopClassUid() {
        return modality.sopClassUid();
    }

    @Override
    public String sopInstanceUid() {
        return sop;
    }

    @Override
    public String seriesInstanceUid() {
        return series;
    }

    @Override
    public String transferSyntaxUid() {
        return TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid();
    }

    @Override
    public long length() {
        return head.length + zeros;
    }

    @Override
    public long crc32() {
        return crc;
    }

    @Override
    public byte[] sha256() {
        return sha256.clone();
    }

    @Override
    public InputStream open() throws IOException {
        checkInTime();
        opened.incrementAndGet();
        happenAt(0);
        open.incrementAndGet();
        return new Watched(content());
    }

    private InputStream content() {
        InputStream start = new ByteArrayInputStream(head);
        return zeros == 0 ? start : new SequenceInputStream(Collections.enumeration(List.of(start, new Zeros(zeros))));
    }

    private void happenAt(long position) throws IOException {
        Event due = null;
        synchronized (this) {
            if (event != null && position >= eventAt) {
                due = event;
                event = null;
            }
        }
        if (due != null) {
            due.happen();
        }
    }

    /** Tells where the reader is, and whether it closes. Used by one thread. */
    private final class Watched extends FilterInputStream {

        private long position;
        private boolean closed;

        Watched(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            int n = read(one, 0, 1);
            return n < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (closed) {
                throw new IOException("the stream was closed");
            }
            checkInTime();
            int n = in.read(bytes, offset, Math.min(length, BUFFER));
            position += Math.max(n, 0);
            happenAt(position);
            return n;
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
            }
            super.close();
        }
    }

    /** So many zero bytes. Used by one thread. */
    private static final class Zeros extends InputStream {

        private long left;

        Zeros(long count) {
            left = count;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (length == 0) {
                return 0;
            }
            if (left <= 0) {
                return -1;
            }
            int n = (int) Math.min(length, left);
            Arrays.fill(bytes, offset, offset + n, (byte) 0);
            left -= n;
            return n;
        }
    }
}
