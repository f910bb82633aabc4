package org.sallyport.gateway.vault.internal;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.VaultBackup;
import org.sallyport.gateway.api.vault.VaultException;

/** Copies the vault's files in an order in which what is copied later may know more than what was copied before, never less. Immutable. */
@Component(service = VaultBackup.class)
public final class FileVaultBackup implements VaultBackup {

    private static final String ACTION = "vault.backup";
    private static final String EARLIER = "earlier";

    private final Path vault;
    private final MasterKey masterKey;
    private final JournalPseudonymizer assignments;
    private final AuditLog audit;

    @Activate
    public FileVaultBackup(
            @Reference KeyHolder keys, @Reference JournalPseudonymizer assignments, @Reference AuditLog audit)
            throws IOException {
        this(DataFolder.of("vault"), keys.masterKey(), assignments, audit);
    }

    FileVaultBackup(Path vault, MasterKey masterKey, JournalPseudonymizer assignments, AuditLog audit) {
        this.vault = vault;
        this.masterKey = masterKey;
        this.assignments = assignments;
        this.audit = audit;
    }

    @Override
    public void backUp(Path folder, AccessRequest request) throws IOException {
        String refusal = JournalAdministration.refusal(request);
        audited(request, refusal == null ? "done" : "refused", refusal);
        if (refusal != null) {
            throw new AccessDeniedException(refusal);
        }
        try {
            copyTo(folder.resolve("vault"));
        } catch (IOException | RuntimeException e) {
            audited(request, "failed", "what was written is of no use");
            throw e;
        }
    }

    private void audited(AccessRequest request, String outcome, @Nullable String detail) throws VaultException {
        audit.record(ACTION, request.actor(), request.source(), request.subject(), request.reason(), outcome, detail);
    }

    private void copyTo(Path to) throws IOException {
        DataFolder.privateFolder(to);
        copy(to, AuditAnchors.FILE);
        // The side file tells how far the log has come: a log that ends before it looks cut off.
        copy(to, FileAuditLog.LAST_FILE);
        copy(to, FileAuditLog.FILE);
        masterKey.copyTo(name -> copy(to, name));
        copyEarlier(DataFolder.privateFolder(to.resolve(EARLIER)));
        try (OutputStream out = create(to.resolve(Journal.FILE))) {
            assignments.copyTo(out);
        }
        // Last: whoever is erased meanwhile is noted here.
        copy(to, Tombstones.FILE);
        for (Path folder : List.of(to.resolve(EARLIER), to, to.toAbsolutePath().getParent())) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** These never change once they have their name. */
    private void copyEarlier(Path to) throws IOException {
        Path from = vault.resolve(EARLIER);
        if (!Files.isDirectory(from)) {
            return;
        }
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(each -> each.toString().endsWith(EarlierFolder.SUFFIX))
                    .toList()) {
                copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    /** One that is not there is passed over. */
    private void copy(Path to, String name) throws IOException {
        try {
            copy(vault.resolve(name), to.resolve(name));
        } catch (NoSuchFileException e) {
            Files.deleteIfExists(to.resolve(name));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (OutputStream out = create(to)) {
            Files.copy(from, out);
        }
    }

    /** A new file, readable by the gateway's user only, that is on stable storage once it is closed. */
    private static OutputStream create(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        FileOutputStream written = new FileOutputStream(file.toFile());
        return new BufferedOutputStream(written, 1 << 16) {
            @Override
            public void close() throws IOException {
                try (written) {
                    flush();
                    written.getFD().sync();
                }
            }
        };
    }
}
