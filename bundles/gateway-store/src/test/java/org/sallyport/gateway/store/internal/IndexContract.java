package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.Order;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;
import org.sallyport.gateway.api.store.StudyIndex.Totals;
import org.sallyport.gateway.api.store.StudySheets.Sheet;

/** What index and queue promise on every database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class IndexContract {

    private static final String STUDY = Samples.STUDY;
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Set<String> ALONE = Set.of();
    private static final String HERE = "appliance";
    private static final String US = HERE + "/run-2";
    private static final Map<String, Order> ARCHIVE = Map.of("archive", Order.pseudonymous());

    private MutableClock clock = new MutableClock();
    private IndexWriter writer;
    private JpaStudyIndex index;
    private JpaDeliveryQueue queue;

    /** Open from the first test to the last. */
    abstract TestDatabase database();

    @BeforeEach
    void open() throws SQLException {
        database().clear();
        clock = new MutableClock();
        writer = new IndexWriter(database(), HERE);
        index = new JpaStudyIndex(database(), writer);
        queue = new JpaDeliveryQueue(database(), writer, em -> clock.millis());
    }

    @AfterEach
    void close() {
        writer.close();
    }

    // ---- sheets

    private static Sheet sheet(String study, String sealed) {
        return new Sheet(study, Samples.bytes(sealed));
    }

    private static String text(Sheet sheet) {
        return new String(sheet.sealed(), java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void aSheetIsCurrentUntilTheStudyChanges() throws IndexException {
        JpaStudySheets sheets = new JpaStudySheets(database(), writer, 3);
        assertEquals(Optional.empty(), sheets.revision(STUDY));
        sheets.write(sheet(STUDY, "of nobody"), 1);
        add(facts(STUDY, "2.25.10", "2.25.100", "CT", Samples.RECEIVED), 1);
        assertEquals(Optional.empty(), sheets.current(STUDY), "a sheet of an unknown study is passed over");
        assertEquals(List.of(STUDY), sheets.outdated(10));
        long revision = sheets.revision(STUDY).orElseThrow();
        sheets.write(sheet(STUDY, "first"), revision);
        assertEquals("first", text(sheets.current(STUDY).orElseThrow()));
        assertEquals(List.of(), sheets.outdated(10));
        add(facts(STUDY, "2.25.10", "2.25.101", "CT", Samples.RECEIVED), 1);
        assertEquals(Optional.empty(), sheets.current(STUDY));
        assertEquals(List.of(STUDY), sheets.outdated(10));
        assertTrue(sheets.revision(STUDY).orElseThrow() > revision);
        sheets.write(sheet(STUDY, "second"), sheets.revision(STUDY).orElseThrow());
        assertEquals("second", text(sheets.current(STUDY).orElseThrow()));
        assertThrows(
                IllegalArgumentException.class, () -> sheets.write(new Sheet(STUDY, new byte[Sheet.LONGEST + 1]), 1));
    }

    @Test
    void allSheetsAreReadInTheOrderInWhichTheyWereFirstWritten() throws IndexException {
        JpaStudySheets sheets = new JpaStudySheets(database(), writer, 3);
        int studies = 7;
        for (int i = 0; i < studies; i++) {
            add(facts("2.25.1" + i, "2.25.10", "2.25.9" + i, "CT", Samples.RECEIVED), 1);
        }
        List<Sheet> all = new ArrayList<>();
        for (int i = 0; i < studies; i++) {
            all.add(sheet("2.25.1" + i, "sheet " + i));
        }
        writer.flush();
        for (Sheet sheet : all) {
            sheets.write(sheet, 1);
        }
        sheets.write(sheet("2.25.10", "sheet 0 again"), 1);
        List<String> read = new ArrayList<>();
        sheets.readAll(some -> some.forEach(one -> read.add(one.studyInstanceUid())));
        assertEquals(all.stream().map(Sheet::studyInstanceUid).toList(), read);
        assertEquals("sheet 0 again", text(sheets.current("2.25.10").orElseThrow()));
    }

    // ---- what only a back end holds

    private static RemoteStudies.Series remoteSeries(
            String series, String study, String place, @Nullable Integer number) {
        return new RemoteStudies.Series(series, study, place, number, "made of it", "SR", 2);
    }

    private static RemoteStudies.Held remote(String study, RemoteStudies.Series... series) {
        return new RemoteStudies.Held(
                new RemoteStudies.Study(study, "ANON-7", "19991231", null, "described"), List.of(series));
    }

    private static List<RemoteStudies.Held> all(RemoteStudies remote) throws IndexException {
        List<RemoteStudies.Held> read = new ArrayList<>();
        remote.readAll(read::addAll);
        return read;
    }

    @Test
    void whatABackEndHoldsIsKeptBesideTheIndexAndFoundByStudySeriesAndPseudonym() throws IndexException {
        RemoteStudies remote = new JpaRemoteStudies(database(), 2);
        List<RemoteStudies.Held> held = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            held.add(remote(
                    "2.25.8" + i,
                    remoteSeries("2.25.8" + i + ".2", "2.25.8" + i, "there", 2),
                    remoteSeries("2.25.8" + i + ".1", "2.25.8" + i, "there", null)));
        }
        for (RemoteStudies.Held one : held) {
            remote.put(one, 1_000);
        }
        assertEquals(held, all(remote), "in pages, series by their numbers");
        assertEquals(Optional.of(held.get(2)), remote.study("2.25.83"));
        assertEquals(Optional.empty(), remote.study("2.25.8"));
        assertEquals(Optional.of("2.25.84"), remote.studyOfSeries("2.25.84.1"));
        assertEquals(Optional.empty(), remote.studyOfSeries("2.25.84"));
        assertEquals(List.of("2.25.81", "2.25.82"), remote.studiesOf("ANON-7", 2));
        assertEquals(List.of(), remote.studiesOf("ANON-8", 2));
        assertEquals(new Totals(0, 0), index.totals(), "the index knows nothing of it");
        assertEquals(List.of(), index.newest(10));
        assertEquals(List.of(), index.studiesOf("ANON-7", 10));
    }

    @Test
    void whatABackEndNoLongerListsGoesWithTheNextWholeRound() throws IndexException {
        RemoteStudies remote = new JpaRemoteStudies(database(), 2);
        remote.put(
                remote(
                        "2.25.81",
                        remoteSeries("2.25.81.1", "2.25.81", "a", 1),
                        remoteSeries("2.25.81.2", "2.25.81", "a", 2)),
                1_000);
        remote.put(remote("2.25.82", remoteSeries("2.25.82.1", "2.25.82", "a", 1)), 1_000);
        remote.endRound(1_000, true);
        assertEquals(1, remote.rounds());
        assertEquals(2, all(remote).size());

        RemoteStudies.Held less = new RemoteStudies.Held(
                new RemoteStudies.Study("2.25.81", "ANON-7", null, "120000", null),
                List.of(new RemoteStudies.Series("2.25.81.1", "2.25.81", "a", 3, null, "SEG", 9)));
        remote.put(less, 2_000);
        // The study came in two parts: what the first says of it stays, and so do the series of both.
        remote.put(remote("2.25.81", remoteSeries("2.25.81.1", "2.25.81", "b", 1)), 2_000);
        remote.endRound(2_000, false);
        assertEquals(2, all(remote).size(), "a round that broke off removes nothing");
        remote.endRound(2_000, true);
        assertEquals(
                List.of(new RemoteStudies.Held(
                        less.study(),
                        List.of(
                                remoteSeries("2.25.81.1", "2.25.81", "b", 1),
                                less.series().get(0)))),
                all(remote));
        // An appliance whose clock is behind lists it too.
        remote.put(less, 1_500);
        remote.endRound(2_000, true);
        assertEquals(1, all(remote).size());
        remote.endRound(3_000, true);
        assertEquals(List.of(), all(remote));
    }

    // ---- the index

    @Test
    void aStudyIsToldWithItsNumbers() throws IndexException {
        add(facts(STUDY, "2.25.10", "2.25.100", "CT", Samples.RECEIVED), 1);
        add(facts(STUDY, "2.25.10", "2.25.101", "CT", Samples.RECEIVED.plusSeconds(9)), 1);
        add(facts(STUDY, "2.25.11", "2.25.102", "PT", Samples.RECEIVED.plusSeconds(5)), 1);
        add(facts(STUDY, "2.25.11", "2.25.102", "PT", Samples.RECEIVED.plusSeconds(6)), 2);
        StudyRecord study = index.study(STUDY).orElseThrow();
        assertEquals(
                new StudyRecord(
                        STUDY,
                        "ANON-1",
                        "20260228",
                        "Thorax",
                        Set.of("CT", "PT"),
                        "SCANNER",
                        2,
                        3,
                        4000,
                        0,
                        4,
                        1,
                        Samples.RECEIVED,
                        Samples.RECEIVED.plusSeconds(9)),
                study);
        assertEquals(Optional.empty(), index.study("2.25.999"));
    }

    /** What another appliance has it completes itself: only that one can open what it sealed. */
    @Test
    void looseAreAnAppliancesOwnInstancesOnly() throws IndexException {
        add(facts(STUDY, "2.25.10", "2.25.100", "CT", Samples.RECEIVED), 1);
        IndexWriter another = new IndexWriter(database(), "another");
        try {
            another.add(Samples.stored(facts(STUDY, "2.25.10", "2.25.101", "CT", Samples.RECEIVED), 1));
            another.flush();
            assertEquals(List.of("2.25.100"), sops(index.loose(STUDY)));
            assertEquals(List.of("2.25.101"), sops(new JpaStudyIndex(database(), another).loose(STUDY)));
            queue.enqueue(STUDY, ARCHIVE);
            assertEquals(List.of(), index.loose(STUDY));
            assertEquals(List.of("2.25.101"), sops(new JpaStudyIndex(database(), another).loose(STUDY)));
        } finally {
            another.close();
        }
    }

    @Test
    void aRowComesBackAsItWasAdded() throws IndexException {
        InstanceFacts facts = Samples.facts(
                STUDY,
                "2.25.10",
                "2.25.100",
                1,
                null,
                null,
                "MR",
                Samples.RECEIVED,
                Map.of("SeriesDescription", "Schädel \"nativ\" 頭部 \n\\", "BodyPartExamined", ""));
        StoredInstance stored = Samples.stored(facts, 1);
        writer.add(stored);
        StoredInstance back = index.instances(STUDY).get(0);
        assertEquals(stored.frameId(), back.frameId());
        assertEquals(stored.packId(), back.packId());
        assertEquals(stored.crc32(), back.crc32());
        assertEquals(facts.attributes(), back.facts().attributes());
        assertEquals(facts.receivedAt(), back.facts().receivedAt());
        assertEquals(facts.dateShiftDays(), back.facts().dateShiftDays());
        assertEquals(facts.keyGeneration(), back.facts().keyGeneration());
        assertNull(back.facts().instanceNumber());
    }

    @Test
    void instancesStandInOrderOfSeriesAndInstanceNumber() throws IndexException {
        addNumbered("2.25.12", "2.25.1", null, 1);
        addNumbered("2.25.11", "2.25.2", 2, 10);
        addNumbered("2.25.11", "2.25.3", 2, 9);
        addNumbered("2.25.10", "2.25.4", 10, 1);
        addNumbered("2.25.11", "2.25.5", 2, null);
        assertEquals(List.of("2.25.3", "2.25.2", "2.25.5", "2.25.4", "2.25.1"), sops(index.instances(STUDY)));
    }

    @Test
    void theNewestVersionStandsWhereItsOwnNumberPutsIt() throws IndexException {
        writer.add(Samples.stored(Samples.facts(STUDY, "2.25.10", "2.25.100", 1, 1, 1), 1));
        writer.add(Samples.stored(Samples.facts(STUDY, "2.25.10", "2.25.101", 2, 1, 2), 1));
        writer.add(Samples.stored(Samples.facts(STUDY, "2.25.10", "2.25.100", 3, 1, 3), 2));
        assertEquals(List.of("2.25.101", "2.25.100"), sops(index.instances(STUDY)));
        assertEquals(2, index.instances(STUDY).get(1).version());
    }

    @Test
    void conflictsTellTheNewestVersionOnce() throws IndexException {
        for (int version = 1; version <= 3; version++) {
            writer.add(Samples.stored(Samples.facts(STUDY, "2.25.100", version), version));
        }
        add(facts(STUDY, "2.25.10", "2.25.101", "CT", Samples.RECEIVED), 1);
        assertEquals(
                List.of(3),
                index.conflicts(10).stream().map(StoredInstance::version).toList());
        assertEquals(
                List.of(3),
                index.conflicts(1).stream().map(StoredInstance::version).toList());
    }

    @Test
    void studiesAndInstancesAreFoundBeforeTheirRowsAreWritten() throws IndexException {
        InstanceFacts plain = facts(STUDY, "2.25.10", "2.25.100", "CT", Samples.RECEIVED);
        InstanceFacts keyed = new InstanceFacts(
                plain.studyInstanceUid(),
                plain.seriesInstanceUid(),
                plain.sopInstanceUid(),
                plain.sopClassUid(),
                plain.transferSyntaxUid(),
                plain.originalDigest(),
                plain.pseudonym(),
                1,
                1,
                "CT",
                2,
                1,
                "A",
                "B",
                "C",
                plain.receivedAt(),
                plain.attributes(),
                Set.of("a0123456789abcdef"));
        add(keyed, 1);
        assertEquals(List.of(STUDY), index.studiesByKey("a0123456789abcdef"));
        add(facts(STUDY, "2.25.11", "2.25.101", "CT", Samples.RECEIVED), 1);
        add(facts(STUDY, "2.25.11", "2.25.102", "CT", Samples.RECEIVED), 1);
        assertEquals(List.of(STUDY), index.studiesOf("ANON-1", 10));
        assertTrue(index.isReceiving(STUDY));
        assertEquals(2, index.series(STUDY));
        assertEquals(
                Set.of("2.25.10", "2.25.11"),
                new HashSet<>(index.firstOfSeries(STUDY).stream()
                        .map(one -> one.facts().seriesInstanceUid())
                        .toList()));
        assertEquals(2, index.firstOfSeries(STUDY).size());
        assertEquals(STUDY, index.anyOfStudy(STUDY).orElseThrow().facts().studyInstanceUid());
        assertEquals(
                "2.25.11", index.anyOfSeries("2.25.11").orElseThrow().facts().seriesInstanceUid());
        assertEquals(
                "2.25.102", index.instance("2.25.102").orElseThrow().facts().sopInstanceUid());
        assertEquals(
                keyed.lookupKeys(),
                index.instance("2.25.100").orElseThrow().facts().lookupKeys());
        assertEquals(List.of(), index.studiesByKey("none"));
        assertEquals(Optional.empty(), index.anyOfSeries("2.25.404"));
        assertEquals(0, index.series("2.25.404"));
    }

    @Test
    void studiesAndSeriesAreCounted() throws IndexException {
        assertEquals(new Totals(0, 0), index.totals());
        add(facts("2.25.1", "2.25.10", "2.25.100", "CT", Samples.RECEIVED), 1);
        add(facts("2.25.1", "2.25.10", "2.25.101", "CT", Samples.RECEIVED), 1);
        add(facts("2.25.1", "2.25.11", "2.25.102", "CT", Samples.RECEIVED), 1);
        add(facts("2.25.2", "2.25.12", "2.25.103", "CT", Samples.RECEIVED), 1);
        // What waits to be written is written first.
        index.newest(1);
        assertEquals(new Totals(2, 3), index.totals());
    }

    @Test
    void studiesAreToldNewestFirst() throws IndexException {
        for (int i = 1; i <= 3; i++) {
            add(facts("2.25." + i, "2.25.10", "2.25.10" + i, "CT", Samples.RECEIVED.plusSeconds(i)), 1);
        }
        assertEquals(
                List.of("2.25.3", "2.25.2"),
                index.newest(2).stream().map(StudyRecord::studyInstanceUid).toList());
        for (int limit : new int[] {-1, 0, 10_001}) {
            assertThrows(IllegalArgumentException.class, () -> index.newest(limit));
            assertThrows(IllegalArgumentException.class, () -> index.conflicts(limit));
            assertThrows(IllegalArgumentException.class, () -> queue.newest(limit, Set.of()));
        }
    }

    /** InstanceFacts allows texts of 1,024 characters, and a sender may send what it likes. */
    @Test
    void valuesThatNoColumnHoldsDoNotStopTheIndex() throws IndexException {
        InstanceFacts wild = Samples.facts(
                STUDY,
                "2.25.10",
                "2.25.100",
                1,
                1,
                1,
                "CT",
                Samples.RECEIVED,
                Map.of(
                        "StudyDescription", "a\0b" + "x".repeat(1_021),
                        "StudyDate", "20260101-20260202",
                        "SeriesDescription", "c\0d"));
        add(wild, 1);
        for (int i = 0; i < 40; i++) {
            add(
                    facts(
                            STUDY,
                            "2.25.1" + i,
                            "2.25.20" + i,
                            "MODALITY_16_CH" + (char) ('A' + i % 26) + i % 7,
                            Samples.RECEIVED),
                    1);
        }
        StudyRecord study = index.study(STUDY).orElseThrow();
        assertEquals(41, study.instances());
        assertNull(study.studyDate());
        assertTrue(String.valueOf(study.studyDescription()).startsWith("a bx"));
        assertEquals("c\0d", index.instances(STUDY).get(0).facts().attributes().get("SeriesDescription"));
    }

    // ---- the queue

    @Test
    void completingMakesPartsAndQueuesThem() throws IndexException {
        add("2.25.100");
        add("2.25.101");
        assertEquals(
                List.of(STUDY),
                index.receiving().stream().map(StudyRecord::studyInstanceUid).toList());
        assertEquals(Optional.of(1), queue.enqueue(STUDY, ARCHIVE));
        assertEquals(List.of(), index.receiving());
        assertEquals(Optional.empty(), queue.enqueue(STUDY, ARCHIVE), "nothing loose");
        add("2.25.102");
        assertEquals(1, index.study(STUDY).orElseThrow().loose());
        assertEquals(
                Optional.of(2),
                queue.enqueue(
                        STUDY, Map.of("archive", Order.pseudonymous(), "ward", new Order(IdentityMode.ORIGINAL, 4))));
        assertEquals(List.of("2.25.100", "2.25.101"), sops(index.instances(STUDY, 1)));
        assertEquals(List.of("2.25.102"), sops(index.instances(STUDY, 2)));
        assertEquals(2, index.study(STUDY).orElseThrow().parts());
        List<DeliveryRecord> queued = queue.ofStudy(STUDY);
        assertEquals(
                Set.of("1 archive PSEUDONYMOUS", "2 archive PSEUDONYMOUS", "2 ward ORIGINAL"),
                Set.copyOf(queued.stream()
                        .map(record -> record.part() + " " + record.destination() + " " + record.identity())
                        .toList()));
        assertTrue(queued.stream().allMatch(record -> record.state() == State.WAITING && record.attempts() == 0));
        assertEquals(Optional.empty(), queue.enqueue("2.25.999", ARCHIVE), "no such study");
    }

    @Test
    void aPartThatGoesNowhereIsAPart() throws IndexException {
        add("2.25.100");
        assertEquals(Optional.of(1), queue.enqueue(STUDY, Map.of()));
        assertEquals(List.of(), queue.ofStudy(STUDY));
        assertEquals(1, index.study(STUDY).orElseThrow().parts());
    }

    @Test
    void aLaterVersionIsServedInItsOwnPart() throws IndexException {
        writer.add(Samples.stored(Samples.facts(STUDY, "2.25.100", 1), 1));
        queue.enqueue(STUDY, ARCHIVE);
        writer.add(Samples.stored(Samples.facts(STUDY, "2.25.100", 2), 2));
        queue.enqueue(STUDY, ARCHIVE);
        assertEquals(1, index.instances(STUDY, 1).get(0).version());
        assertEquals(2, index.instances(STUDY, 2).get(0).version());
    }

    @Test
    void completingAtOnceQueuesOnce() throws Exception {
        add("2.25.100");
        writer.flush();
        List<Optional<Integer>> parts = atOnce(4, () -> queue.enqueue(STUDY, ARCHIVE));
        assertEquals(1, parts.stream().filter(Optional::isPresent).count());
        assertEquals(1, queue.ofStudy(STUDY).size());
    }

    @Test
    void claimsAreOldestFirstAndExclusive() throws IndexException {
        enqueue(3, "archive");
        List<DeliveryRecord> two = queue.claim("archive", 2, US, LEASE, ALONE);
        assertEquals(List.of("2.25.1", "2.25.2"), studies(two));
        assertEquals(State.RUNNING, two.get(0).state());
        assertEquals(1, two.get(0).attempts());
        assertEquals(List.of("2.25.3"), studies(queue.claim("archive", 64, "other/run", LEASE, ALONE)));
        assertEquals(List.of(), queue.claim("archive", 64, US, LEASE, ALONE));
        assertEquals(List.of(), queue.claim("elsewhere", 64, US, LEASE, ALONE));
        for (int max : new int[] {0, -1, 65}) {
            assertThrows(IllegalArgumentException.class, () -> queue.claim("archive", max, US, LEASE, ALONE));
        }
    }

    @Test
    void aClaimWhoseLeaseRanOutIsDueAgainAndNoLongerItsOwners() throws IndexException {
        enqueue(1, "archive");
        long id = queue.claim("archive", 1, "dead/run", LEASE, ALONE).get(0).id();
        clock.pass(LEASE);
        assertEquals(List.of(), queue.claim("archive", 1, US, LEASE, ALONE), "to the last millisecond");
        clock.pass(Duration.ofMillis(1));
        DeliveryRecord taken = queue.claim("archive", 1, US, LEASE, ALONE).get(0);
        assertEquals(id, taken.id());
        assertEquals(2, taken.attempts());
        assertFalse(queue.renew(id, "dead/run", LEASE));
        assertFalse(queue.delivered(id, "dead/run", "receipt", Map.of()));
        assertEquals(State.RUNNING, state(id));
    }

    @Test
    void renewingProlongsTheLease() throws IndexException {
        enqueue(1, "archive");
        long id = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        clock.pass(LEASE);
        assertTrue(queue.renew(id, US, LEASE));
        clock.pass(LEASE);
        assertEquals(List.of(), queue.claim("archive", 1, "other/run", LEASE, ALONE));
    }

    @Test
    void aStrangerChangesNothing() throws IndexException {
        enqueue(1, "archive");
        long id = queue.ofStudy("2.25.1").get(0).id();
        assertFalse(queue.delivered(id, US, "receipt", Map.of()), "not claimed");
        queue.claim("archive", 1, US, LEASE, ALONE);
        DeliveryRecord before = queue.delivery(id).orElseThrow();
        assertFalse(queue.delivered(id, "other/run", "receipt", Map.of()));
        assertFalse(queue.later(id, "other/run", Duration.ZERO, "reason", true));
        assertFalse(queue.park(id, "other/run", "reason"));
        assertFalse(queue.renew(id, "other/run", LEASE));
        assertFalse(queue.renew(id + 1000, US, LEASE));
        assertEquals(before, queue.delivery(id).orElseThrow());
    }

    @Test
    void deliveredIsTheEnd() throws IndexException {
        enqueue(1, "archive");
        long id = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        clock.pass(Duration.ofSeconds(3));
        assertTrue(queue.delivered(id, US, "receipt 7", Map.of()));
        DeliveryRecord record = queue.delivery(id).orElseThrow();
        assertEquals(State.DELIVERED, record.state());
        assertEquals("receipt 7", record.reason());
        assertEquals(clock.instant(), record.endedAt());
        clock.pass(Duration.ofDays(365));
        assertEquals(List.of(), queue.claim("archive", 1, US, LEASE, ALONE));
        assertFalse(queue.retryNow(id));
        assertFalse(queue.delivered(id, US, "twice", Map.of()));
    }

    @Test
    void receiptsOfImagesAreKeptInTheirOrderAndWithinBounds() throws IndexException {
        enqueue(3, "archive");
        long some = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        Map<String, String> receipts = new LinkedHashMap<>();
        receipts.put("2.25.9", "B000 é 頭\u0001\0");
        receipts.put("2.25.10", "line\nbreak\ttab");
        assertFalse(queue.delivered(some, "other/run", "receipt", receipts));
        assertEquals(Map.of(), queue.receipts(some), "what does not count is not kept");
        assertTrue(queue.delivered(some, US, "receipt", receipts));
        assertEquals(
                "[2.25.9=B000 é 頭\u0001\0, 2.25.10=line break\ttab]",
                queue.receipts(some).entrySet().toString());

        Map<String, String> many = new LinkedHashMap<>();
        for (int i = 0; i < 100_000; i++) {
            many.put(
                    "2.25.1234567890123456789012345678901234567890." + i,
                    "receipt of 100 characters " + "x".repeat(74));
        }
        long large = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        assertTrue(queue.delivered(large, US, "receipt", many));
        Map<String, String> kept = queue.receipts(large);
        assertTrue(kept.size() > 50_000 && kept.size() < 100_000, kept.size() + " receipts");
        assertEquals(new ArrayList<>(many.keySet()).subList(0, kept.size()), new ArrayList<>(kept.keySet()));

        long none = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        queue.delivered(none, US, "receipt", Map.of());
        assertEquals(Map.of(), queue.receipts(none));
        assertEquals(Map.of(), queue.receipts(none + 1000));
    }

    @Test
    void laterIsDueAtItsTimeAndNotBefore() throws IndexException {
        enqueue(1, "archive");
        long id = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        Instant due = clock.instant().plusSeconds(60);
        assertTrue(queue.later(id, US, Duration.ofSeconds(60), "receiver is away", true));
        assertEquals(State.RETRYING, state(id));
        assertEquals(due, queue.delivery(id).orElseThrow().dueAt());
        clock.pass(Duration.ofSeconds(59));
        assertEquals(List.of(), queue.claim("archive", 1, US, LEASE, ALONE));
        clock.pass(Duration.ofSeconds(1));
        assertEquals(2, queue.claim("archive", 1, US, LEASE, ALONE).get(0).attempts());
    }

    @Test
    void givingBackIsNoAttempt() throws IndexException {
        enqueue(1, "archive");
        long id = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        assertTrue(queue.later(id, US, Duration.ZERO, "interrupted", false));
        assertEquals(State.WAITING, state(id));
        assertEquals(1, queue.claim("archive", 1, US, LEASE, ALONE).get(0).attempts());
    }

    @Test
    void aParkedDeliveryWaitsForAPerson() throws IndexException {
        enqueue(1, "archive");
        long id = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        assertTrue(queue.park(id, US, "refused"));
        clock.pass(Duration.ofDays(365));
        assertEquals(List.of(), queue.claim("archive", 1, US, LEASE, ALONE));
        assertEquals("refused", queue.delivery(id).orElseThrow().reason());
        assertTrue(queue.retryNow(id));
        assertEquals(State.WAITING, state(id));
        assertEquals(id, queue.claim("archive", 1, US, LEASE, ALONE).get(0).id());
    }

    @Test
    void retryNowMakesDueWhatWaitsAndLeavesWhatRuns() throws IndexException {
        enqueue(1, "archive");
        long id = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        assertFalse(queue.retryNow(id), "it runs");
        queue.later(id, US, Duration.ofHours(1), "away", true);
        assertTrue(queue.retryNow(id));
        assertEquals(id, queue.claim("archive", 1, US, LEASE, ALONE).get(0).id());
        assertFalse(queue.retryNow(id + 1000));
    }

    @Test
    void aStartEndsTheClaimsOfThisAppliancesEarlierRuns() throws IndexException {
        enqueue(4, "archive");
        queue.claim("archive", 1, "appliance/run-1", LEASE, ALONE);
        queue.claim("archive", 1, "appliance2/run-1", LEASE, ALONE);
        queue.claim("archive", 1, "applianceX/run-1", LEASE, ALONE);
        queue.claim("archive", 1, US, LEASE, ALONE);
        assertEquals(1, queue.releaseClaims(US));
        assertEquals(List.of("2.25.1"), studies(queue.claim("archive", 64, US, LEASE, ALONE)));
    }

    /** {@code _} and {@code %} mean something to LIKE. */
    @Test
    void anAppliancesNameIsTakenLiterally() throws IndexException {
        enqueue(3, "archive");
        queue.claim("archive", 1, "a_%/run-1", LEASE, ALONE);
        queue.claim("archive", 1, "axyz/run-1", LEASE, ALONE);
        queue.claim("archive", 1, "ax/run-1", LEASE, ALONE);
        assertEquals(1, queue.releaseClaims("a_%/run-2"));
        assertThrows(IllegalArgumentException.class, () -> queue.releaseClaims("no run"), "would end everyone's");
    }

    @Test
    void countsAreByDestinationAndState() throws IndexException {
        enqueue(3, "archive");
        enqueue(1, "ward");
        queue.claim("archive", 1, US, LEASE, ALONE);
        assertEquals(
                Map.of("archive", Map.of(State.RUNNING, 1L, State.WAITING, 2L), "ward", Map.of(State.WAITING, 1L)),
                queue.counts(Set.of()));
    }

    @Test
    void newestAreChosenByState() throws IndexException {
        enqueue(3, "archive");
        long first = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        queue.park(first, US, "refused");
        assertEquals(List.of("2.25.3", "2.25.2", "2.25.1"), studies(queue.newest(10, Set.of())));
        assertEquals(List.of("2.25.3"), studies(queue.newest(1, Set.of())));
        assertEquals(List.of("2.25.1"), studies(queue.newest(10, Set.of(State.PARKED))));
    }

    @Test
    void aReasonOfAnyKindIsKept() throws IndexException {
        enqueue(1, "archive");
        long id = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        assertTrue(queue.park(id, US, "nul \0 é 頭 " + "x".repeat(5_000)));
        assertTrue(String.valueOf(queue.delivery(id).orElseThrow().reason()).startsWith("nul   é 頭 xxx"));
    }

    @Test
    void noDeliveryIsClaimedTwiceByTwoWhoAskAtOnce() throws Exception {
        enqueue(60, "archive");
        JpaDeliveryQueue second =
                database().skipsLocked() ? new JpaDeliveryQueue(database(), writer, em -> clock.millis()) : queue;
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService runs = Executors.newFixedThreadPool(2);
        try {
            List<Future<List<Long>>> claims = new ArrayList<>();
            for (DeliveryQueue one : List.of(queue, second)) {
                String owner = "appliance" + claims.size() + "/run";
                claims.add(runs.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    List<Long> ids = new ArrayList<>();
                    List<DeliveryRecord> claimed = one.claim("archive", 3, owner, LEASE, ALONE);
                    while (!claimed.isEmpty()) {
                        claimed.forEach(record -> ids.add(record.id()));
                        claimed = one.claim("archive", 3, owner, LEASE, ALONE);
                    }
                    return ids;
                }));
            }
            List<Long> all = new ArrayList<>(claims.get(0).get(60, TimeUnit.SECONDS));
            all.addAll(claims.get(1).get(60, TimeUnit.SECONDS));
            assertEquals(60, all.size());
            assertEquals(60, new HashSet<>(all).size());
        } finally {
            runs.shutdownNow();
        }
    }

    @Test
    void anImageThatAnotherStudyHeldEarlierIsTold() throws IndexException {
        Instant first = Samples.RECEIVED;
        add(facts("2.25.2", "2.25.20", "2.25.100", "CT", first), 1);
        add(facts(STUDY, "2.25.10", "2.25.100", "CT", first.plusSeconds(5)), 1);
        add(facts(STUDY, "2.25.10", "2.25.101", "CT", first.plusSeconds(5)), 1);
        add(facts("2.25.3", "2.25.30", "2.25.101", "CT", first.plusSeconds(9)), 1);
        queue.enqueue(STUDY, ARCHIVE);
        queue.enqueue("2.25.2", ARCHIVE);
        queue.enqueue("2.25.3", ARCHIVE);
        assertEquals(Set.of("2.25.100"), index.heldEarlier(STUDY, 1));
        assertEquals(Set.of(), index.heldEarlier("2.25.2", 1), "it was the first");
        assertEquals(Set.of("2.25.101"), index.heldEarlier("2.25.3", 1));
        assertEquals(Set.of(), index.heldEarlier(STUDY, 2));
        add(facts("2.25.2", "2.25.20", "2.25.101", "CT", first.plusSeconds(99)), 1);
        queue.enqueue("2.25.2", ARCHIVE);
        assertEquals(Set.of("2.25.101"), index.heldEarlier("2.25.2", 2), "late, in a study that began earlier");
    }

    // ---- priorities, persons, repeats

    @Test
    void anUrgentDeliveryGoesFirstButNotBeforeWhatHasWaitedLong() throws IndexException {
        enqueue(1, "archive", 4);
        clock.pass(DeliveryQueue.PRIORITY_STEP.multipliedBy(5).plusMillis(1));
        enqueue(2, "archive", 0);
        enqueue(3, "archive", 9);
        enqueue(4, "archive", 4);
        assertEquals(
                List.of("2.25.1", "2.25.3", "2.25.4", "2.25.2"), studies(queue.claim("archive", 64, US, LEASE, ALONE)));
        for (int priority : new int[] {-1, 10}) {
            assertThrows(IllegalArgumentException.class, () -> new Order(IdentityMode.PSEUDONYMOUS, priority));
        }
    }

    @Test
    void whatRetriesComesBackInItsPlace() throws IndexException {
        enqueue(3, "archive");
        long first = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        queue.later(first, US, Duration.ofSeconds(10), "away", true);
        clock.pass(Duration.ofSeconds(10));
        assertEquals(List.of("2.25.1", "2.25.2"), studies(queue.claim("archive", 2, US, LEASE, ALONE)));
    }

    @Test
    void failingSinceIsWhenItFirstFailedUntilAPersonLooks() throws IndexException {
        enqueue(1, "archive");
        Instant first = clock.instant();
        long id = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        assertNull(queue.delivery(id).orElseThrow().failingSince());
        queue.later(id, US, Duration.ZERO, "away", true);
        clock.pass(Duration.ofSeconds(1));
        assertEquals(first, queue.claim("archive", 1, US, LEASE, ALONE).get(0).failingSince());
        queue.later(id, US, Duration.ofHours(1), "away", true);
        assertEquals(first, queue.delivery(id).orElseThrow().failingSince());
        assertTrue(queue.hasFailedFor(id, Duration.ofSeconds(1)));
        assertFalse(queue.hasFailedFor(id, Duration.ofMillis(1_001)));
        assertFalse(queue.hasFailedFor(id + 1000, Duration.ZERO));
        assertTrue(queue.retryNow(id));
        assertFalse(queue.hasFailedFor(id, Duration.ZERO));
        assertNull(queue.delivery(id).orElseThrow().failingSince());
    }

    @Test
    void aPersonParksWhatWaitsRetriesOrRuns() throws IndexException {
        enqueue(1, "archive");
        long id = queue.ofStudy("2.25.1").get(0).id();
        assertTrue(queue.parkNow(id, "by ann"));
        assertEquals("by ann", queue.delivery(id).orElseThrow().reason());
        assertFalse(queue.parkNow(id, "again"));
        queue.retryNow(id);
        queue.claim("archive", 1, US, LEASE, ALONE);
        assertTrue(queue.parkNow(id, "by ann"));
        assertFalse(queue.delivered(id, US, "too late", Map.of()), "the claim ended");
        assertFalse(queue.renew(id, US, LEASE));
        assertEquals(State.PARKED, state(id));
        assertFalse(queue.parkNow(id + 1000, "no such"));
    }

    @Test
    void aCancelledDeliveryStaysInTheListAndIsTheEnd() throws IndexException {
        enqueue(2, "archive");
        long id = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        assertTrue(queue.cancel(id, "by ann"));
        assertFalse(queue.later(id, US, Duration.ZERO, "too late", true));
        assertFalse(queue.retryNow(id));
        assertFalse(queue.cancel(id, "again"));
        assertFalse(queue.parkNow(id, "again"));
        assertEquals(clock.instant(), queue.delivery(id).orElseThrow().endedAt());
        assertEquals(List.of("2.25.1"), studies(queue.newest(10, Set.of(State.CANCELLED))));
        long other = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        queue.delivered(other, US, "receipt", Map.of());
        assertFalse(queue.cancel(other, "delivered already"));
    }

    @Test
    void partsThatWereNeverQueuedForADestinationAreQueuedOnce() throws Exception {
        add("2.25.100");
        queue.enqueue(STUDY, ARCHIVE);
        add("2.25.101");
        queue.enqueue(STUDY, Map.of());
        add("2.25.102");
        List<List<Long>> added = atOnce(4, () -> queue.enqueueParts(STUDY, "archive", Order.pseudonymous(), false));
        assertEquals(1, added.stream().mapToInt(List::size).sum(), "part 1 is there, part 2 is missing, 3 is loose");
        DeliveryRecord part2 = queue.ofStudy(STUDY).get(1);
        assertEquals(2, part2.part());
        assertEquals(State.WAITING, part2.state());
        queue.cancel(part2.id(), "by ann");
        assertEquals(
                1,
                queue.enqueueParts(STUDY, "archive", Order.pseudonymous(), false)
                        .size());
        assertEquals(
                2,
                queue.enqueueParts(STUDY, "ward", Order.pseudonymous(), false).size());
        assertEquals(List.of(), queue.enqueueParts("2.25.999", "ward", Order.pseudonymous(), false));
    }

    @Test
    void aRepeatTakesThePlaceOfWhatHasNotEndedAndLeavesWhatRuns() throws IndexException {
        for (String sop : List.of("2.25.100", "2.25.101", "2.25.102", "2.25.103", "2.25.104")) {
            add(sop);
            queue.enqueue(STUDY, ARCHIVE);
            clock.pass(Duration.ofSeconds(1));
        }
        List<Long> ids = queue.claim("archive", 4, US, LEASE, ALONE).stream()
                .map(DeliveryRecord::id)
                .toList();
        queue.delivered(ids.get(0), US, "receipt", Map.of());
        queue.later(ids.get(1), US, Duration.ofHours(1), "away", true);
        queue.park(ids.get(2), US, "refused");
        List<Long> again = queue.enqueueParts(STUDY, "archive", Order.pseudonymous(), true);
        assertEquals(
                List.of(1, 2, 3, 5), again.stream().map(id -> record(id).part()).toList(), "part 4 runs");
        assertEquals(State.DELIVERED, state(ids.get(0)), "what has ended is left as it is");
        assertEquals(State.CANCELLED, state(ids.get(1)));
        assertEquals(
                "superseded by delivery " + again.get(1), record(ids.get(1)).reason());
        assertEquals(clock.instant(), record(ids.get(1)).endedAt());
        assertEquals(State.CANCELLED, state(ids.get(2)));
        assertEquals(State.RUNNING, state(ids.get(3)));
        assertEquals(
                List.of(2, 3, 5, 1),
                queue.claim("archive", 64, US, LEASE, ALONE).stream()
                        .map(DeliveryRecord::part)
                        .toList(),
                "those in the place of others before the one that is new");
        assertEquals(List.of(), queue.enqueueParts(STUDY, "archive", Order.pseudonymous(), true), "all run");
    }

    @Test
    void aSeriesIsTakenOutOfWhatHasNotEndedAndOutOfWhatTakesItsPlace() throws IndexException {
        add("2.25.100");
        queue.enqueue(STUDY, ARCHIVE);
        long id = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        assertEquals(Set.of(), queue.leftOut(id));
        assertTrue(queue.leaveOut(id, Set.of("2.25.10")));
        assertEquals(State.WAITING, state(id));
        assertFalse(queue.delivered(id, US, "with the series", Map.of()), "what ran is no longer its owner's");
        assertTrue(queue.leaveOut(id, Set.of("2.25.10", "2.25.11")));
        assertEquals(Set.of("2.25.10", "2.25.11"), queue.leftOut(id));
        long again =
                queue.enqueueParts(STUDY, "archive", Order.pseudonymous(), true).get(0);
        assertEquals(Set.of("2.25.10", "2.25.11"), queue.leftOut(again));
        assertFalse(queue.leaveOut(id, Set.of("2.25.12")), "it has ended");
        assertFalse(queue.leaveOut(999, Set.of("2.25.12")));
        assertEquals(Set.of("2.25.10", "2.25.11"), queue.leftOut(id));
        queue.claim("archive", 1, US, LEASE, ALONE);
        queue.delivered(again, US, "receipt", Map.of());
        long whole =
                queue.enqueueParts(STUDY, "archive", Order.pseudonymous(), true).get(0);
        assertEquals(Set.of(), queue.leftOut(whole), "by a person's word, of what was delivered");
    }

    @Test
    void whatCarriesIdentityIsLookedAtApart() throws IndexException {
        add("2.25.100");
        queue.enqueue(STUDY, ARCHIVE);
        DeliveryQueue.Request request = new DeliveryQueue.Request("ann", "sent to the wrong place");
        Order originals = new Order(IdentityMode.ORIGINAL, 4, request);
        long first = queue.enqueueParts(STUDY, "archive", originals, false).get(0);
        assertEquals(IdentityMode.ORIGINAL, record(first).identity());
        assertEquals(request, record(first).request());
        assertEquals(List.of(), queue.enqueueParts(STUDY, "archive", originals, false));
        long second = queue.enqueueParts(STUDY, "archive", originals, true).get(0);
        assertEquals(State.CANCELLED, state(first));
        assertEquals(
                List.of("PSEUDONYMOUS WAITING", "ORIGINAL CANCELLED", "ORIGINAL WAITING"),
                queue.ofStudy(STUDY).stream()
                        .map(d -> d.identity() + " " + d.state())
                        .toList());
        assertNull(queue.ofStudy(STUDY).get(0).request());
        queue.enqueueParts(
                STUDY,
                "ward",
                new Order(IdentityMode.ORIGINAL, 4, new DeliveryQueue.Request("a".repeat(99), "b".repeat(999))),
                true);
        assertEquals(64 + 200, requestLength(queue.ofStudy(STUDY).get(3)));
        assertEquals(second, queue.ofStudy(STUDY).get(2).id());
    }

    private static int requestLength(DeliveryRecord record) {
        DeliveryQueue.Request request = Objects.requireNonNull(record.request());
        return request.actor().length() + request.reason().length();
    }

    private DeliveryRecord record(long id) {
        try {
            return queue.delivery(id).orElseThrow();
        } catch (IndexException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aClockThatWasSetBackByYearsHoldsNothingUp() throws IndexException {
        enqueue(2, "archive");
        long retries = queue.claim("archive", 1, US, LEASE, ALONE).get(0).id();
        queue.later(retries, US, Duration.ofMinutes(15), "away", true);
        queue.claim("archive", 1, "dead/run", LEASE, ALONE);
        clock.pass(Duration.ofDays(-700));
        assertEquals(2, queue.claim("archive", 64, US, LEASE, ALONE).size());
    }

    private interface Work<R> {
        R run() throws IOException;
    }

    private static <R> List<R> atOnce(int times, Work<R> work) throws Exception {
        CyclicBarrier start = new CyclicBarrier(times);
        ExecutorService threads = Executors.newFixedThreadPool(times);
        try {
            List<Future<R>> results = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                results.add(threads.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    return work.run();
                }));
            }
            List<R> done = new ArrayList<>();
            for (Future<R> result : results) {
                done.add(result.get(60, TimeUnit.SECONDS));
            }
            return done;
        } finally {
            threads.shutdownNow();
        }
    }

    private void enqueue(int studies, String destination) throws IndexException {
        for (int i = 1; i <= studies; i++) {
            String study = destination.equals("archive") ? "2.25." + i : "2.26." + i;
            add(facts(study, study + ".10", study + ".100", "CT", Samples.RECEIVED), 1);
            queue.enqueue(study, Map.of(destination, Order.pseudonymous()));
        }
    }

    private void enqueue(int study, String destination, int priority) throws IndexException {
        String uid = "2.25." + study;
        add(facts(uid, uid + ".10", uid + ".100", "CT", Samples.RECEIVED), 1);
        queue.enqueue(uid, Map.of(destination, new Order(IdentityMode.PSEUDONYMOUS, priority)));
    }

    private void add(String sop) {
        add(facts(STUDY, "2.25.10", sop, "CT", Samples.RECEIVED), 1);
    }

    private void add(InstanceFacts facts, int version) {
        writer.add(Samples.stored(facts, version));
    }

    private void addNumbered(
            String series,
            String sop,
            @org.jspecify.annotations.Nullable Integer seriesNumber,
            @org.jspecify.annotations.Nullable Integer number) {
        writer.add(Samples.stored(Samples.facts(STUDY, series, sop, 1, seriesNumber, number), 1));
    }

    private static InstanceFacts facts(String study, String series, String sop, String modality, Instant at) {
        return Samples.facts(
                study,
                series,
                sop,
                1,
                1,
                1,
                modality,
                at,
                Map.of("StudyDate", "20260228", "StudyDescription", "Thorax"));
    }

    private State state(long id) throws IndexException {
        return queue.delivery(id).orElseThrow().state();
    }

    private static List<String> studies(List<DeliveryRecord> records) {
        return records.stream().map(DeliveryRecord::studyInstanceUid).toList();
    }

    private static List<String> sops(List<StoredInstance> instances) {
        return instances.stream()
                .map(instance -> instance.facts().sopInstanceUid())
                .toList();
    }
}
