package org.sallyport.gateway.scp.internal.commitment;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.Roles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commitments that are not reported yet, each in a sealed file of its own. One thread at a time for each transaction. */
final class TransactionFolder {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionFolder.class);

    private static final String SUFFIX = ".commitment";
    private static final String PLACE = "commitment/";
    private static final long LONGEST_FILE = 64L << 20;

    private final Path folder;
    private final IdentityVault vault;

    TransactionFolder(Path folder, IdentityVault vault) {
        this.folder = folder;
        this.vault = vault;
    }

    private Path file(UUID id) {
        return folder.resolve(id + SUFFIX);
    }

    /** Durable on return. */
    void keep(Transaction transaction) throws IOException {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (OutputStream out = vault.sealHeld(PLACE + transaction.id(), sealed)) {
            out.write(transaction.bytes());
        }
        DataFolder.replace(file(transaction.id()), sealed.toByteArray());
    }

    void forget(Transaction transaction) throws IOException {
        Files.deleteIfExists(file(transaction.id()));
    }

    /** Those that an earlier run has left; one that cannot be read is left where it is. */
    List<Transaction> left() throws IOException {
        List<Transaction> left = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                try {
                    left.add(read(file));
                } catch (IOException | IllegalArgumentException e) {
                    LOG.error("the commitment in {} cannot be read", file, e);
                }
            }
        }
        return left;
    }

    private Transaction read(Path file) throws IOException {
        String name = file.getFileName().toString();
        UUID id = UUID.fromString(name.substring(0, name.length() - SUFFIX.length()));
        if (Files.size(file) > LONGEST_FILE) {
            throw new IOException("too long");
        }
        AccessRequest request = new AccessRequest(
                "gateway",
                Set.of(Roles.PRIVACY_OFFICER),
                "storage commitment",
                "going on with a commitment that was asked for",
                id.toString());
        try (InputStream in = vault.open(PLACE + id, new ByteArrayInputStream(Files.readAllBytes(file)), request)) {
            return Transaction.of(id, in.readAllBytes());
        }
    }
}
