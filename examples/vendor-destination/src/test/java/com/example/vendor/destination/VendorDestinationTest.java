package com.example.vendor.destination;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.testkit.DestinationContract;
import org.sallyport.gateway.testkit.FakeDelivery;

/** The tests of the conformance kit, which this class inherits, and one of its own. */
class VendorDestinationTest extends DestinationContract {

    @TempDir
    Path temporary;

    private Path folder() {
        return temporary.resolve("images");
    }

    @Override
    protected Destination open() throws IOException {
        return new VendorDestination(folder(), "");
    }

    @Override
    protected void close(Destination destination) {
        // It has no threads and no connections.
    }

    @Override
    protected boolean breakReceiver() throws IOException {
        Files.delete(folder());
        return true;
    }

    @Override
    protected List<Received> received() throws Exception {
        List<Received> received = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder())) {
            for (Path file : files.filter(one -> one.toString().endsWith(".dcm")).toList()) {
                MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
                received.add(new Received(uid(file), HexFormat.of().formatHex(sha256.digest())));
            }
        }
        return received;
    }

    /** Of the file meta information. */
    private static String uid(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE)
                    .meta()
                    .mediaStorageSopInstanceUid();
        }
    }

    @Test
    void everyImageStandsInTheJournal() throws Exception {
        VendorDestination destination = new VendorDestination(folder(), "");
        destination.deliver(FakeDelivery.of(1, 3));
        assertEquals(6, Files.readAllLines(folder().resolve("journal")).size());
    }

    @Test
    void theSecretChangesTheNamesOfFiles() throws Exception {
        new VendorDestination(folder(), "one").deliver(FakeDelivery.of(1, 1));
        long before = images();
        new VendorDestination(folder(), "one").deliver(FakeDelivery.of(1, 1));
        assertEquals(before, images());
        new VendorDestination(folder(), "other").deliver(FakeDelivery.of(1, 1));
        assertEquals(2 * before, images());
    }

    private long images() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(one -> one.toString().endsWith(".dcm")).count();
        }
    }
}
