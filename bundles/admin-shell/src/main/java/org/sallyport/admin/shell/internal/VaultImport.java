package org.sallyport.admin.shell.internal;

import java.nio.file.Path;
import java.util.Arrays;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.MappingExchange;
import org.sallyport.gateway.api.vault.MappingImport.Report;

/** vault:import. */
@Service
@Command(
        scope = "vault",
        name = "import",
        description = "Takes over what another gateway's vault:export wrote: all of it, or nothing if it contradicts"
                + " what is known here")
public final class VaultImport extends ReasonedCommand {

    @IfThere
    @Nullable
    MappingExchange exchange;

    @Option(
            name = "--passphrase-file",
            description =
                    "File whose first line is the passphrase of the key; never given here, where it would be seen")
    @Nullable
    String passphraseFile;

    @Option(name = "--dry-run", description = "Say what would come of it, and write nothing")
    boolean dryRun;

    @Argument(
            index = 0,
            name = "key",
            required = true,
            description =
                    "File with the private key of a recipient (PEM or PKCS#12); paths are of the gateway's machine")
    String key = "";

    @Argument(index = 1, name = "file", required = true, description = "That vault:export wrote")
    String file = "";

    @Override
    public @Nullable Object execute() throws Exception {
        char[] passphrase = PassphraseFile.read(passphraseFile);
        Report report;
        try {
            report = need(exchange, "the vault")
                    .take(Path.of(file), Path.of(key), passphrase, request(dryRun ? "dry run" : "mappings"), dryRun);
        } finally {
            Arrays.fill(passphrase, ' ');
        }
        Listing list = MappingListing.of(report, json);
        if (dryRun) {
            list.row("dry run: nothing was written", 0, "");
        }
        list.print(System.out, json);
        if (report.counts().getOrDefault(MappingExchange.CONFLICTS, 0L) > 0) {
            throw new IllegalStateException(
                    "nothing was taken over: the patients listed have other pseudonyms here; export the others, by --patient");
        }
        return null;
    }
}
