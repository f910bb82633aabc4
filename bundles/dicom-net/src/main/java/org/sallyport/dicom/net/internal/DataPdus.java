package org.sallyport.dicom.net.internal;

import java.io.IOException;
import java.io.OutputStream;

/** Cuts commands and data sets into P-DATA-TF PDUs, each sent in one write. Owned by the association's thread. */
public final class DataPdus {

    /** PDU header, PDV length, context id, control header. */
    private static final int OVERHEAD = 12;

    private static final int LARGEST = 256 * 1024;
    /** Two bytes of a message in a PDV; a peer that takes less cannot be sent anything. */
    private static final int SMALLEST = 8;

    private final UpperLayer upperLayer;
    private final byte[] pdu;

    /** @param peerMaxPduLength longest variable field that the peer takes; 0 = any */
    public DataPdus(UpperLayer upperLayer, long peerMaxPduLength) {
        this.upperLayer = upperLayer;
        long most = peerMaxPduLength == 0 ? LARGEST : Math.min(peerMaxPduLength, LARGEST);
        // Fragments are of even length (PS3.8 Annex E).
        this.pdu = new byte[(int) Math.max(most & ~1, SMALLEST) + PduType.HEADER];
    }

    public void command(int contextId, byte[] command) throws IOException {
        try (Fragments out = new Fragments(contextId, 1)) {
            out.write(command, 0, command.length);
        }
    }

    /** Takes a data set; closing it sends the last fragment. */
    public OutputStream dataSet(int contextId) {
        return new Fragments(contextId, 0);
    }

    private final class Fragments extends OutputStream {

        private final int contextId;
        private final int control;
        private int used = OVERHEAD;
        private boolean closed;

        Fragments(int contextId, int control) {
            this.contextId = contextId;
            this.control = control;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            int rest = length;
            while (rest > 0) {
                if (used == pdu.length) {
                    send(0);
                }
                int n = Math.min(rest, pdu.length - used);
                System.arraycopy(bytes, from, pdu, used, n);
                used += n;
                from += n;
                rest -= n;
            }
        }

        private void send(int last) throws IOException {
            int variableField = used - PduType.HEADER;
            pdu[0] = PduType.P_DATA_TF;
            pdu[1] = 0;
            u32(2, variableField);
            u32(6, variableField - 4);
            pdu[10] = (byte) contextId;
            pdu[11] = (byte) (control | last);
            int length = used;
            used = OVERHEAD;
            upperLayer.sendData(pdu, length);
        }

        private void u32(int at, int value) {
            pdu[at] = (byte) (value >>> 24);
            pdu[at + 1] = (byte) (value >>> 16);
            pdu[at + 2] = (byte) (value >>> 8);
            pdu[at + 3] = (byte) value;
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                send(2);
            }
        }
    }
}
