package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.store.StudyIndex;

/** study:show. */
@Service
@Command(scope = "study", name = "show", description = "Shows the deliveries and images of a study")
public final class StudyShow extends GatewayCommand {

    @IfThere
    @Nullable
    StudyIndex index;

    @IfThere
    @Nullable
    DeliveryQueue queue;

    @Argument(index = 0, name = "study", required = true, description = "Study Instance UID, as study:list shows it")
    String study = "";

    @Option(name = "--images", description = "List the images instead of the deliveries")
    boolean images;

    @Override
    public @Nullable Object execute() throws Exception {
        StudyIndex.StudyRecord record = need(index, "the index")
                .study(study)
                .orElseThrow(
                        () -> new IllegalArgumentException("no study " + study + ": study:list shows which there are"));
        if (images) {
            Listing list = new Listing("image", "series", "class", "syntax", "bytes", "version", "is", "frame");
            need(index, "the index")
                    .instances(study)
                    .forEach(i -> list.row(
                            i.facts().sopInstanceUid(),
                            i.facts().seriesInstanceUid(),
                            i.facts().sopClassUid(),
                            i.facts().transferSyntaxUid(),
                            i.length(),
                            i.version(),
                            i.presence(),
                            i.frameId()));
            list.print(System.out, json);
            return null;
        }
        Listing list = new Listing("delivery", "part", "destination", "state", "attempts", "due", "reason");
        need(queue, "the queue")
                .ofStudy(record.studyInstanceUid())
                .forEach(d ->
                        list.row(d.id(), d.part(), d.destination(), d.state(), d.attempts(), d.dueAt(), d.reason()));
        list.print(System.out, json);
        return null;
    }
}
