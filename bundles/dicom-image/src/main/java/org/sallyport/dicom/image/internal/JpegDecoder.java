package org.sallyport.dicom.image.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImageException.Reason;
import org.sallyport.dicom.image.ImagePixel;

/**
 * Decodes one JPEG image (ITU-T T.81): sequential DCT with Huffman coding (processes 1, 2, 4) and lossless (process 14). Tolerated, as real
 * equipment writes it: bytes before markers, fill bytes, unknown segments, restart markers out of count, a missing End of Image. Each component
 * may come in one scan only, so that work is bounded by the size of the image and of its data. Owned by one thread.
 */
final class JpegDecoder {

    private static final int MOST_BLOCKS_IN_MCU = 10;

    /** Counts of the sixteen lengths, then values: built when a scan uses it. */
    private record TableDefinition(int[] counts, byte[] values) {}

    private final byte[] data;
    private final int end;
    private final ImagePixel image;
    private int at;

    private final @Nullable TableDefinition[] dcTables = new TableDefinition[4];
    private final @Nullable TableDefinition[] acTables = new TableDefinition[4];
    /** Empty where none was defined. */
    private final int[][] quantization = new int[4][0];

    private int restartInterval;
    private int adobeTransform = -1;
    private @Nullable JpegFrame frame;
    private short[][] planes = {};
    private int[] strides = {};
    private boolean[] decoded = {};
    private int pointTransform;

    private JpegDecoder(byte[] data, int length, ImagePixel image) {
        this.data = data;
        this.end = length;
        this.image = image;
    }

    /** Whether bytes begin with Start of Image and a marker. */
    static boolean isStart(byte[] bytes, int length) {
        return length >= 3 && bytes[0] == (byte) 0xFF && bytes[1] == (byte) Markers.SOI && bytes[2] == (byte) 0xFF;
    }

    static Frame decode(byte[] data, int length, ImagePixel image) throws ImageException {
        return new JpegDecoder(data, length, image).decode();
    }

    private Frame decode() throws ImageException {
        if (image.samplesPerPixel() != 1 && image.samplesPerPixel() != 3) {
            throw new ImageException(Reason.UNSUPPORTED, "JPEG of " + image.samplesPerPixel() + " samples per pixel");
        }
        if (!isStart(data, end)) {
            throw malformed("does not begin with Start of Image");
        }
        at = 2;
        boolean more = true;
        while (more) {
            at = Markers.find(data, at, end);
            if (at < 0) {
                throw new ImageException(Reason.TRUNCATED, "JPEG data ends before its image does");
            }
            int marker = data[at + 1] & 0xFF;
            at += 2;
            more = segment(marker);
        }
        JpegFrame header = frame;
        if (header == null) {
            throw malformed("has no frame header");
        }
        return header.lossless()
                ? JpegOutput.lossless(header, planes, pointTransform, image)
                : JpegOutput.lossy(header, planes, strides, adobeTransform, image);
    }

    /** @return whether more is needed */
    private boolean segment(int marker) throws ImageException {
        if (marker == Markers.EOI) {
            throw new ImageException(Reason.TRUNCATED, "JPEG data ends before its image does");
        }
        if (marker == Markers.SOI || marker == Markers.TEM || marker >= Markers.RST0 && marker <= Markers.RST7) {
            return true;
        }
        int length = u16(at);
        int stop = at + length;
        if (length < 2 || stop > end) {
            throw malformed(String.format("marker %02X with a length of %d at byte %d", marker, length, at));
        }
        int from = at + 2;
        at = stop;
        switch (marker) {
            case Markers.DHT -> huffmanTables(from, stop);
            case Markers.DQT -> quantizationTables(from, stop);
            case Markers.DRI -> restartInterval = stop - from >= 2 ? u16(from) : 0;
            case Markers.APP14 -> adobe(from, stop);
            case Markers.SOS -> {
                scan(from, stop);
                return !allDecoded();
            }
            case Markers.SOF0, Markers.SOF1, Markers.SOF3 -> frameHeader(marker, from, stop);
            default -> refuseOtherProcesses(marker);
        }
        return true;
    }

    private boolean allDecoded() {
        for (boolean component : decoded) {
            if (!component) {
                return false;
            }
        }
        return true;
    }

