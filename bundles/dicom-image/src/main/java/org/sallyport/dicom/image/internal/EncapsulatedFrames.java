package org.sallyport.dicom.image.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImageException.Reason;

/**
 * Joins the fragments of encapsulated pixel data to frames (PS3.5 A.4), one at a time. Frames begin where the offset table says; without a
 * table, at every fragment that looks like the beginning of one. Owned by one thread.
 */
public final class EncapsulatedFrames {

    private static final int ITEM_HEADER = 8;

    private final InputStream in;
    private final Codec codec;
    private final int frames;
    private final int maxBytes;
    private final @Nullable OffsetTable table;

    private byte[] buffer = new byte[64 * 1024];
    private int length;
    private int frame;
    /** Of the next fragment, from the first item after the Basic Offset Table. */
    private long offset;
    /** Bytes of the next fragment, -1 after the last. */
    private long next;

    private final byte[] head = new byte[Codec.HEAD];
    private int headLength;

    /**
     * Reads the Basic Offset Table.
     *
     * @param in items with their headers and the Sequence Delimitation Item; not closed
     * @param extended value of Extended Offset Table (7FE0,0001), or null
     * @param maxBytes of one encoded frame
     */
    public EncapsulatedFrames(InputStream in, Codec codec, int frames, byte @Nullable [] extended, int maxBytes)
            throws IOException {
        this.in = in;
        this.codec = codec;
        this.frames = frames;
        this.maxBytes = maxBytes;
        OffsetTable basic = basicTable();
        this.table = extended == null ? basic : OffsetTable.of(extended, 8, frames);
        offset = 0;
        nextFragment();
    }

    private @Nullable OffsetTable basicTable() throws IOException {
        long tableLength = itemHeader();
        if (tableLength < 0) {
            throw new ImageException(Reason.TRUNCATED, "encapsulated pixel data without a Basic Offset Table");
        }
        if (tableLength == 4L * frames && tableLength <= maxBytes) {
            byte[] bytes = in.readNBytes((int) tableLength);
            if (bytes.length < tableLength) {
                throw truncated();
            }
            return OffsetTable.of(bytes, 4, frames);
        }
        try {
            in.skipNBytes(tableLength);
        } catch (EOFException e) {
            throw truncated();
        }
        return null;
    }

    /**
     * Gathers the next frame into {@link #buffer()}.
     *
     * @return false after the last
     * @throws ImageException if there are fewer or more frames than expected, or one is longer than allowed
     */
    public boolean next() throws IOException {
        if (frame == frames) {
            return false;
        }
        if (next < 0) {
            throw new ImageException(
                    Reason.TRUNCATED, frame + " frames where Number of Frames (0028,0008) says " + frames);
        }
        length = 0;
        do {
            append();
            nextFragment();
        } while (next >= 0 && !beginsFrame());
        frame++;
        if (frame == frames && next >= 0) {
            throw new ImageException(
                    Reason.MALFORMED, "more frames than the " + frames + " that Number of Frames (0028,0008) says");
        }
        return true;
    }

    /** The encoded frame: {@link #length()} bytes of it, until the next call of {@link #next()}. */
    public byte[] buffer() {
        return buffer;
    }

    public int length() {
        return length;
    }

    private boolean beginsFrame() {
        // A table that does not fit the fragments must not join frames of which each can be told by its first bytes.
        return table != null && table.contains(offset)
                || (table == null || codec.hasSignature()) && codec.beginsFrame(head, headLength);
    }

    private void append() throws IOException {
        room(next);
        System.arraycopy(head, 0, buffer, length, headLength);
        length += headLength;
        long left = next - headLength;
        while (left > 0) {
            room(1);
            int n = in.read(buffer, length, (int) Math.min(left, buffer.length - length));
            if (n < 0) {
                throw truncated();
            }
            length += n;
            left -= n;
        }
        offset += ITEM_HEADER + next;
    }

    /** Refuses a frame that gets too long; memory grows as bytes come, never by a length that was only declared. */
    private void room(long wanted) throws ImageException {
        if (length + wanted > maxBytes) {
            throw new ImageException(
                    Reason.LIMIT,
                    "encoded frame " + (frame + 1) + " of " + (length + wanted) + " bytes or more: at most " + maxBytes
                            + " are taken");
        }
        if (length + Codec.HEAD > buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.min(maxBytes + (long) Codec.HEAD, buffer.length * 2L));
        }
    }

    /** Reads the header and the first bytes of the fragment that comes next; empty ones are passed over. */
    private void nextFragment() throws IOException {
        next = itemHeader();
        while (next == 0) {
            offset += ITEM_HEADER;
            next = itemHeader();
        }
        headLength = next < 0 ? 0 : in.readNBytes(head, 0, (int) Math.min(next, Codec.HEAD));
        if (next > 0 && headLength < Math.min(next, Codec.HEAD)) {
            throw truncated();
        }
    }

    /** The length of the next item, or -1 at the Sequence Delimitation Item. */
    private long itemHeader() throws IOException {
        byte[] header = in.readNBytes(ITEM_HEADER);
        if (header.length < ITEM_HEADER) {
            throw truncated();
        }
        int tag = (header[1] & 0xFF) << 24 | (header[0] & 0xFF) << 16 | (header[3] & 0xFF) << 8 | header[2] & 0xFF;
        long itemLength =
                header[4] & 0xFF | (header[5] & 0xFF) << 8 | (header[6] & 0xFF) << 16 | (header[7] & 0xFFL) << 24;
        if (tag == Tag.SequenceDelimitationItem) {
            return -1;
        }
        if (tag != Tag.Item || itemLength == 0xFFFFFFFFL) {
            throw new ImageException(
                    Reason.MALFORMED, "encapsulated pixel data: " + Tag.format(tag) + " where a fragment should begin");
        }
        return itemLength;
    }

    private static ImageException truncated() {
        return new ImageException(Reason.TRUNCATED, "encapsulated pixel data ends inside a fragment");
    }
}
