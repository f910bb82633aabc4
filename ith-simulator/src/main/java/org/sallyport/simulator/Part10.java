package org.sallyport.simulator;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Reads the file meta information of a DICOM file (PS3.10 7.1), apart from the gateway's own code. Pure but for the file. */
final class Part10 {

    private static final int PREAMBLE = 128;
    private static final int META = 0x0002;
    private static final int SOP_INSTANCE = 0x0003;
    private static final int LONGEST = 1 << 20;

    /** VRs with a length of four bytes (PS3.5 7.1.2); of these OB and UN occur in group 0002. */
    private static final Set<String> LONG = Set.of("OB", "UN");

    private Part10() {}

    /** @throws IOException if it is no DICOM file or does not tell */
    static String sopInstanceUid(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            bytes(in, PREAMBLE);
            if (!"DICM".equals(text(bytes(in, 4)))) {
                throw new IOException(file.getFileName() + " is no DICOM file");
            }
            while (true) {
                ByteBuffer head = number(in, 4);
                if (head.getShort(0) != META) {
                    throw new IOException(file.getFileName() + " does not tell its SOP Instance UID");
                }
                byte[] value = value(in);
                if (head.getShort(2) == SOP_INSTANCE) {
                    return text(value).replace("\0", "").strip();
                }
            }
        } catch (EOFException e) {
            throw new IOException(file.getFileName() + " is no DICOM file: it ends in its head", e);
        }
    }

    private static byte[] value(InputStream in) throws IOException {
        String vr = text(bytes(in, 2));
        int length;
        if (LONG.contains(vr)) {
            bytes(in, 2);
            length = number(in, 4).getInt(0);
        } else {
            length = Short.toUnsignedInt(number(in, 2).getShort(0));
        }
        if (length < 0 || length > LONGEST) {
            throw new IOException(
                    "a value of " + Integer.toUnsignedString(length) + " bytes in the file meta information");
        }
        return bytes(in, length);
    }

    private static ByteBuffer number(InputStream in, int length) throws IOException {
        return ByteBuffer.wrap(bytes(in, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytes(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