    private static void refuseOtherProcesses(int marker) throws ImageException {
        if (marker == Markers.DAC || marker >= Markers.SOF0 && marker <= Markers.SOF15 && marker != Markers.JPG) {
            throw new ImageException(
                    Reason.UNSUPPORTED,
                    String.format(
                            Locale.ROOT,
                            "JPEG of another process (marker %02X): only sequential and lossless ones with Huffman coding are decoded",
                            marker));
        }
    }

    private void adobe(int from, int stop) {
        byte[] name = {'A', 'd', 'o', 'b', 'e'};
        if (stop - from >= 12 && Arrays.equals(data, from, from + 5, name, 0, 5)) {
            adobeTransform = data[from + 11] & 0xFF;
        }
    }

    private void huffmanTables(int start, int stop) throws ImageException {
        int from = start;
        while (stop - from >= 17) {
            int target = data[from] & 0xFF;
            int[] counts = new int[16];
            int sum = 0;
            for (int i = 0; i < 16; i++) {
                counts[i] = data[from + 1 + i] & 0xFF;
                sum += counts[i];
            }
            from += 17;
            if ((target & 0xEC) != 0 || sum > 256 || sum > stop - from) {
                throw malformed("a Huffman table with " + sum + " values for destination " + target);
            }
            TableDefinition[] tables = target >= 0x10 ? acTables : dcTables;
            tables[target & 3] = new TableDefinition(counts, Arrays.copyOfRange(data, from, from + sum));
            from += sum;
        }
    }

    private void quantizationTables(int start, int stop) throws ImageException {
        int from = start;
        while (from < stop) {
            int target = data[from++] & 0xFF;
            int unit = (target >> 4) + 1;
            if (unit > 2 || (target & 15) > 3 || stop - from < 64 * unit) {
                throw malformed("a quantization table that is too short, or for destination " + target);
            }
            int[] table = new int[64];
            for (int i = 0; i < 64; i++) {
                table[i] = unit == 2 ? u16(from + 2 * i) : data[from + i] & 0xFF;
            }
            quantization[target & 3] = table;
            from += 64 * unit;
        }
    }

