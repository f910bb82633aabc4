package org.sallyport.admin.shell.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.store.IndexBackup;
import org.sallyport.gateway.api.vault.VaultBackup;

/** vault:backup. */
@Service
@Command(
        scope = "vault",
        name = "backup",
        description = "Copies vault and index, while they are in use, to a new folder below backup in the data folder")
public final class VaultBackUp extends VaultCommand {

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    @IfThere
    @Nullable
    IndexBackup index;

    @IfThere
    @Nullable
    VaultBackup files;

    @Override
    public @Nullable Object execute() throws Exception {
        if (reason == null || reason.isBlank()) {
            throw new IllegalArgumentException("say why: --reason \"...\"");
        }
        IndexBackup database = need(index, "the index");
        VaultBackup keys = need(files, "the vault");
        Path folder = DataFolder.of("backup").resolve(STAMP.format(Instant.now()));
        // What is cut short keeps this name.
        Path part = DataFolder.privateFolder(folder.resolveSibling(folder.getFileName() + ".part"));
        // The index first: the vault has to know every study of it.
        boolean embedded = database.backUp(part);
        keys.backUp(part, request(folder.getFileName().toString()));
        Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
        Sheet sheet = new Sheet();
        sheet.put("folder", folder);
        sheet.put("index", embedded);
        tell(
                sheet,
                embedded
                        ? "vault and index are copied to " + folder
                        : "the vault is copied to " + folder + "; the index is on a server: dump it there");
        return null;
    }
}
