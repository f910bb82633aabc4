package org.sallyport.admin.shell.internal;

import java.util.EnumMap;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.intake.TrialTreatment.Attribute;
import org.sallyport.gateway.api.intake.TrialTreatment.Fate;
import org.sallyport.gateway.api.intake.TrialTreatment.Report;

/** deid:test. */
@Service
@Command(
        scope = "deid",
        name = "test",
        description = "Tells whether an object would pass or be held, and why; nothing is stored")
public final class DeidTrial extends TrialCommand {

    @Argument(index = 0, name = "file", required = true, description = "DICOM file of this machine")
    String file = "";

    @Option(name = "--profile", description = "Profile to try; without it, the one in force")
    @Nullable
    String profile;

    @Override
    public @Nullable Object execute() throws Exception {
        Report report = report(file, profile);
        Map<Fate, Integer> counts = new EnumMap<>(Fate.class);
        for (Attribute attribute : report.attributes()) {
            counts.merge(attribute.fate(), 1, Integer::sum);
        }
        Sheet sheet = new Sheet();
        sheet.put("profile", report.profile());
        sheet.put("verdict", report.held() == null ? "passes" : "held");
        sheet.put("reason", report.held());
        sheet.put("pixels", report.pixels());
        for (Fate fate : Fate.values()) {
            sheet.put("attributes " + fate.name().toLowerCase(java.util.Locale.ROOT), counts.getOrDefault(fate, 0));
        }
        sheet.print(System.out, json);
        return null;
    }
}
