package org.sallyport.dicom.net.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Presentation data values (PS3.8 9.3.5.1, Annex E) put together to commands and data sets. Owned by the association's thread. */
public final class PdvReader {

    private static final int PDV_HEADER = 6;
    private static final int IS_COMMAND = 1;
    private static final int IS_LAST = 2;

    private final UpperLayer upperLayer;
    private final Duration timeout;
    private final byte[] header = new byte[PDV_HEADER];
    private int left;
    private int contextId;
    private boolean command;
    private boolean last;
    private @Nullable DataSetStream open;

    public PdvReader(UpperLayer upperLayer, Duration timeout) {
        this.upperLayer = upperLayer;
        this.timeout = timeout;
    }

    /** Of the last PDV. */
    public int contextId() {
        return contextId;
    }

    /** A whole command; the first P-DATA-TF has to be there. */
    public byte[] readCommand(int longest) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        int context = -1;
        byte[] chunk = new byte[1024];
        do {
            nextPdv();
            if (!command || context >= 0 && context != contextId) {
                throw upperLayer.refuse("a fragment of a command was due");
            }
            context = contextId;
            if (bytes.size() + left > longest) {
                throw upperLayer.refuse("command of more than " + longest + " bytes");
            }
            while (left > 0) {
                bytes.write(chunk, 0, read(chunk, 0, chunk.length));
            }
        } while (!last);
        return bytes.toByteArray();
    }

    /** The data set that follows a command, as it comes. */
    public InputStream dataSet(int context) {
        open = new DataSetStream(context);
        return open;
    }

    /** Passes over what is left of a data set. */
    public void drain() throws IOException {
        if (open != null) {
            open.transferTo(OutputStream.nullOutputStream());
            open = null;
        }
    }

    private void nextPdv() throws IOException {
        if (!upperLayer.awaitData(timeout, () -> false)) {
            throw upperLayer.refuse("release in the middle of a message");
        }
        int have = 0;
        while (have < PDV_HEADER) {
            if (upperLayer.dataLeft() == 0) {
                throw upperLayer.refuse("a PDV header reaches beyond its PDU");
            }
            have += upperLayer.readData(header, have, PDV_HEADER - have);
        }
        long length = (header[0] & 0xFFL) << 24 | (header[1] & 0xFF) << 16 | (header[2] & 0xFF) << 8 | header[3] & 0xFF;
        // The length counts context id and control header too.
        if (length < 2 || length - 2 > upperLayer.dataLeft()) {
            throw upperLayer.refuse("a PDV of " + length + " bytes does not fit its PDU");
        }
        left = (int) length - 2;
        contextId = header[4] & 0xFF;
        command = (header[5] & IS_COMMAND) != 0;
        last = (header[5] & IS_LAST) != 0;
    }

    private int read(byte[] to, int offset, int length) throws IOException {
        int n = upperLayer.readData(to, offset, Math.min(length, left));
        left -= n;
        return n;
    }

    private final class DataSetStream extends InputStream {

        private final int context;
        private boolean started;

        DataSetStream(int context) {
            this.context = context;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (!started || left == 0) {
                if (started && last) {
                    return -1;
                }
                nextPdv();
                started = true;
                if (command || contextId != context) {
                    throw upperLayer.refuse("a fragment of a data set was due");
                }
            }
            return PdvReader.this.read(to, offset, length);
        }
    }
}
