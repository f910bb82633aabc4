package org.sallyport.destination.dicom.internal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.testkit.DestinationContract;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** The PACS destination is held to what every destination is held to; subclasses give it a PACS. */
abstract class PacsContract extends DestinationContract {

    static Destination destination(int port) {
        return destination(port, FakePacs.TIMEOUTS);
    }

    static Destination destination(int port, Timeouts timeouts) {
        return new DicomDestination(new DicomSettings(
                "pacs",
                () -> new Peer("127.0.0.1", port, "PACS"),
                () -> "GATE",
                2,
                Options.DEFAULT.withTimeouts(timeouts),
                true,
                null));
    }

    @Override
    protected void close(Destination destination) throws Exception {
        // It holds nothing.
    }

    /**
     * An instance as the receiver has it. C-STORE carries the data set alone: with the meta information that the kit's files have before it, it has to be
     * that file, byte by byte.
     */
    static Received received(String sopInstanceUid, InputStream dataSet) throws IOException {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
                new FileMetaInformation(
                                Modality.CT.sopClassUid(),
                                sopInstanceUid,
                                FakeDelivery.EXPLICIT,
                                SyntheticStudy.UID_ROOT + ".0",
                                "TESTKIT",
                                "TESTKIT")
                        .write(out);
                new BufferedInputStream(dataSet, 1 << 16).transferTo(out);
            }
            return new Received(sopInstanceUid, HexFormat.of().formatHex(sha256.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
