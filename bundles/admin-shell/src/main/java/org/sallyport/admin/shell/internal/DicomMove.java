package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.ArchiveClient;
import org.sallyport.gateway.api.node.ArchiveClient.Moved;
import org.sallyport.gateway.api.vault.AccessRequest;

/** dicom:move. */
@Service
@Command(
        scope = "dicom",
        name = "move",
        description =
                "Has another archive send a study by C-MOVE, to this gateway if nobody else is named: there it is taken in"
                        + " and de-identified as any; needs a reason and is audited")
public final class DicomMove extends GatewayCommand {

    /** Move destination unknown (PS3.4 C.4.2.1.5). */
    private static final int UNKNOWN_DESTINATION = 0xA801;

    @IfThere
    @Nullable
    ArchiveClient archives;

    @Argument(index = 0, name = "node", required = true, description = "Id, name or AE title, as node:list shows it")
    String node = "";

    @Argument(index = 1, name = "study", required = true, description = "Study Instance UID, as dicom:find shows it")
    String study = "";

    @Argument(
            index = 2,
            name = "aet",
            description = "AE title to send to: that of a node that may be given identity; none = this gateway")
    @Nullable
    String aet;

    @Option(name = "--reason", description = "Why; it is audited")
    @Nullable
    String reason;

    @Override
    public @Nullable Object execute() throws Exception {
        AccessRequest request = new AccessRequest(user(), roles(), "shell", reason == null ? "" : reason, node);
        Moved moved = need(archives, "the archive client").move(node, study, aet, request);
        String status = String.format("%04X", moved.status());
        Sheet sheet = new Sheet();
        sheet.put("to", moved.to());
        sheet.put("status", status);
        sheet.put("sent", moved.completed());
        sheet.put("failed", moved.failed());
        sheet.put("warnings", moved.warned());
        sheet.print(System.out, json);
        if (moved.status() == UNKNOWN_DESTINATION) {
            throw new IllegalStateException(
                    "the archive does not know " + moved.to() + ": enter its AE title, address and port there");
        }
        if (moved.status() != 0 || moved.failed() > 0) {
            throw new IllegalStateException("not everything was sent, status " + status);
        }
        return null;
    }
}
