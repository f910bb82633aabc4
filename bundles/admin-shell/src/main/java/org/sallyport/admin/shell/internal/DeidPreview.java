package org.sallyport.admin.shell.internal;

import java.util.Base64;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** deid:preview. */
@Service
@Command(
        scope = "deid",
        name = "preview",
        description =
                "Prints a frame of a held object as a PNG file in base64; what would be blanked, and recognised text, is framed in red")
public final class DeidPreview extends HeldCommand {

    @Argument(index = 0, name = "id", required = true, description = "As quarantine:list shows it")
    String id = "";

    @Option(name = "--frame", description = "Which frame, from 1")
    int frame = 1;

    @Override
    public @Nullable Object execute() throws Exception {
        byte[] png = held().preview(id(id), frame, request(id));
        if (json) {
            Sheet sheet = new Sheet();
            sheet.put("id", id);
            sheet.put("frame", frame);
            sheet.put("png", Base64.getEncoder().encodeToString(png));
            sheet.print(System.out, true);
        } else {
            System.out.println(Base64.getMimeEncoder().encodeToString(png));
        }
        return null;
    }
}
