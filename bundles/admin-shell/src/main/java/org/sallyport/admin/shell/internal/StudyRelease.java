package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** study:release. */
@Service
@Command(
        scope = "study",
        name = "release",
        description = "You vouch for what is stored of a study that is held: it goes out within minutes")
public final class StudyRelease extends HeldCommand {

    @Argument(
            index = 0,
            name = "study",
            required = true,
            description = "Study Instance UID, as quarantine:studies shows it")
    String study = "";

    @Override
    public @Nullable Object execute() throws Exception {
        held().releaseStudy(study, request(study));
        tell("study", study, "released");
        return null;
    }
}
