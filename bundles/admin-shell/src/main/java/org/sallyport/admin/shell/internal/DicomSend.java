package org.sallyport.admin.shell.internal;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.delivery.DestinationDirectory.State;
import org.sallyport.gateway.api.delivery.RouteDirectory;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.api.store.StudyIndex;

/**
 * dicom:send. Through the delivery queue, so that nothing is lost when the peer, this command or the gateway ends: the node gets a destination of its
 * own, {@code to-<id>}, whose filter takes no study, as a .cfg that people see and may change.
 */
@Service
@Command(
        scope = "dicom",
        name = "send",
        description = "Queues a stored study, de-identified, for a node by C-STORE; delivery:show tells how it goes")
public final class DicomSend extends ChangingCommand {

    private static final long PATIENCE_SECONDS = 30;

    /** Every study has images: nothing is routed there by itself. */
    private static final String TAKES_NOTHING = "(Images=0)";

    @IfThere
    @Nullable
    StudyIndex index;

    @IfThere
    @Nullable
    NodeDirectory nodes;

    @IfThere
    @Nullable
    DicomReceiver receiver;

    @IfThere
    @Nullable
    DestinationDirectory destinations;

    @IfThere
    @Nullable
    RouteDirectory routes;

    @Argument(index = 0, name = "study", required = true, description = "Study Instance UID, as study:list shows it")
    String study = "";

    @Argument(index = 1, name = "node", required = true, description = "Id, name or AE title, as node:list shows it")
    String name = "";

    @Override
    public @Nullable Object execute() throws Exception {
        RouteDirectory engine = need(routes, "the delivery engine");
        DestinationDirectory directory = need(destinations, "the delivery engine");
        if (need(index, "the index").study(study).isEmpty()) {
            throw new IllegalArgumentException("no study of that UID: study:list shows which there are");
        }
        Node node = node(need(nodes, "the node directory").nodes());
        if (node.aet().equals(need(receiver, "the DICOM receiver").status().aet())) {
            throw new IllegalArgumentException("node " + node.id() + " has this gateway's own AE title");
        }
        String destination = destination(node.id());
        change("dicom.send", study + " to " + node.id(), () -> {
            configure(destination, node);
            await(directory, destination);
            List<Long> ids = engine.replay(study, destination, null);
            return ids.isEmpty()
                    ? "nothing is queued: all parts of the study wait for " + destination
                            + " already, or it has none yet"
                    : "study " + study + " is queued for node " + node.id() + ", destination " + destination
                            + ": deliveries " + ids;
        });
        return null;
    }

    private Node node(List<Node> all) {
        List<Node> found = Node.named(name, all);
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    found.isEmpty()
                            ? "no node " + name + ": node:list shows which there are"
                            : "several nodes are called " + name + ": name one by its id (node:list)");
        }
        Node node = found.get(0);
        if (!node.active()) {
            throw new IllegalArgumentException("node " + node.id() + " is switched off");
        }
        if (!node.permission().mayRead()) {
            throw new IllegalArgumentException("node " + node.id()
                    + " has not the permission to read: it is sent nothing (node:add --permission)");
        }
        return node;
    }

    /** A name of destinations, 1–40 of a–z, 0–9, -. */
    static String destination(String nodeId) {
        String plain = nodeId.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return "to-" + (plain.length() <= 37 ? plain : plain.substring(0, 37));
    }

    /** A file that is there stays as people have made it, but it has to be that node's. */
    private static void configure(String destination, Node node) throws Exception {
        Path file = Path.of(System.getProperty("karaf.etc"), "org.sallyport.destination.dicom-" + destination + ".cfg");
        String line = "node = " + node.id();
        if (Files.exists(file)) {
            if (Files.readAllLines(file).stream().noneMatch(one -> one.strip().equals(line))) {
                throw new IllegalStateException(file + " is there and holds no line \"" + line + "\"");
            }
            return;
        }
        if (!node.id().matches("[A-Za-z0-9._-]{1,128}")) {
            throw new IllegalArgumentException(
                    "the node's id cannot stand in a .cfg: send to it by a destination of your own");
        }
        String text = "# Made by dicom:send. Takes no study by itself: its filter fits none.\n"
                + "destination.name = " + destination + "\n" + line + "\n"
                + "calling-aet = $[env:DICOM_AE_TITLE;default=DICOMRCV]\nfilter = " + TAKES_NOTHING + "\n";
        DataFolder.replace(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void await(DestinationDirectory directory, String destination) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (directory.destinations().stream()
                .noneMatch(one -> one.name().equals(destination) && one.state() != State.MISSING)) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("destination " + destination + " is not there after " + PATIENCE_SECONDS
                        + " s: see destination:list and log:tail, then send again");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }
}
