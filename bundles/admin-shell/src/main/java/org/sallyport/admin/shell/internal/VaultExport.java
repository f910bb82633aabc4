package org.sallyport.admin.shell.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.MappingExchange;
import org.sallyport.gateway.api.vault.MappingImport.Report;

/** vault:export. */
@Service
@Command(
        scope = "vault",
        name = "export",
        description = "Writes pseudonyms, keys and originals, encrypted, to a new file below export in the data folder,"
                + " for a gateway elsewhere to go on with")
public final class VaultExport extends ReasonedCommand {

    @IfThere
    @Nullable
    MappingExchange exchange;

    @Option(
            name = "--patient",
            multiValued = true,
            description = "Pseudonym of one, with whoever is merged with it; may be given more than once. Else all")
    @Nullable
    List<String> patients;

    @Argument(
            index = 0,
            name = "certificates",
            required = true,
            multiValued = true,
            description = "Files of this machine with the certificates (RSA) of those who may read it")
    @Nullable
    List<String> certificates;

    @Override
    public @Nullable Object execute() throws Exception {
        Path file = DataFolder.of("export").resolve("mappings-" + Stamp.now() + ".p7m");
        List<Path> recipients = certificates == null
                ? List.of()
                : certificates.stream().map(Path::of).toList();
        Report report = need(exchange, "the vault")
                .write(
                        patients == null ? Set.of() : Set.copyOf(patients),
                        recipients,
                        file,
                        request(file.getFileName().toString()));
        Listing list = MappingListing.of(report, json);
        list.row("file", 1, file);
        list.print(System.out, json);
        return null;
    }
}
