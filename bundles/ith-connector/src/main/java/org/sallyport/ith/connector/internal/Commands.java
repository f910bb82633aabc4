package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEnd.Command;
import org.sallyport.gateway.api.node.BackEnd.CommandState;

/**
 * The back end's commands: durable before they are acted on, each run once, those of one subject in the order in which they came, else by priority.
 * What ran when the gateway stopped waits again. Everything is guarded by this object's monitor.
 */
final class Commands implements Closeable {

    static final int MOST_WAITING = 100_000;

    /** Of all payloads that are kept in memory, those of ended commands too, which are forgotten sooner then. */
    private static final long MOST_CHARACTERS = 64L << 20;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_ENDED = 10_000;
    private static final long LONGEST_FILE = 16L << 20;

    /** One command and how far it is. Guarded by the monitor of {@link Commands}. */
    static final class Entry {

        final long number;
        final Event event;
        final Instant receivedAt;
        private CommandState state = CommandState.WAITING;
        private @Nullable Instant endedAt;
        private @Nullable String message;
        private int sent;
        private int total;
        private boolean reported;

        private final int length;

        private Entry(long number, Event event, Instant receivedAt) {
            this.number = number;
            this.event = event;
            this.receivedAt = receivedAt;
            this.length = event.length();
        }

        boolean hasEnded() {
            return state != CommandState.WAITING && state != CommandState.RUNNING;
        }

        private Command view() {
            return new Command(
                    number,
                    event.correlationId(),
                    event.type(),
                    event.entityId(),
                    event.priority(),
                    state,
                    receivedAt,
                    endedAt,
                    sent,
                    total,
                    reported,
                    message);
        }
    }

    /** How a command ended, to be told to the back end. */
    record End(
            long number,
            Event event,
            CommandState state,
            int sent,
            int total,
            @Nullable String message) {}

    private final Clock clock;
    private final CommandJournal journal;
    private final TreeMap<Long, Entry> all = new TreeMap<>();
    private final Map<String, Entry> byIdentity = new HashMap<>();
    private final Map<String, Deque<Entry>> waitingBySubject = new HashMap<>();
    private final TreeSet<Entry> waiting = new TreeSet<>(
            Comparator.<Entry>comparingInt(entry -> -entry.event.priority()).thenComparingLong(entry -> entry.number));
    private final Map<Long, Thread> running = new HashMap<>();
    private final Set<String> busy = new HashSet<>();
    private final TreeMap<Long, Entry> unreported = new TreeMap<>();
    private final long mostCharacters;
    private long characters;
    private int ended;
    private long nextNumber = 1;
    private boolean closed;

    Commands(Path file, Clock clock) throws IOException {
        this(file, clock, MOST_CHARACTERS);
    }

    Commands(Path file, Clock clock, long mostCharacters) throws IOException {
        this.clock = clock;
        this.mostCharacters = mostCharacters;
        this.journal = new CommandJournal(file, this::read);
        for (Entry entry : all.values()) {
            if (entry.state == CommandState.WAITING) {
                queue(entry);
            } else if (!entry.reported && entry.event.isDispatch()) {
                unreported.put(entry.number, entry);
            }
        }
        forgetOldest();
        if (journal.length() > LONGEST_FILE / 4) {
            compact();
        }
    }

    // ---- the file

    private void read(JsonNode record) {
        long number = record.required("n").asLong();
        nextNumber = Math.max(nextNumber, number + 1);
        String what = record.required("op").asText();
        if (what.equals("take")) {
            Entry entry = new Entry(
                    number,
                    Event.ofJson(record.required("event")),
                    Instant.ofEpochMilli(record.required("at").asLong()));
            keep(entry);
            return;
        }
        Entry entry = all.get(number);
        if (entry == null) {
            return;
        }
        switch (what) {
            case "end" -> {
                ended += entry.hasEnded() ? 0 : 1;
                entry.state = CommandState.valueOf(record.required("state").asText());
                entry.endedAt = Instant.ofEpochMilli(record.required("at").asLong());
                entry.message = record.path("message").asText(null);
                entry.sent = record.path("sent").asInt();
                entry.total = record.path("total").asInt();
                entry.reported = record.path("reported").asBoolean();
            }
            case "again" -> {
                ended -= entry.hasEnded() ? 1 : 0;
                entry.state = CommandState.WAITING;
                entry.reported = false;
            }
            case "reported" -> entry.reported = true;
            default -> throw new IllegalArgumentException("operation \"" + what + "\"");
        }
    }

