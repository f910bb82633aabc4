package org.sallyport.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.Timeouts;

/** Our own association requester: files as they are on disk, in PDUs as long as the receiver takes. */
final class OwnSender implements Sender {

    // A receiver may serve one association after the other.
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final Timeouts TIMEOUTS = new Timeouts(PATIENCE, PATIENCE, PATIENCE);
    private static final String SYNTAX = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid();
    private static final int BUFFER = 256 * 1024;
    // Preamble, DICM, and (0002,0000) up to the four bytes of its value (PS3.10 7.1).
    private static final int GROUP_LENGTH_AT = 128 + 4 + 8;

    @Override
    public String name() {
        return "own";
    }

    @Override
    public boolean usesNagle() {
        return false;
    }

    @Override
    public int send(Receiver receiver, List<Image> images) throws IOException {
        List<ProposedContext> contexts =
                List.of(new ProposedContext(1, images.get(0).sopClassUid(), List.of(SYNTAX)));
        byte[] buffer = new byte[BUFFER];
        try (Association association = AssociationRequester.open(
                Receiver.HOST, receiver.port(), receiver.aet(), "BENCH", contexts, TIMEOUTS)) {
            int accepted = 0;
            for (Image image : images) {
                CommandSet answer = association.store(
                        image.sopClassUid(), image.sopInstanceUid(), SYNTAX, out -> copyDataSet(image, buffer, out));
                if (answer.status() == CommandSet.SUCCESS) {
                    accepted++;
                }
            }
            association.release();
            return accepted;
        }
    }

    /** Writes what follows the file meta information. */
    private static void copyDataSet(Image image, byte[] buffer, OutputStream out) throws IOException {
        try (InputStream in = Files.newInputStream(image.file())) {
            int filled = in.readNBytes(buffer, 0, buffer.length);
            int at = GROUP_LENGTH_AT;
            if (filled >= at + Integer.BYTES) {
                at += Integer.BYTES
                        + ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
            }
            if (at >= filled) {
                throw new EOFException(image.file() + " is shorter than it was generated");
            }
            out.write(buffer, at, filled - at);
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }
    }
}
