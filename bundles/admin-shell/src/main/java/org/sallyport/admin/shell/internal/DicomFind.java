package org.sallyport.admin.shell.internal;

import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.gateway.api.node.ArchiveClient;
import org.sallyport.gateway.api.node.ArchiveClient.Found;
import org.sallyport.gateway.api.node.ArchiveClient.Level;
import org.sallyport.gateway.api.vault.AccessRequest;

/** dicom:find. */
@Service
@Command(
        scope = "dicom",
        name = "find",
        description =
                "Searches another archive by C-FIND; what it prints identifies patients, so it needs a reason and is audited")
public final class DicomFind extends GatewayCommand {

    @IfThere
    @Nullable
    ArchiveClient archives;

    @Argument(index = 0, name = "node", required = true, description = "Id, name or AE title, as node:list shows it")
    String node = "";

    @Argument(
            index = 1,
            name = "keys",
            multiValued = true,
            description =
                    "Keywords, to match or to be shown: PatientID=4711 'PatientName=SMITH*' StudyDate=20240101-20240131")
    @Nullable
    List<String> keys;

    @Option(name = "--level", description = "patient, study (default), series or image")
    @Nullable
    String level;

    @Option(name = "--limit", description = "How many at most, 1–10000")
    int limit = 100;

    @Option(name = "--reason", description = "Why; it is audited")
    @Nullable
    String reason;

    @Override
    public @Nullable Object execute() throws Exception {
        Level asked = level(level == null ? "study" : level);
        FindKeys parsed = FindKeys.parse(asked, keys == null ? List.of() : keys);
        AccessRequest request = new AccessRequest(user(), roles(), "shell", reason == null ? "" : reason, node);
        Found found = need(archives, "the archive client")
                .find(node, new ArchiveClient.Query(asked, parsed.identifier(), count("--limit", limit)), request);
        Listing list = new Listing(parsed.columns().toArray(String[]::new));
        for (DataSet match : found.matches()) {
            list.row(parsed.row(match).toArray());
        }
        list.print(System.out, json);
        if (!found.complete()) {
            System.err.println(
                    "there are more: these are the first " + found.matches().size() + " (--limit)");
        }
        return null;
    }

    private static Level level(String text) {
        try {
            return Level.valueOf(text.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--level: must be patient, study, series or image", e);
        }
    }
}
