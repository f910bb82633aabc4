package org.sallyport.destination.folder.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.testkit.DestinationContract;

/** The folder is held to what every destination is held to. */
class FolderContractTest extends DestinationContract {

    @TempDir
    private Path folder;

    private Path outbox() {
        return folder.resolve("outbox");
    }

    @Override
    protected Destination open() throws IOException {
        return new FolderDestination(Files.createDirectory(outbox()), new FolderSettings(false, false, false, 0));
    }

    @Override
    protected void close(Destination destination) {}

    @Override
    protected boolean breakReceiver() throws IOException {
        Files.delete(outbox());
        return true;
    }

    @Override
    protected List<Received> received() throws Exception {
        List<Received> received = new ArrayList<>();
        try (Stream<Path> files = Files.list(outbox())) {
            for (Path file : files.toList()) {
                readInto(received, file);
            }
        }
        return received;
    }

    private static void readInto(List<Received> received, Path file) throws Exception {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
                try (InputStream in = new DigestInputStream(zip.getInputStream(entry), sha256)) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
                String uid = entry.getName().replaceAll(".*/|\\.dcm$", "");
                received.add(new Received(uid, HexFormat.of().formatHex(sha256.digest())));
            }
        }
    }
}