    private static ObjectNode record(String what, long number) {
        return JSON.createObjectNode().put("op", what).put("n", number);
    }

    private static ObjectNode taken(Entry entry) {
        ObjectNode record = record("take", entry.number).put("at", entry.receivedAt.toEpochMilli());
        record.set("event", entry.event.toJson());
        return record;
    }

    private static ObjectNode ended(Entry entry) {
        Instant at = entry.endedAt;
        return record("end", entry.number)
                .put("state", entry.state.name())
                .put("at", at == null ? 0 : at.toEpochMilli())
                .put("message", entry.message)
                .put("sent", entry.sent)
                .put("total", entry.total)
                .put("reported", entry.reported);
    }

    private void compact() throws IOException {
        List<ObjectNode> records = new ArrayList<>();
        for (Entry entry : all.values()) {
            records.add(taken(entry));
            if (entry.hasEnded()) {
                records.add(ended(entry));
            }
        }
        journal.rewrite(records);
    }

    private void append(List<ObjectNode> records) throws IOException {
        append(records, true);
    }

    private void append(List<ObjectNode> records, boolean forced) throws IOException {
        journal.append(records, forced);
        if (journal.length() > LONGEST_FILE + 2_000L * all.size()) {
            compact();
        }
    }

    private void keep(Entry entry) {
        all.put(entry.number, entry);
        byIdentity.put(entry.event.identity(), entry);
        characters += entry.length;
    }

    private void forgetOldest() {
        var entries = all.values().iterator();
        while ((ended > MOST_ENDED || ended > 0 && characters > mostCharacters) && entries.hasNext()) {
            Entry entry = entries.next();
            if (entry.hasEnded() && !unreported.containsKey(entry.number)) {
                entries.remove();
                byIdentity.remove(entry.event.identity(), entry);
                characters -= entry.length;
                ended--;
            }
        }
    }

    // ---- taking

    /**
     * Whether one event more can be taken beside others that are about to be.
     *
     * @param text characters of their payloads
     */
    synchronized boolean hasRoom(int events, long text) {
        return waiting.size() + events < MOST_WAITING && characters + text < mostCharacters;
    }

    /**
     * Makes events durable and queues them; repetitions are left out.
     *
     * @return how many were new
     * @throws IOException if they could not be made durable: none was taken
     */
    synchronized int take(List<Event> events) throws IOException {
        List<Entry> fresh = new ArrayList<>();
        Set<String> together = new HashSet<>();
        for (Event event : events) {
            if (!byIdentity.containsKey(event.identity()) && together.add(event.identity())) {
                fresh.add(new Entry(nextNumber + fresh.size(), event, clock.instant()));
            }
        }
        if (fresh.isEmpty()) {
            return 0;
        }
        append(fresh.stream().map(Commands::taken).toList());
        nextNumber += fresh.size();
        for (Entry entry : fresh) {
            keep(entry);
            queue(entry);
        }
        notifyAll();
        return fresh.size();
    }

    private void queue(Entry entry) {
        waiting.add(entry);
        waitingBySubject
                .computeIfAbsent(entry.event.subject(), subject -> new ArrayDeque<>())
                .add(entry);
    }

    // ---- working

    /**
     * The next command, which the calling thread runs now. The one of highest priority decides which subject's turn it is; of that subject the first comes
     * first.
     *
     * @param kind which the thread may run
     */
    synchronized Entry next(Predicate<Event> kind) throws InterruptedException {
        while (true) {
            for (Entry wanted : waiting) {
                Entry first = waitingBySubject
                        .getOrDefault(wanted.event.subject(), new ArrayDeque<>())
                        .peek();
                if (first != null && !busy.contains(first.event.subject()) && kind.test(first.event)) {
                    start(first);
                    return first;
                }
            }
            wait();
        }
    }

