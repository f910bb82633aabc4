package org.sallyport.admin.shell.internal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.intake.TrialTreatment;

/** A command that tells what de-identification would do to a file of this machine. */
abstract class TrialCommand extends GatewayCommand {

    @IfThere
    @Nullable
    TrialTreatment trial;

    final TrialTreatment.Report report(String file, @Nullable String profile) throws IOException {
        try (InputStream part10 = new BufferedInputStream(Files.newInputStream(Path.of(file)))) {
            return need(trial, "de-identification").tryOut(part10, profile);
        }
    }
}
