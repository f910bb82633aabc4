package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.node.BackEnd;
import org.sallyport.gateway.api.node.BackEndRegistration;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.support.http.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the back end says by the WebSocket, and what it is told by it. Thread-safe. */
final class CommandCenter implements SocketLink.Side, Dispatch.Link, BackEnd, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CommandCenter.class);

    private static final Set<String> INACTIVE = Set.of("inactive", "disabled", "suspended", "offline");

    private final BackEndLink link;
    private final IthSettings settings;
    private final Gateway gateway;
    private final Clock clock;
    private final Announcement announcement;
    private final Reachability reachability;
    private final Commands commands;
    private final Dispatch dispatch;
    private final Subjects subjects;
    private final Deletion deletion;
    private final CommandRunner runner;
    private final SocketLink socket;

    /** Where the back end was told that we listen; only the WebSocket's thread's. */
    private String told = "";

    CommandCenter(
            BackEndLink link,
            IthSettings settings,
            Gateway gateway,
            AuditLog audit,
            PatientRegister register,
            Path folder,
            Clock clock,
            Pace pace)
            throws IOException {
        this.link = link;
        this.settings = settings;
        this.gateway = gateway;
        this.clock = clock;
        this.announcement = new Announcement(settings);
        this.reachability = new Reachability(this::echo);
        this.commands = new Commands(folder.resolve("commands"), clock);
        this.subjects = new Subjects(register);
        this.deletion = new Deletion(gateway, subjects);
        this.dispatch = new Dispatch(
                link.http(),
                settings,
                gateway,
                this,
                audit,
                DataFolder.privateFolder(folder.resolve("dispatch")),
                clock);
        this.runner = new CommandRunner(
                commands,
                entry -> dispatch.run(commands, entry),
                settings.dispatching().concurrency(),
                entry -> runOther(entry.event));
        this.socket = new SocketLink(settings, pace, this, clock, null);
    }

    /** For those who ask this gateway as people. */
    BackEndRegistration registration() {
        return new Registration(link, announcement, reachability);
    }

    void start() throws IOException {
        int open = commands.newest(Commands.MOST_WAITING + 1, Set.of(CommandState.WAITING))
                .size();
        if (open > 0) {
            LOG.info("{} commands of the back end wait from before", open);
        }
        dispatch.tidy();
        runner.start();
        socket.start();
    }

    private void echo(Node node) throws IOException {
        Gateway.need(gateway.receiver(), "the DICOM listener").echo(node.aet(), node.address(), node.port());
    }

    private Outcome runOther(Event event) throws IOException {
        if (!event.type().equals(Event.STATUS_CHANGED)) {
            return deletion.run(event);
        }
        boolean active = event.payload().path("is_active").isBoolean()
                ? event.payload().get("is_active").booleanValue()
                : !INACTIVE.contains(event.text("new_status"));
        link.switched(active, event.text("reason"));
        return Outcome.done(active ? "active" : "switched off");
    }

    // ---- what the WebSocket tells

    @Override
    public boolean isReady() {
        return gateway.receiver() != null;
    }

    @Override
    public ObjectNode configUpdate() throws Gateway.NotThere {
        DicomReceiver.Status status =
                Gateway.need(gateway.receiver(), "the DICOM listener").status();
        String address = announcement.address();
        told = status.aet() + ':' + status.port();
        return Frames.configUpdate(
                address,
                status.port(),
                status.aet(),
                announcement.apiUrl(address),
                settings.announcement().version());
    }

    @Override
    public boolean hasMoved() {
        DicomReceiver receiver = gateway.receiver();
        if (receiver == null) {
            return false;
        }
        DicomReceiver.Status status = receiver.status();
        return !told.equals(status.aet() + ':' + status.port());
    }

    @Override
    public ObjectNode healthUpdate(boolean online) {
        String version = settings.announcement().version();
        if (!online) {
            return Frames.healthUpdate("offline", version, Map.of());
        }
        DicomReceiver receiver = gateway.receiver();
        boolean well = receiver != null
                && (receiver.status().receiving() || !link.rules().proxyActive());
        return Frames.healthUpdate(
                well ? "online" : "error", version, reachability.of(link.rules().nodes()));
    }

    @Override
    public void take(List<JsonNode> events) throws IOException {
        List<Event> durable = new ArrayList<>();
        long text = 0;
        boolean refresh = false;
        boolean holdings = false;
        for (JsonNode frame : events) {
            String type = frame.path("event_type").asText("");
            if (!Event.isKnown(type)) {
                LOG.debug("an event of a type that is not known is passed over");
                continue;
            }
            try {
                Event event = subjects.pseudonymous(Event.of(frame));
                holdings |= Event.CHANGES_HOLDINGS.contains(type);
                if (Event.REFRESHES.contains(type)) {
                    refresh = true;
                } else if (commands.hasRoom(durable.size(), text)) {
                    durable.add(event);
                    text += event.length();
                } else {
                    LOG.error("event {} is refused: {} commands wait", type, commands.waiting());
                    refuse(event, "too many commands wait");
                }
            } catch (IllegalArgumentException e) {
                LOG.warn("event {} is passed over: {}", type, e.getMessage());
            }
        }
        int fresh = commands.take(durable);
        if (fresh < durable.size()) {
            LOG.info("{} events came a second time and are passed over", durable.size() - fresh);
        }
        if (refresh) {
            link.fetchSoon();
        }
        if (holdings) {
            link.holdingsChanged();
        }
    }

    private void refuse(Event event, String why) {
        String workspace = link.id();
        if (event.isDispatch() && workspace != null) {
            socket.tell(Frames.dispatchStatus(event, workspace, clock.instant(), "failed", 0, 0, 0, why));
        }
    }

    @Override
    public void answered(JsonNode answer) {
        if (answer.path("status").asText("").equals("error")) {
            LOG.warn(
                    "the back end does not take {}: {}",
                    Reply.cut(Reply.line(answer.path("type").asText("")), 64),
                    Reply.line(answer.path("error").asText("")));
        }
    }

    @Override
    public List<SocketLink.Report> reports(int most) {
        String workspace = link.id();
        if (workspace == null) {
            return List.of();
        }
        List<SocketLink.Report> reports = new ArrayList<>();
        for (Commands.End end : commands.unreported(most)) {
            boolean completed = end.state() == CommandState.DONE;
            String message = end.message();
            ObjectNode frame = Frames.dispatchStatus(
                    end.event(),
                    workspace,
                    clock.instant(),
                    completed ? "completed" : "failed",
                    DispatchNews.progress(completed, end.sent(), end.total()),
                    end.sent(),
                    end.total(),
                    completed ? null : message == null || message.isEmpty() ? "it failed" : message);
            reports.add(new SocketLink.Report(frame, () -> commands.reported(end.number())));
        }
        return reports;
    }

    // ---- what dispatches ask

    @Override
    public @Nullable String workspace() {
        return link.id();
    }

    @Override
    public BackEndRules rules() {
        return link.rules();
    }

    @Override
    public Predicate<Node> reachable() {
        return reachability::isReachable;
    }

    @Override
    public BooleanSupplier connected() {
        return () -> socket.connectedSince() != null;
    }

    @Override
    public DispatchNews.Teller teller() {
        return (event, status, progress, sent, total) -> {
            String workspace = link.id();
            if (workspace != null) {
                socket.tell(
                        Frames.dispatchStatus(event, workspace, clock.instant(), status, progress, sent, total, null));
            }
        };
    }

    // ---- people

    @Override
    public Status status() {
        String problem = link.lastProblem();
        return new Status(
                settings.base().toString(),
                socket.connectedSince(),
                socket.connections(),
                socket.lastReceived(),
                socket.lastSent(),
                socket.lastError(),
                link.fetchedAt(),
                problem.isEmpty() ? null : problem,
                link.rules().proxyActive(),
                link.uploads().words(),
                commands.waiting(),
                commands.running(),
                commands.unreportedCount());
    }

    @Override
    public List<Command> commands(int limit, Set<CommandState> states) {
        return commands.newest(limit, states);
    }

    @Override
    public boolean retry(long number) throws IOException {
        return commands.retry(number);
    }

    @Override
    public boolean cancel(long number) throws IOException {
        return commands.cancel(number);
    }

    @Override
    public void close() throws IOException {
        runner.close();
        socket.close();
        dispatch.close();
        reachability.close();
        commands.close();
    }
}