    private void frameHeader(int marker, int from, int stop) throws ImageException {
        if (frame != null) {
            throw malformed("two frame headers");
        }
        int count = stop - from < 6 ? 0 : data[from + 5] & 0xFF;
        if (count == 0 || stop - from < 6 + 3 * count) {
            throw malformed("a frame header that is too short");
        }
        boolean lossless = marker == Markers.SOF3;
        int precision = data[from] & 0xFF;
        if (lossless ? precision < 2 || precision > 16 : precision != 8 && precision != 12) {
            throw malformed("a precision of " + precision + " bits");
        }
        // No rows: their number comes after the image (T.81 B.2.5), and is known from the data set.
        int rows = u16(from + 1) == 0 ? image.rows() : u16(from + 1);
        int columns = u16(from + 3);
        if (rows != image.rows() || columns != image.columns() || count != image.samplesPerPixel()) {
            throw malformed(rows + " rows, " + columns + " columns, " + count + " components where the attributes say "
                    + image.rows() + ", " + image.columns() + ", " + image.samplesPerPixel());
        }
        List<JpegFrame.Component> components = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int c = from + 6 + 3 * i;
            int h = data[c + 1] >> 4 & 15;
            int v = data[c + 1] & 15;
            int table = data[c + 2] & 0xFF;
            if (h < 1 || h > 4 || v < 1 || v > 4 || table > 3) {
                throw malformed("sampling factors " + h + ", " + v + " or quantization table " + table);
            }
            components.add(new JpegFrame.Component(data[c] & 0xFF, h, v, table));
        }
        // Factors of a single component are of no meaning: its blocks lie row by row (T.81 A.2.2).
        if (count == 1) {
            components.set(
                    0,
                    new JpegFrame.Component(
                            components.get(0).id(), 1, 1, components.get(0).quantization()));
        }
        JpegFrame header = new JpegFrame(lossless, precision, rows, columns, components);
        planes = new short[count][];
        strides = new int[count];
        decoded = new boolean[count];
        for (int i = 0; i < count; i++) {
            allocate(header, i);
        }
        frame = header;
    }

    private void allocate(JpegFrame header, int i) throws ImageException {
        JpegFrame.Component component = header.components().get(i);
        if (header.lossless()) {
            if (component.h() != header.maxH() || component.v() != header.maxV()) {
                throw new ImageException(Reason.UNSUPPORTED, "lossless JPEG with components of different sizes");
            }
            strides[i] = header.columns();
            planes[i] = new short[header.rows() * header.columns()];
            return;
        }
        if (header.maxH() % component.h() != 0 || header.maxV() % component.v() != 0) {
            throw new ImageException(Reason.UNSUPPORTED, "JPEG with sampling factors whose ratios are not whole");
        }
        strides[i] = 8 * component.h() * JpegFrame.ceiling(header.columns(), 8 * header.maxH());
        int rows = 8 * component.v() * JpegFrame.ceiling(header.rows(), 8 * header.maxV());
        planes[i] = new short[strides[i] * rows];
    }

    private void scan(int from, int stop) throws ImageException {
        JpegFrame header = frame;
        if (header == null) {
            throw malformed("a scan before the frame header");
        }
        int count = stop > from ? data[from] & 0xFF : 0;
        if (stop - from < 4 + 2 * count
                || count < 1
                || count > header.components().size()) {
            throw malformed("a scan header of " + count + " components");
        }
        int[] indices = new int[count];
        HuffmanTable[] dc = new HuffmanTable[count];
        HuffmanTable[] ac = new HuffmanTable[header.lossless() ? 0 : count];
        for (int i = 0; i < count; i++) {
            indices[i] = claim(header, data[from + 1 + 2 * i] & 0xFF);
            int tables = data[from + 2 + 2 * i] & 0xFF;
            dc[i] = build(dcTables, tables >> 4);
            if (!header.lossless()) {
                ac[i] = build(acTables, tables & 15);
            }
        }
        int selection = data[from + 1 + 2 * count] & 0xFF;
        int transform = data[from + 3 + 2 * count] & 15;
        JpegScan scan = new JpegScan(indices, dc, ac, selection, transform, restartInterval);
        at = header.lossless() ? losslessScan(header, scan) : dctScan(header, scan);
    }

    private int losslessScan(JpegFrame header, JpegScan scan) throws ImageException {
        if (scan.predictor() < 1 || scan.predictor() > 7 || scan.pointTransform() >= header.precision()) {
            throw malformed("predictor " + scan.predictor() + " or point transform " + scan.pointTransform()
                    + " in a scan header");
        }
        if (scan.components().length > 1 && header.maxH() * header.maxV() != 1) {
            throw new ImageException(Reason.UNSUPPORTED, "lossless JPEG with sampling factors other than 1");
        }
        pointTransform = scan.pointTransform();
        return LosslessScan.decode(header, scan, data, at, end, planes);
    }

    private int dctScan(JpegFrame header, JpegScan scan) throws ImageException {
        int blocks = 0;
        int[][] tables = new int[scan.components().length][];
        for (int i = 0; i < tables.length; i++) {
            JpegFrame.Component component = header.components().get(scan.components()[i]);
            blocks += component.h() * component.v();
            int[] table = quantization[component.quantization()];
            if (table.length == 0) {
                throw malformed("no quantization table " + component.quantization());
            }
            tables[i] = table;
        }
        if (tables.length > 1 && blocks > MOST_BLOCKS_IN_MCU) {
            throw malformed(blocks + " blocks in an MCU (T.81 B.2.3 allows " + MOST_BLOCKS_IN_MCU + ")");
        }
        return DctScan.decode(header, scan, tables, data, at, end, planes, strides);
    }

    /** The index of a scan's component, which may come once only. */
    private int claim(JpegFrame header, int id) throws ImageException {
        for (int i = 0; i < decoded.length; i++) {
            if (header.components().get(i).id() == id && !decoded[i]) {
                decoded[i] = true;
                return i;
            }
        }
        throw malformed("a scan of component " + id + ", which the frame header does not name or another scan held");
    }

    private HuffmanTable build(@Nullable TableDefinition[] tables, int index) throws ImageException {
        TableDefinition definition = index > 3 ? null : tables[index];
        if (definition == null) {
            throw malformed("no Huffman table " + index);
        }
        return new HuffmanTable(definition.counts(), definition.values());
    }

    private int u16(int position) {
        return position + 1 < end ? (data[position] & 0xFF) << 8 | data[position + 1] & 0xFF : 0;
    }

    private static ImageException malformed(String what) {
        return new ImageException(Reason.MALFORMED, "JPEG: " + what);
    }
}
