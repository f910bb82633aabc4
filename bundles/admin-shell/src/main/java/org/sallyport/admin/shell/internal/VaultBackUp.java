package org.sallyport.admin.shell.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
        Path folder = DataFolder.of("backup").resolve(Stamp.now());
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
