package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.intake.TrialTreatment.Attribute;
import org.sallyport.gateway.api.intake.TrialTreatment.Fate;

/** deid:diff. */
@Service
@Command(
        scope = "deid",
        name = "diff",
        description =
                "Lists attribute by attribute what would become of an object, and by which rule; nothing is stored")
public final class DeidDiff extends TrialCommand {

    @Argument(index = 0, name = "file", required = true, description = "DICOM file of this machine")
    String file = "";

    @Argument(index = 1, name = "profile", description = "Profile to try; without it, the one in force")
    @Nullable
    String profile;

    @Option(name = "--all", description = "Attributes that are kept too")
    boolean all;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("attribute", "vr", "fate", "by", "becomes");
        for (Attribute each : report(file, profile).attributes()) {
            if (all || each.fate() != Fate.KEPT) {
                list.row(each.place(), each.vr(), each.fate(), each.by(), each.value());
            }
        }
        list.print(System.out, json);
        return null;
    }
}
