package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.node.BackEnd.Command;
import org.sallyport.gateway.api.node.BackEnd.CommandState;

@Timeout(60)
class CommandsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Commands commands;

    @BeforeEach
    void open() throws IOException {
        commands = new Commands(folder.resolve("commands"), Clock.systemUTC());
    }

    @AfterEach
    void close() throws IOException {
        commands.close();
    }

    private void reopen() throws IOException {
        commands.close();
        open();
    }

    static Event session(String correlation, String subject, String session, Object priority) {
        return session(correlation, subject, session, priority, "2026-11-25T12:00:00Z");
    }

    private static Event session(
            String correlation, String subject, String session, Object priority, String timestamp) {
        ObjectNode event = JSON.createObjectNode()
                .put("event_type", "session.dispatch")
                .put("timestamp", timestamp)
                .put("correlation_id", correlation)
                .put("entity_type", "session")
                .put("entity_id", session);
        event.putObject("payload").put("subject_id", subject).putPOJO("priority", priority);
        return Event.of(JSON.valueToTree(event));
    }

    private Commands.Entry next() throws InterruptedException {
        return commands.next(event -> true);
    }

    private List<CommandState> states() {
        return commands.newest(10_000, Set.of()).stream().map(Command::state).toList();
    }

    @Test
    void duplicatedEventsRunOnce() throws Exception {
        Event event = session("c1", "s1", "e1", 5);
        assertEquals(1, commands.take(List.of(event, event)));
        assertEquals(0, commands.take(List.of(event)));
        Commands.Entry entry = next();
        assertEquals(0, commands.take(List.of(event)), "while it runs");
        commands.end(entry, CommandState.DONE, null);
        assertEquals(0, commands.take(List.of(event)), "after it has run");
        reopen();
        assertEquals(0, commands.take(List.of(event)), "after a restart");
        assertEquals(List.of(CommandState.DONE), states());
    }

    @Test
    void whatWasTakenOutlivesAKillAndWhatRanWaitsAgain() throws Exception {
        commands.take(List.of(session("c1", "s1", "e1", 5), session("c2", "s2", "e2", 5)));
        Commands.Entry first = next();
        // As after kill -9: nothing is closed.
        Path copy = folder.resolve("copy");
        Files.copy(folder.resolve("commands"), copy);
        try (Commands again = new Commands(copy, Clock.systemUTC())) {
            assertEquals(2, again.waiting());
            assertEquals(first.number, again.next(event -> true).number);
        }
    }

    @Test
    void priorityIsHonouredAndASubjectsOrderIsKept() throws Exception {
        commands.take(List.of(
                session("c1", "s1", "e1", "low"),
                session("c2", "s2", "e2", "normal"),
                session("c3", "s3", "e3", "urgent"),
                session("c4", "s1", "e4", 9)));
        List<String> order = new ArrayList<>();
        while (commands.waiting() > 0) {
            Commands.Entry entry = next();
            order.add(entry.event.correlationId());
            commands.end(entry, CommandState.DONE, null);
        }
        assertEquals(List.of("c3", "c1", "c4", "c2"), order, "the urgent c4 takes c1 of its subject along");
    }

    /** What counts is when they came: nothing else is the same for all who look at them. */
    @Test
    void eventsThatComeOutOfTheirOrderRunOnceEachInThatOfTheirArrival() throws Exception {
        Event newer = session("c2", "s1", "e2", 5, "2026-11-25T12:00:02Z");
        Event older = session("c1", "s1", "e1", 5, "2026-11-25T12:00:01Z");
        commands.take(List.of(newer));
        commands.take(List.of(older, newer));
        List<String> order = new ArrayList<>();
        while (commands.waiting() > 0) {
            Commands.Entry entry = next();
            order.add(entry.event.correlationId());
            commands.end(entry, CommandState.DONE, null);
        }
        assertEquals(List.of("c2", "c1"), order);
    }

    @Test
    void twoOfOneSubjectNeverRunAtTheSameTime() throws Exception {
        commands.take(
                List.of(session("c1", "s1", "e1", 5), session("c2", "s1", "e2", 9), session("c3", "s2", "e3", 1)));
        Commands.Entry first = next();
        Commands.Entry second = next();
        assertEquals("c1", first.event.correlationId());
        assertEquals("c3", second.event.correlationId());
        ExecutorService other = Executors.newSingleThreadExecutor();
        Future<Commands.Entry> third = other.submit(this::next);
        commands.end(first, CommandState.DONE, null);
        assertEquals("c2", third.get(20, TimeUnit.SECONDS).event.correlationId());
        other.shutdownNow();
    }

    @Test
    void tenThousandEventsAtOnce() throws Exception {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            events.add(session("c" + i, "s" + i % 700, "e" + i, i % 10));
        }
        assertEquals(10_000, commands.take(events));
        reopen();
        assertEquals(10_000, commands.waiting());
        int before = 9;
        for (int i = 0; i < 100; i++) {
            Commands.Entry entry = next();
            commands.end(entry, CommandState.DONE, null);
            before = Math.min(before, entry.event.priority());
        }
        assertEquals(9_900, commands.waiting());
    }

    /** What hundred thousand commands may hold is more than the heap, if each is as long as it may be. */
    @Test
    void noMoreTextIsKeptThanThereIsRoomFor() throws Exception {
        commands.close();
        int length = session("c0", "s1", "e", 5).payload().toString().length();
        commands = new Commands(folder.resolve("commands"), Clock.systemUTC(), 3L * length);
        assertTrue(commands.hasRoom(2, 2L * length));
        assertFalse(commands.hasRoom(3, 3L * length));
        commands.take(
                List.of(session("c1", "s1", "e1", 5), session("c2", "s1", "e2", 5), session("c3", "s1", "e3", 5)));
        assertFalse(commands.hasRoom(0, 0));
        for (int i = 0; i < 3; i++) {
            commands.end(next(), CommandState.DONE, null);
        }
        commands.unreported(10).forEach(end -> reported(end.number()));
        commands.take(List.of(session("c4", "s1", "e4", 5)));
        commands.end(next(), CommandState.DONE, null);
        assertEquals(
                List.of("c4", "c3", "c2"),
                commands.newest(10, Set.of()).stream().map(Command::id).toList(),
                "of those that ended the oldest is forgotten");
    }

    private void reported(long number) {
        try {
            commands.reported(number);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void endsAreToldUntilTheyWereSent() throws Exception {
        commands.take(List.of(session("c1", "s1", "e1", 5)));
        Commands.Entry entry = next();
        commands.progress(entry, 3, 10);
        commands.end(entry, CommandState.FAILED, "PACS: 7 of 10 images are missing there");
        reopen();
        Commands.End end = commands.unreported(10).get(0);
        assertEquals(3, end.sent());
        assertEquals(10, end.total());
        assertEquals("PACS: 7 of 10 images are missing there", end.message());
        commands.reported(end.number());
        reopen();
        assertEquals(List.of(), commands.unreported(10));
    }

    @Test
    void aPersonCancelsAndRepeats() throws Exception {
        commands.take(List.of(session("c1", "s1", "e1", 5)));
        long number = commands.newest(1, Set.of()).get(0).number();
        assertTrue(commands.cancel(number));
        assertFalse(commands.cancel(number));
        assertEquals(0, commands.waiting());
        assertTrue(commands.retry(number));
        reopen();
        Commands.Entry entry = next();
        assertEquals(number, entry.number);
        assertTrue(commands.cancel(number));
        assertTrue(Thread.interrupted(), "the thread that runs it hears of it");
        assertEquals(List.of(CommandState.CANCELLED), states());
        assertFalse(commands.retry(number), "it has not ended yet");
        commands.giveBack(entry);
        assertTrue(commands.retry(number));
        assertSame(entry, next());
    }

    @Test
    void aTornRecordIsCutOffAndDamageIsKeptBeside() throws Exception {
        commands.take(List.of(session("c1", "s1", "e1", 5)));
        commands.close();
        Path file = folder.resolve("commands");
        long whole = Files.size(file);
        Files.writeString(file, "00000000{\"op\":\"ta", StandardOpenOption.APPEND);
        open();
        assertEquals(1, commands.waiting());
        assertEquals(whole, Files.size(file));
        commands.take(List.of(session("c2", "s2", "e2", 5), session("c3", "s3", "e3", 5)));
        commands.close();
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) whole + 20] ^= 1;
        Files.write(file, bytes);
        open();
        assertEquals(1, commands.waiting());
        assertTrue(Files.exists(folder.resolve("commands.damaged")));
    }

    @Test
    void theFileDoesNotGrowForEver() throws Exception {
        commands.take(List.of(session("c1", "s1", "e1", 5)));
        long number = commands.newest(1, Set.of()).get(0).number();
        for (int i = 0; i < 300; i++) {
            Commands.Entry entry = next();
            commands.end(entry, CommandState.FAILED, "x".repeat(60_000));
            assertTrue(commands.retry(number));
        }
        assertTrue(Files.size(folder.resolve("commands")) < 17 << 20);
        reopen();
        assertEquals(1, commands.waiting());
    }
}