    private void start(Entry entry) {
        unqueue(entry);
        busy.add(entry.event.subject());
        entry.state = CommandState.RUNNING;
        running.put(entry.number, Thread.currentThread());
    }

    private void unqueue(Entry entry) {
        waiting.remove(entry);
        Deque<Entry> ofSubject = waitingBySubject.get(entry.event.subject());
        if (ofSubject != null) {
            ofSubject.remove(entry);
            if (ofSubject.isEmpty()) {
                waitingBySubject.remove(entry.event.subject());
            }
        }
    }

    synchronized void progress(Entry entry, int sent, int total) {
        entry.sent = sent;
        entry.total = total;
    }

    /** Whether a person has ended the command while it runs. */
    /** Durable on return; a command that a person has cancelled stays so. */
    synchronized void end(Entry entry, CommandState state, @Nullable String message) throws IOException {
        leave(entry);
        if (entry.state == CommandState.RUNNING) {
            finish(entry, state, message);
        }
    }

    /** The gateway stops, or the command could not be recorded: it is run again. */
    synchronized void giveBack(Entry entry) {
        leave(entry);
        if (entry.state == CommandState.RUNNING) {
            entry.state = CommandState.WAITING;
            waiting.add(entry);
            waitingBySubject
                    .computeIfAbsent(entry.event.subject(), subject -> new ArrayDeque<>())
                    .addFirst(entry);
        }
    }

    private void leave(Entry entry) {
        busy.remove(entry.event.subject());
        running.remove(entry.number);
        notifyAll();
    }

    private void finish(Entry entry, CommandState state, @Nullable String message) throws IOException {
        CommandState before = entry.state;
        entry.state = state;
        entry.message = message;
        entry.endedAt = clock.instant();
        entry.reported = !entry.event.isDispatch();
        try {
            append(List.of(ended(entry)));
        } catch (IOException e) {
            entry.state = before;
            throw e;
        }
        ended++;
        if (!entry.reported) {
            unreported.put(entry.number, entry);
        }
        forgetOldest();
        notifyAll();
    }

    // ---- people

    synchronized boolean cancel(long number) throws IOException {
        Entry entry = all.get(number);
        if (entry == null || entry.hasEnded()) {
            return false;
        }
        Thread thread = running.get(number);
        if (entry.state == CommandState.WAITING) {
            unqueue(entry);
        }
        finish(entry, CommandState.CANCELLED, "cancelled by an administrator");
        if (thread != null) {
            thread.interrupt();
        }
        return true;
    }

    synchronized boolean retry(long number) throws IOException {
        Entry entry = all.get(number);
        if (entry == null
                || running.containsKey(number)
                || entry.state != CommandState.FAILED && entry.state != CommandState.CANCELLED) {
            return false;
        }
        append(List.of(record("again", number)));
        ended--;
        entry.state = CommandState.WAITING;
        entry.reported = false;
        entry.endedAt = null;
        entry.sent = 0;
        entry.total = 0;
        unreported.remove(number);
        queue(entry);
        notifyAll();
        return true;
    }

    synchronized List<Command> newest(int limit, Set<CommandState> states) {
        return all.descendingMap().values().stream()
                .filter(entry -> states.isEmpty() || states.contains(entry.state))
                .limit(limit)
                .map(Entry::view)
                .toList();
    }

    synchronized int waiting() {
        return waiting.size();
    }

    synchronized int running() {
        return running.size();
    }

    // ---- telling the back end

    /** Ends that it has not been told, oldest first. */
    synchronized List<End> unreported(int most) {
        return unreported.values().stream()
                .limit(most)
                .map(e -> new End(e.number, e.event, e.state, e.sent, e.total, e.message))
                .toList();
    }

    synchronized int unreportedCount() {
        return unreported.size();
    }

    synchronized void reported(long number) throws IOException {
        Entry entry = unreported.remove(number);
        if (entry != null) {
            entry.reported = true;
            // If this is lost the back end is told once more.
            append(List.of(record("reported", number)), false);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            journal.close();
        }
    }
}
