package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.StudyIndex;

/** study:list. */
@Service
@Command(scope = "study", name = "list", description = "Lists studies, newest first")
public final class StudyList extends GatewayCommand {

    @IfThere
    @Nullable
    StudyIndex index;

    @Option(name = "--limit", description = "How many at most, 1–10000")
    int limit = 50;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing(
                "study",
                "patient",
                "date",
                "modalities",
                "from",
                "series",
                "images",
                "parts",
                "loose",
                "conflicts",
                "gone");
        need(index, "the index")
                .newest(count("--limit", limit))
                .forEach(s -> list.row(
                        s.studyInstanceUid(),
                        s.pseudonym(),
                        s.studyDate(),
                        s.modalities(),
                        s.callingAet(),
                        s.series(),
                        s.instances(),
                        s.parts(),
                        s.loose(),
                        s.conflicts(),
                        s.cleanedUp() + s.deleted()));
        list.print(System.out, json);
        return null;
    }
}
