package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.StudyCompletion;
import org.sallyport.gateway.api.store.StudyIndex;

/** study:complete. */
@Service
@Command(
        scope = "study",
        name = "complete",
        description = "Delivers at once what came of a study; images that still come follow as a part of their own")
public final class StudyComplete extends ChangingCommand {

    @IfThere
    @Nullable
    StudyIndex index;

    @IfThere
    @Nullable
    StudyCompletion completion;

    @Argument(index = 0, name = "study", required = true, description = "Study Instance UID, as study:list shows it")
    String study = "";

    @Override
    public @Nullable Object execute() throws Exception {
        StudyIndex.StudyRecord record = need(index, "the index")
                .study(study)
                .orElseThrow(
                        () -> new IllegalArgumentException("no study " + study + ": study:list shows which there are"));
        StudyCompletion engine = need(completion, "the delivery engine");
        change("study.complete", study, () -> {
            engine.complete(study);
            return record.loose() == 0
                    ? "study " + study + " was complete already: no image of it is loose"
                    : "study " + study + " is complete: study:show says where its " + record.loose() + " images go";
        });
        return null;
    }
}
