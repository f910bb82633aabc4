package org.sallyport.admin.shell.internal;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;

/** instance:original. */
@Service
@Command(
        scope = "instance",
        name = "original",
        description = "Prints an image with its identity restored, as a Part 10 file in base64")
public final class InstanceOriginal extends GatewayCommand {

    @IfThere
    @Nullable
    InstanceStore store;

    @IfThere
    @Nullable
    IdentityRestorer restorer;

    @Argument(
            index = 0,
            name = "image",
            required = true,
            description = "SOP Instance UID, as study:show --images shows it")
    String sop = "";

    @Option(name = "--reason", description = "Why; it is audited")
    @Nullable
    String reason;

    @Option(
            name = "--from",
            description = "File of this machine with the image as it was delivered; for one that is no longer here")
    @Nullable
    String from;

    @Override
    public @Nullable Object execute() throws Exception {
        StoredInstance instance = need(store, "the store")
                .find(sop)
                .orElseThrow(() -> new IllegalArgumentException(
                        "no image " + sop + ": study:show --images shows which a study has"));
        AccessRequest request = new AccessRequest(user(), roles(), "shell", reason == null ? "" : reason, sop);
        OutputStream base64 = json
                ? Base64.getEncoder().wrap(new JsonText(System.out, "image", sop, "part10"))
                : Base64.getMimeEncoder().wrap(new Unclosed(System.out));
        IdentityRestorer service = need(restorer, "the identity restorer");
        if (from == null) {
            service.restore(instance, request, base64);
        } else {
            try (InputStream part10 = Files.newInputStream(Path.of(from))) {
                service.restore(instance, part10, request, base64);
            }
        }
        base64.close();
        System.out.println();
        return null;
    }
}
