package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivilegedExceptionAction;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import javax.security.auth.Subject;
import org.apache.karaf.shell.api.action.Action;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.delivery.RouteDirectory;
import org.sallyport.gateway.api.delivery.StudyCompletion;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.node.BackEnd;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.VaultException;

class CommandsTest {

    private static final String HERE = "0123456789abcdef";
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");
    private static final String ABSENT = " is not there: see log:tail, and whether the bundle is active (bundle:list)";

    @TempDir
    private Path folder;

    @BeforeEach
    void setFolders() {
        System.setProperty("karaf.etc", folder.toString());
        System.setProperty("karaf.log", folder.toString());
    }

    @AfterEach
    void clearFolders() {
        System.clearProperty("karaf.etc");
        System.clearProperty("karaf.log");
    }

    private static String error(Class<? extends Exception> type, Action command) {
        return String.valueOf(assertThrows(type, () -> Console.run(command)).getMessage());
    }

    private static JsonNode json(GatewayCommand command) throws Exception {
        command.json = true;
        return new ObjectMapper().readTree(Console.run(command));
    }

    static DeliveryRecord delivery(State state) {
        return new DeliveryRecord(
                7,
                "2.25.1",
                1,
                "ith",
                IdentityMode.PSEUDONYMOUS,
                state,
                3,
                AT,
                AT,
                null,
                "the back end answered 500",
                4,
                null,
                HERE,
                null);
    }

    static Stream<Map.Entry<String, Action>> commandsWithoutTheirService() {
        NodeApprove approve = new NodeApprove();
        approve.reason = "because";
        DicomEcho echo = new DicomEcho();
        echo.host = "10.0.0.5";
        echo.port = 104;
        return Stream.of(
                Map.entry("the audit log", new AuditList()),
                Map.entry("the audit log", new AuditVerify()),
                Map.entry("the queue", new DeliveryList()),
                Map.entry("the queue", new DeliveryRetry()),
                Map.entry("the queue", new DeliveryShow()),
                Map.entry("the queue", new DeliveryPark()),
                Map.entry("the queue", new DeliveryCancel()),
                Map.entry("the delivery engine", new DeliveryReplay()),
                Map.entry("the delivery engine", new DestinationShow()),
                Map.entry("the delivery engine", new DestinationProbe()),
                Map.entry("the delivery engine", new DestinationPause()),
                Map.entry("the delivery engine", new DestinationDrain()),
                Map.entry("the delivery engine", new DestinationResume()),
                Map.entry("the delivery engine", new DestinationForget()),
                Map.entry("the delivery engine", new RouteList()),
                Map.entry("the delivery engine", new RouteTest()),
                Map.entry("the delivery engine", new RouteApply()),
                Map.entry("the delivery engine", new DestinationList()),
                Map.entry("the DICOM receiver", new DicomAssociations()),
                Map.entry("the DICOM receiver", echo),
                Map.entry("the DICOM receiver", new DicomStart()),
                Map.entry("the DICOM receiver", new DicomStop()),
                Map.entry("the store", new InstanceOriginal()),
                Map.entry("the back end (ITH_URL)", approve),
                Map.entry("the back end (ITH_URL)", new IthStatus()),
                Map.entry("the back end (ITH_URL)", new IthCommands()),
                Map.entry("the back end (ITH_URL)", new IthRetry()),
                Map.entry("the back end (ITH_URL)", new IthCancel()),
                Map.entry("the node directory", new NodeList()),
                Map.entry("the quarantine", new QuarantineList()),
                Map.entry("the vault", new VaultStatus()),
                Map.entry("the vault", new VaultRotateMasterKey()),
                Map.entry("the vault", new VaultRotatePseudonymKey()),
                Map.entry("the vault", new PatientMerge()),
                Map.entry("the vault", new PatientSplit()),
                Map.entry("the vault", new PatientHistory()),
                Map.entry("the index", new PatientErase()),
                Map.entry("the index", new StudyList()),
                Map.entry("the index", new StudyShow()));
    }

    @ParameterizedTest
    @MethodSource("commandsWithoutTheirService")
    void aServiceThatIsAbsentIsNamedWithTheWayOut(Map.Entry<String, Action> command) {
        assertEquals(command.getKey() + ABSENT, error(IllegalStateException.class, command.getValue()));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 10_001, Integer.MAX_VALUE})
    void aLimitOutsideItsRangeIsNamedAndNobodyIsAsked(int limit) {
        AuditList audit = new AuditList();
        audit.audit = new Fake<>(AuditLog.class).service;
        audit.limit = limit;
        DeliveryList deliveries = new DeliveryList();
        deliveries.queue = new Fake<>(DeliveryQueue.class).service;
        deliveries.limit = limit;
        QuarantineList held = new QuarantineList();
        held.quarantine = new Fake<>(Quarantine.class).service;
        held.limit = limit;
        StudyList studies = new StudyList();
        studies.index = new Fake<>(StudyIndex.class).service;
        studies.limit = limit;
        for (Action command : List.of(audit, deliveries, held, studies)) {
            assertEquals("--limit " + limit + ": must be 1–10000", error(IllegalArgumentException.class, command));
        }
        LogLast log = new LogLast();
        log.lines = limit;
        assertEquals("--lines " + limit + ": must be 1–10000", error(IllegalArgumentException.class, log));
    }

    @Test
    void auditRecordsAreListed() throws Exception {
        Fake<AuditLog> audit = new Fake<>(AuditLog.class)
                .on(
                        "newest",
                        a -> List.of(new AuditLog.Entry(
                                9, AT, "identity.read", "ann", "shell", "2.25.1", "call back", "refused", null, "00")));
        AuditList command = new AuditList();
        command.audit = audit.service;
        JsonNode row = json(command).get(0);
        assertEquals(9, row.get("number").asInt());
        assertEquals("identity.read", row.get("action").asText());
        assertTrue(row.get("detail").isNull());
        assertEquals(List.of("newest[50]"), audit.calls);
    }

    @Test
    void anAuditLogThatIsNotWholeFailsTheCommandAfterSayingWhere() throws Exception {
        AuditVerify command = new AuditVerify();
        command.audit =
                new Fake<>(AuditLog.class).on("verify", a -> new AuditLog.Verification(12, null, "12 records")).service;
        JsonNode row = json(command).get(0);
        assertTrue(row.get("whole").asBoolean());
        assertEquals(12, row.get("records").asInt());
        command.audit = new Fake<>(AuditLog.class)
                .on("verify", a -> new AuditLog.Verification(12, 5L, "record 5 does not fit"))
                .service;
        assertEquals("the audit log is not whole: record 5 does not fit", error(IllegalStateException.class, command));
    }

    @Test
    void deliveriesAreListedByState() throws Exception {
        Fake<DeliveryQueue> queue = new Fake<>(DeliveryQueue.class).on("newest", a -> List.of(delivery(State.PARKED)));
        DeliveryList command = new DeliveryList();
        command.queue = queue.service;
        command.limit = 10_000;
        command.state = "parked";
        JsonNode row = json(command).get(0);
        assertEquals(7, row.get("delivery").asLong());
        assertEquals("PARKED", row.get("state").asText());
        command.state = null;
        command.limit = 1;
        Console.run(command);
        assertEquals(List.of("newest[10000, [PARKED]]", "newest[1, []]"), queue.calls);
    }

    @Test
    void whereTheImagesAreIsListedWhereSeveralShareTheQueue() throws Exception {
        DeliveryList command = new DeliveryList();
        command.queue = new Fake<>(DeliveryQueue.class).on("newest", a -> List.of(delivery(State.WAITING))).service;
        command.store = new Fake<>(InstanceStore.class).on("appliance", a -> HERE).service;
        assertFalse(Console.run(command).contains("images-at"));
        assertEquals("here", json(command).get(0).get("images-at").asText());
        command.store = new Fake<>(InstanceStore.class).on("appliance", a -> "fedcba9876543210").service;
        command.json = false;
        String table = Console.run(command);
        assertTrue(table.contains("images-at") && table.contains(HERE), table);
    }

    @Test
    void aStateThatIsNoneIsNamedWithThoseThatThereAre() {
        DeliveryList command = new DeliveryList();
        command.queue = new Fake<>(DeliveryQueue.class).service;
        command.state = "lost";
        assertEquals(
                "--state \"lost\": must be WAITING, RUNNING, RETRYING, DELIVERED, PARKED or CANCELLED",
                error(IllegalArgumentException.class, command));
    }

    @Test
    void aRetryMakesTheDeliveryDueAndItsDestinationWork() throws Exception {
        Fake<DeliveryQueue> queue = new Fake<>(DeliveryQueue.class)
                .on("delivery", a -> Optional.of(delivery(State.PARKED)))
                .on("retryNow", a -> true);
        Fake<DestinationDirectory> engine = new Fake<>(DestinationDirectory.class).on("wake", a -> true);
        Fake<AuditLog> audit = audit();
        DeliveryRetry command = new DeliveryRetry();
        command.id = 7;
        command.queue = queue.service;
        command.destinations = engine.service;
        command.audit = audit.service;
        assertEquals("delivery 7 to ith is tried now\n", Console.run(command));
        assertEquals(List.of("delivery[7]", "retryNow[7]"), queue.calls);
        assertEquals(List.of("wake[ith]"), engine.calls);
        assertEquals(
                List.of("record[delivery.retry, unknown, shell, delivery 7 to ith, none given, done, null]"),
                audit.calls);
    }

    @Test
    void aRetryWithoutTheEngineChangesNothing() {
        Fake<DeliveryQueue> queue = new Fake<>(DeliveryQueue.class);
        DeliveryRetry command = new DeliveryRetry();
        command.queue = queue.service;
        assertEquals("the delivery engine" + ABSENT, error(IllegalStateException.class, command));
        assertEquals(List.of(), queue.calls);
    }

    @Test
    void whatCannotBeTriedAgainIsToldWithTheReason() {
        Fake<DeliveryQueue> queue = new Fake<>(DeliveryQueue.class)
                .on("delivery", a -> Optional.empty())
                .on("retryNow", a -> false);
        DeliveryRetry command = new DeliveryRetry();
        command.id = 8;
        command.queue = queue.service;
        command.destinations = new Fake<>(DestinationDirectory.class).service;
        command.audit = audit().service;
        assertEquals(
                "no delivery 8: delivery:list shows which there are", error(IllegalArgumentException.class, command));
        queue.on("delivery", a -> Optional.of(delivery(State.DELIVERED)));
        assertEquals("delivery 8 is DELIVERED: nothing to try again", error(IllegalArgumentException.class, command));
    }

    @Test
    void destinationsAreListed() throws Exception {
        DestinationList command = new DestinationList();
        command.destinations = new Fake<>(DestinationDirectory.class)
                .on(
                        "destinations",
                        a -> List.of(new DestinationDirectory.View(
                                "ith", DestinationDirectory.State.STOPPED, "the key", null, 2)))
                .service;
        JsonNode row = json(command).get(0);
        assertEquals("STOPPED", row.get("state").asText());
        assertEquals(2, row.get("running").asInt());
        assertTrue(row.get("filter").isNull());
    }

    static Fake<AuditLog> audit() {
        return new Fake<>(AuditLog.class).on("record", a -> null);
    }

    private static DestinationDirectory.View ith() {
        return new DestinationDirectory.View("ith", DestinationDirectory.State.ACTIVE, null, null, 1);
    }

    static Fake<DestinationDirectory> engine() {
        return new Fake<>(DestinationDirectory.class)
                .on("destinations", a -> List.of(ith()))
                .on("pause", a -> true)
                .on("drain", a -> true)
                .on("resume", a -> true)
                .on("forget", a -> a.get(0).equals("gone"))
                .on("interrupt", a -> true)
                .on(
                        "destination",
                        a -> a.get(0).equals("ith")
                                ? Optional.of(new DestinationDirectory.Detail(
                                        ith(),
                                        Map.of("window", "always"),
                                        Map.of(State.WAITING, 5L),
                                        2,
                                        7,
                                        List.of(new DestinationDirectory.Running(7, "2.25.1", 1, AT, 3, 9, 30, 90))))
                                : Optional.empty());
    }

    @Test
    void aDestinationIsShown() throws Exception {
        DestinationShow command = new DestinationShow();
        command.destinations = engine().service;
        command.name = "ith";
        JsonNode sheet = json(command);
        assertEquals("ACTIVE", sheet.get("state").asText());
        assertEquals("always", sheet.get("window").asText());
        assertEquals(5, sheet.get("waiting").asInt());
        assertEquals(0, sheet.get("parked").asInt());
        assertEquals(2, sheet.get("abandoned-threads").asInt());
        assertEquals(7, sheet.get("plugin-threads").asInt());
        assertTrue(sheet.get("message").isNull());
        command.running = true;
        assertEquals(30, json(command).get(0).get("bytes").asInt());
        command.json = false;
        command.running = false;
        assertTrue(Console.run(command).contains("abandoned-threads"));
        command.name = "elsewhere";
        assertEquals(
                "no destination elsewhere: destination:list shows which there are",
                error(IllegalArgumentException.class, command));
    }

    @Test
    void aDestinationThatCannotBeReachedFailsTheCommandAfterSayingWhy() throws Exception {
        Fake<DestinationDirectory> engine = engine().on("probe", a -> Optional.of(ProbeResult.reachable("12 ms")));
        DestinationProbe command = new DestinationProbe();
        command.destinations = engine.service;
        command.name = "ith";
        assertEquals("12 ms", json(command).get("text").asText());
        engine.on("probe", a -> Optional.of(ProbeResult.unreachable("refused")));
        assertEquals("destination ith cannot be reached", error(IllegalStateException.class, command));
        engine.on("probe", a -> Optional.empty());
        assertEquals(
                "destination ith is not there now: destination:list shows which are",
                error(IllegalArgumentException.class, command));
    }

    @Test
    void whatChangesADestinationIsAuditedFirst() throws Exception {
        Fake<DestinationDirectory> engine = engine();
        Fake<AuditLog> audit = audit();
        DestinationPause pause = new DestinationPause();
        pause.destinations = engine.service;
        pause.audit = audit.service;
        pause.name = "ith";
        pause.reason = "maintenance";
        assertEquals("destination ith is paused until destination:resume\n", Console.run(pause));
        DestinationDrain drain = new DestinationDrain();
        drain.destinations = engine.service;
        drain.audit = audit.service;
        drain.name = "ith";
        assertEquals("destination.drain", json(drain).get("action").asText());
        DestinationResume resume = new DestinationResume();
        resume.destinations = engine.service;
        resume.audit = audit.service;
        resume.name = "ith";
        assertEquals("destination ith works again\n", Console.run(resume));
        DestinationForget forget = new DestinationForget();
        forget.destinations = engine.service;
        forget.audit = audit.service;
        forget.name = "gone";
        assertEquals("destination gone is forgotten\n", Console.run(forget));
        assertEquals(
                List.of(
                        "record[destination.pause, unknown, shell, ith, maintenance, done, null]",
                        "record[destination.drain, unknown, shell, ith, none given, done, null]",
                        "record[destination.resume, unknown, shell, ith, none given, done, null]",
                        "record[destination.forget, unknown, shell, gone, none given, done, null]"),
                audit.calls);
        forget.name = "ith";
        error(IllegalArgumentException.class, forget);
        assertTrue(audit.calls.get(5).contains("refused"), audit.calls.toString());
        pause.name = "elsewhere";
        error(IllegalArgumentException.class, pause);
        assertEquals(6, audit.calls.size(), "what is not there is not audited");
    }

    @Test
    void whatCannotBeAuditedIsNotDone() {
        Fake<DestinationDirectory> engine = engine();
        DestinationPause pause = new DestinationPause();
        pause.destinations = engine.service;
        pause.name = "ith";
        assertEquals("the audit log" + ABSENT, error(IllegalStateException.class, pause));
        pause.audit = new Fake<>(AuditLog.class)
                .on("record", a -> {
                    throw new VaultException("the disk is full");
                })
                .service;
        assertEquals("the disk is full", error(VaultException.class, pause));
        assertEquals(List.of("destinations[]", "destinations[]"), engine.calls);
    }

    @Test
    void receiptsOfImagesAreShownUpToALimitAndAllInJson() throws Exception {
        Map<String, String> receipts = new LinkedHashMap<>();
        receipts.put("2.25.101", "stored\u001b[2J");
        receipts.put("2.25.102", "warning B000");
        receipts.put("2.25.103", "stored");
        Fake<DeliveryQueue> queue = new Fake<>(DeliveryQueue.class)
                .on("delivery", a -> Optional.of(delivery(State.DELIVERED)))
                .on("receipts", a -> receipts);
        DeliveryShow show = new DeliveryShow();
        show.queue = queue.service;
        show.id = 7;
        show.limit = 2;
        String table = Console.run(show);
        assertTrue(table.contains("2.25.101 | stored?[2J"), table);
        assertTrue(table.contains("warning B000") && !table.contains("2.25.103"), table);
        assertTrue(table.endsWith("1 more: --limit, or --json for all\n"), table);
        JsonNode json = json(show).get("receipts");
        assertEquals(3, json.size());
        assertEquals("stored", json.get("2.25.103").asText());
        show.limit = 0;
        assertEquals("--limit 0: must be 1–10000", error(IllegalArgumentException.class, show));
    }

    @Test
    void aDeliveryIsShownParkedAndCancelled() throws Exception {
        Fake<DeliveryQueue> queue = new Fake<>(DeliveryQueue.class)
                .on("delivery", a -> Optional.of(delivery(State.RUNNING)))
                .on("parkNow", a -> true)
                .on("cancel", a -> false);
        DeliveryShow show = new DeliveryShow();
        show.queue = queue.service;
        show.id = 7;
        assertEquals(4, json(show).get("priority").asInt(), "without the engine too");
        show.destinations = engine().service;
        assertEquals(3, json(show).get("images-done").asInt());
        DeliveryPark park = new DeliveryPark();
        park.queue = queue.service;
        park.destinations = engine().service;
        park.audit = audit().service;
        park.id = 7;
        park.reason = "wrong patient";
        assertEquals("delivery 7 to ith is parked; it ran and was interrupted\n", Console.run(park));
        assertTrue(queue.calls.contains("parkNow[7, parked by unknown: wrong patient]"), queue.calls.toString());
        DeliveryCancel cancel = new DeliveryCancel();
        cancel.queue = queue.service;
        cancel.destinations = engine().service;
        Fake<AuditLog> audit = audit();
        cancel.audit = audit.service;
        cancel.id = 7;
        assertEquals("delivery 7 is RUNNING: nothing to cancel", error(IllegalArgumentException.class, cancel));
        assertEquals(2, audit.calls.size());
    }

    @Test
    void routesAreListedTestedAppliedAndReplayed() throws Exception {
        Fake<RouteDirectory> routes = new Fake<>(RouteDirectory.class)
                .on("routes", a -> List.of(new RouteDirectory.RouteView("ith", true, "(Modality=CT)", null)))
                .on(
                        "explain",
                        a -> List.of(new RouteDirectory.Explanation(
                                "ith",
                                false,
                                "its filter does not take the study",
                                "(&(Modality=CT)(A=B))",
                                List.of(
                                        new RouteDirectory.Comparison(
                                                "(Modality=CT)", "Modality", List.of("CT", "PT"), true),
                                        new RouteDirectory.Comparison("(A=B)", "A", List.of(), false)),
                                List.of(7L))))
                .on("apply", a -> a.get(0).equals("2.25.1") ? Map.of("ith", List.of(8L)) : Map.of())
                .on("replay", a -> List.of(9L));
        RouteList list = new RouteList();
        list.routes = routes.service;
        assertTrue(json(list).get(0).get("there").asBoolean());
        RouteTest test = new RouteTest();
        test.routes = routes.service;
        test.study = "2.25.1";
        JsonNode row = json(test).get(0);
        assertEquals(
                "(Modality=CT) is true: Modality = CT, PT",
                row.get("compared").get(0).asText());
        assertEquals("(A=B) is false: A is absent", row.get("compared").get(1).asText());
        RouteApply apply = new RouteApply();
        apply.routes = routes.service;
        apply.audit = audit().service;
        apply.study = "2.25.1";
        assertEquals("study 2.25.1 is queued: deliveries {ith=[8]}\n", Console.run(apply));
        apply.study = "2.25.2";
        assertTrue(Console.run(apply).startsWith("nothing is missing"));
        Fake<AuditLog> audit = audit();
        DeliveryReplay replay = new DeliveryReplay();
        replay.routes = routes.service;
        replay.audit = audit.service;
        replay.study = "2.25.1";
        replay.name = "ith";
        assertEquals("study 2.25.1 is queued for ith: deliveries [9]\n", Console.run(replay));
        assertEquals(
                List.of("record[delivery.replay, unknown, shell, 2.25.1 to ith, none given, done, null]"), audit.calls);
    }

    @Test
    void originalsAreAskedForWithWhoAndWhy() throws Exception {
        Fake<RouteDirectory> routes = new Fake<>(RouteDirectory.class)
                .on("apply", a -> Map.of())
                .on("replay", a -> {
                    throw new AccessDeniedException("sending identity needs the role privacy-officer");
                });
        DeliveryReplay replay = new DeliveryReplay();
        Fake<AuditLog> audit = audit();
        replay.routes = routes.service;
        replay.audit = audit.service;
        replay.study = "2.25.1";
        replay.name = "pacs";
        replay.identity = "original";
        assertEquals("sending identity needs the role privacy-officer", error(AccessDeniedException.class, replay));
        assertEquals(2, audit.calls.size(), "tried and refused");
        replay.reason = "the ward asked";
        error(AccessDeniedException.class, replay);
        RouteApply apply = new RouteApply();
        apply.routes = routes.service;
        apply.audit = audit().service;
        apply.study = "2.25.1";
        apply.identity = "original";
        apply.reason = "the ward asked";
        Console.run(apply);
        AccessRequest asked = new AccessRequest("unknown", Set.of(), "shell", "the ward asked", "2.25.1 to pacs");
        assertEquals(
                List.of(
                        "replay[2.25.1, pacs, " + new AccessRequest("unknown", Set.of(), "shell", "", "2.25.1 to pacs")
                                + "]",
                        "replay[2.25.1, pacs, " + asked + "]",
                        "apply[2.25.1, " + new AccessRequest("unknown", Set.of(), "shell", "the ward asked", "2.25.1")
                                + "]"),
                routes.calls);
        replay.identity = "both";
        assertEquals(
                "--identity \"both\": must be original, or be left out", error(IllegalArgumentException.class, replay));
        assertEquals(3, routes.calls.size());
    }

    @Test
    void theListenerIsOpenedClosedAndLookedAt() throws Exception {
        Fake<DicomReceiver> receiver = new Fake<>(DicomReceiver.class)
                .on("start", a -> null)
                .on("stop", a -> null)
                .on("status", a -> new DicomReceiver.Status(true, true, "SALLYPORT", 11112, null))
                .on(
                        "associations",
                        a -> List.of(
                                new DicomReceiver.AssociationView("CT1", "SALLYPORT", "10.0.0.7", AT, 3, 4096, null)))
                .on("echo", a -> 12L);
        DicomStart start = new DicomStart();
        start.receiver = receiver.service;
        assertEquals("listening as SALLYPORT on port 11112\n", Console.run(start));
        DicomStop stop = new DicomStop();
        stop.receiver = receiver.service;
        assertEquals("the DICOM listener is closed\n", Console.run(stop));
        DicomAssociations associations = new DicomAssociations();
        associations.receiver = receiver.service;
        assertEquals(4096, json(associations).get(0).get("bytes").asInt());
        DicomEcho echo = new DicomEcho();
        echo.receiver = receiver.service;
        echo.aet = "PACS";
        echo.host = "10.0.0.5";
        echo.port = 104;
        assertEquals("PACS at 10.0.0.5:104 answered in 12 ms\n", Console.run(echo));
        for (int port : new int[] {0, -1, 65_536}) {
            echo.port = port;
            assertEquals("port " + port + ": must be 1–65535", error(IllegalArgumentException.class, echo));
        }
        DicomEcho named = new DicomEcho();
        named.receiver = receiver.service;
        named.nodes = new Fake<>(NodeDirectory.class).on("nodes", a -> List.of(node())).service;
        named.aet = "PACS";
        assertEquals("node n1 answered in 12 ms\n", Console.run(named));
        named.aet = "NOBODY";
        assertEquals(
                "there is no such node (node:list); for another peer, give AE title, host and port",
                error(IllegalArgumentException.class, named));
    }

    @Test
    void heldObjectsAreListed() throws Exception {
        UUID id = new UUID(1, 2);
        Fake<Quarantine> quarantine = new Fake<>(Quarantine.class)
                .on(
                        "newest",
                        a -> List.of(new Quarantine.Entry(
                                id,
                                new Quarantine.Description(
                                        Quarantine.Kind.HELD,
                                        "no rule",
                                        "1.2",
                                        "1.2.1",
                                        "CT1",
                                        "10.0.0.7",
                                        AT,
                                        new byte[32]),
                                99)));
        QuarantineList command = new QuarantineList();
        command.quarantine = quarantine.service;
        JsonNode row = json(command).get(0);
        assertEquals(id.toString(), row.get("id").asText());
        assertEquals("HELD", row.get("kind").asText());
        assertEquals("no rule", row.get("reason").asText());
        assertEquals(99, row.get("bytes").asInt());
    }

    static StudyIndex.StudyRecord study() {
        return new StudyIndex.StudyRecord(
                "2.25.1", "ANON-1", "20260228", null, Set.of("CT"), "CT1", 1, 2, 3, 1, 0, 0, AT, AT);
    }

    static StoredInstance instance() {
        InstanceFacts facts = new InstanceFacts(
                "2.25.1",
                "2.25.11",
                "2.25.111",
                "1.2.840.10008.5.1.4.1.1.2",
                "1.2.840.10008.1.2.1",
                new byte[32],
                "ANON-1",
                1,
                -7,
                "CT",
                1,
                1,
                "CT1",
                "SALLYPORT",
                "10.0.0.7",
                AT,
                Map.of());
        return new StoredInstance(facts, new UUID(3, 4), "pack", 0, 100, 0, new byte[32], 1);
    }

    @Test
    void studiesTheirDeliveriesAndImagesAreShown() throws Exception {
        Fake<StudyIndex> index = new Fake<>(StudyIndex.class)
                .on("newest", a -> List.of(study()))
                .on("study", a -> Optional.of(study()))
                .on("instances", a -> List.of(instance()));
        StudyList list = new StudyList();
        list.index = index.service;
        JsonNode row = json(list).get(0);
        assertEquals("ANON-1", row.get("patient").asText());
        assertEquals("CT", row.get("modalities").get(0).asText());
        StudyShow show = new StudyShow();
        show.index = index.service;
        show.study = "2.25.1";
        assertEquals("the queue" + ABSENT, error(IllegalStateException.class, show));
        show.queue = new Fake<>(DeliveryQueue.class).on("ofStudy", a -> List.of(delivery(State.RETRYING))).service;
        assertEquals("RETRYING", json(show).get(0).get("state").asText());
        show.images = true;
        assertEquals("2.25.111", json(show).get(0).get("image").asText());
        index.on("study", a -> Optional.empty());
        assertEquals("no study 2.25.1: study:list shows which there are", error(IllegalArgumentException.class, show));
    }

    @Test
    void aStudyIsCompletedByAPersonsWord() throws Exception {
        Fake<StudyCompletion> completion = new Fake<>(StudyCompletion.class).on("complete", a -> null);
        Fake<StudyIndex> index = new Fake<>(StudyIndex.class).on("study", a -> Optional.of(study()));
        Fake<AuditLog> audit = audit();
        StudyComplete command = new StudyComplete();
        command.study = "2.25.1";
        command.reason = "the scan was broken off";
        assertEquals("the index" + ABSENT, error(IllegalStateException.class, command));
        command.index = index.service;
        assertEquals("the delivery engine" + ABSENT, error(IllegalStateException.class, command));
        command.completion = completion.service;
        command.audit = audit.service;
        assertEquals(
                "study 2.25.1 was complete already: no image of it is loose\n",
                runAs("ann", Set.of("operator"), command));
        index.on(
                "study",
                a -> Optional.of(new StudyIndex.StudyRecord(
                        "2.25.1", "ANON-1", null, null, Set.of("CT"), "CT1", 1, 2, 3, 0, 2, 0, AT, AT)));
        assertEquals(
                "study 2.25.1 is complete: study:show says where its 2 images go",
                json(command).get("message").asText());
        assertEquals(List.of("complete[2.25.1]", "complete[2.25.1]"), completion.calls);
        assertEquals(
                "record[study.complete, ann, shell, 2.25.1, the scan was broken off, done, null]", audit.calls.get(0));
        completion.on("complete", a -> {
            throw new IOException("there is no destination");
        });
        assertEquals("there is no destination", error(IOException.class, command));
        assertTrue(audit.calls.get(3).contains("refused"), audit.calls.toString());
        index.on("study", a -> Optional.empty());
        assertEquals(
                "no study 2.25.1: study:list shows which there are", error(IllegalArgumentException.class, command));
        assertEquals(4, audit.calls.size(), "what is not there is not audited");
    }

    @Test
    void whatStaysAndWhyIsListed() throws Exception {
        Fake<Retention> retention = new Fake<>(Retention.class)
                .on(
                        "accepted",
                        a -> List.of(new Retention.Accepted(
                                7, "2.25.1", 1, "ith", AT, 3, 900, "images of the study are arriving")))
                .on("total", a -> new Retention.Removed(12, 3456))
                .on("lookNow", a -> new Retention.Removed(2, 34));
        RetentionList list = new RetentionList();
        assertEquals("the clean-up" + ABSENT, error(IllegalStateException.class, list));
        list.retention = retention.service;
        assertEquals(
                "images of the study are arriving",
                json(list).get(0).get("stays because").asText());
        list.total = true;
        assertEquals(3456, json(list).get("bytes").asLong());
        RetentionRun run = new RetentionRun();
        run.retention = retention.service;
        assertEquals(2, json(run).get("images").asInt());
    }

    @Test
    void aStudyIsDeletedInTheNameOfWhoAsks() throws Exception {
        AccessRequest[] asked = new AccessRequest[1];
        StudyDelete command = new StudyDelete();
        command.study = "2.25.1";
        command.reason = "sent by mistake";
        command.retention = new Fake<>(Retention.class)
                .on("delete", a -> {
                    asked[0] = (AccessRequest) a.get(0);
                    assertEquals(false, a.get(3), "nothing goes that is owed");
                    return new Retention.Removed(2, 34);
                })
                .service;
        String printed = runAs("ann", Set.of("administrator"), command);
        assertTrue(printed.contains("34"), printed);
        assertEquals(new AccessRequest("ann", Set.of("administrator"), "shell", "sent by mistake", "2.25.1"), asked[0]);
    }

    /** Named as Karaf names them: commands know principals by that. */
    private record UserPrincipal(String getName) implements Principal {}

    private record RolePrincipal(String getName) implements Principal {}

    private static String runAs(String user, Set<String> roles, Action command) throws Exception {
        Subject subject = new Subject();
        subject.getPrincipals().add(new UserPrincipal(user));
        roles.forEach(role -> subject.getPrincipals().add(new RolePrincipal(role)));
        return Subject.doAs(subject, (PrivilegedExceptionAction<String>) () -> Console.run(command));
    }

    @Test
    void anOriginalIsPrintedInBase64ForTheOneWhoAsks() throws Exception {
        byte[] original = new byte[10_000];
        new Random(1).nextBytes(original);
        AccessRequest[] asked = new AccessRequest[1];
        InstanceOriginal command = new InstanceOriginal();
        command.sop = "2.25.111";
        command.reason = "call back";
        command.store = new Fake<>(InstanceStore.class).on("find", a -> Optional.of(instance())).service;
        command.restorer = new Fake<>(IdentityRestorer.class)
                .on("restore", a -> {
                    asked[0] = (AccessRequest) a.get(1);
                    ((OutputStream) a.get(2)).write(original);
                    return null;
                })
                .service;
        String printed = runAs("ann", Set.of("privacy-officer", "viewer"), command);
        assertArrayEquals(original, Base64.getMimeDecoder().decode(printed));
        assertTrue(printed.endsWith("\n"));
        assertEquals(
                new AccessRequest("ann", Set.of("privacy-officer", "viewer"), "shell", "call back", "2.25.111"),
                asked[0]);
        JsonNode object = json(command);
        assertEquals("2.25.111", object.get("image").asText());
        assertArrayEquals(original, object.get("part10").binaryValue());
    }

    @Test
    void withoutAUserThereIsNoRole() throws Exception {
        assertEquals("unknown", GatewayCommand.user());
        assertEquals(Set.of(), GatewayCommand.roles());
    }

    @Test
    void whoMayNotSeeAnOriginalSeesNothing() {
        InstanceOriginal command = new InstanceOriginal();
        command.sop = "2.25.111";
        command.store = new Fake<>(InstanceStore.class).on("find", a -> Optional.of(instance())).service;
        assertEquals("the identity restorer" + ABSENT, error(IllegalStateException.class, command));
        command.restorer = new Fake<>(IdentityRestorer.class)
                .on("restore", a -> {
                    throw new AccessDeniedException("role privacy-officer is needed");
                })
                .service;
        assertEquals("role privacy-officer is needed", error(AccessDeniedException.class, command));
        command.store = new Fake<>(InstanceStore.class).on("find", a -> Optional.empty()).service;
        assertEquals(
                "no image 2.25.111: study:show --images shows which a study has",
                error(IllegalArgumentException.class, command));
    }

    @Test
    void nodesAreListed() throws Exception {
        NodeList command = new NodeList();
        command.nodes = new Fake<>(NodeDirectory.class).on("nodes", a -> List.of(node())).service;
        JsonNode row = json(command).get(0);
        assertEquals("n1", row.get("id").asText());
        assertEquals(104, row.get("port").asInt());
        assertFalse(row.get("approved").asBoolean());
    }

    @Test
    void onlyNodesThatWaitForApprovalAreListedIfAsked() throws Exception {
        NodeList command = new NodeList();
        command.waiting = true;
        Node local = new Node("l", "l", "LOCAL", "10.0.0.6", 104, true, Node.Permission.READ, Node.Origin.LOCAL, false);
        Node off = new Node("o", "o", "OFF", "10.0.0.7", 104, false, Node.Permission.READ, Node.Origin.BACK_END, false);
        Node approved =
                new Node("a", "a", "DONE", "10.0.0.8", 104, true, Node.Permission.READ, Node.Origin.BACK_END, true);
        command.nodes = new Fake<>(NodeDirectory.class).on("nodes", a -> List.of(node(), local, off, approved)).service;
        assertEquals(List.of("n1"), json(command).findValuesAsText("id"));
    }

    @Test
    void theLinkToTheBackEndIsShown() throws Exception {
        IthStatus command = new IthStatus();
        command.backEnd = new Fake<>(BackEnd.class)
                .on(
                        "status",
                        a -> new BackEnd.Status(
                                "https://ith.example",
                                AT,
                                3,
                                new BackEnd.Moment(AT, "ping"),
                                null,
                                new BackEnd.Moment(AT, "closed by the back end with 1001"),
                                AT,
                                null,
                                true,
                                "de-identified: the back end does not ask for originals",
                                7,
                                2,
                                1))
                .service;
        JsonNode sheet = json(command);
        assertEquals(AT.toString(), sheet.get("connected-since").asText());
        assertEquals(
                AT + " closed by the back end with 1001",
                sheet.get("last-error").asText());
        assertTrue(sheet.get("last-sent").isNull());
        assertEquals(
                "de-identified: the back end does not ask for originals",
                sheet.get("uploads").asText());
        assertEquals(7, sheet.get("commands-waiting").asInt());
    }

    @Test
    void commandsOfTheBackEndAreListedEndedAndRepeated() throws Exception {
        Fake<BackEnd> backEnd = new Fake<>(BackEnd.class)
                .on(
                        "commands",
                        a -> List.of(new BackEnd.Command(
                                4,
                                "c",
                                "session.dispatch",
                                "ses-1",
                                7,
                                BackEnd.CommandState.FAILED,
                                AT,
                                AT,
                                3,
                                10,
                                true,
                                "PACS: 7 of 10 images are missing there")))
                .on("retry", a -> a.get(0).equals(4L))
                .on("cancel", a -> false);
        IthCommands list = new IthCommands();
        list.backEnd = backEnd.service;
        list.state = "failed";
        JsonNode row = json(list).get(0);
        assertEquals(10, row.get("of").asInt());
        assertEquals("commands[50, [FAILED]]", backEnd.calls.get(0));
        list.state = "lost";
        assertEquals(
                "--state \"lost\": must be WAITING, RUNNING, DONE, FAILED or CANCELLED",
                error(IllegalArgumentException.class, list));
        Fake<AuditLog> audit = new Fake<>(AuditLog.class).on("record", a -> null);
        IthRetry retry = new IthRetry();
        retry.backEnd = backEnd.service;
        retry.audit = audit.service;
        retry.number = 4;
        assertEquals("command 4 is done once more\n", runAs("ann", Set.of("operator"), retry));
        assertTrue(audit.calls.get(0).startsWith("record[ith.retry, ann, shell, command 4"), audit.calls.toString());
        IthCancel cancel = new IthCancel();
        cancel.backEnd = backEnd.service;
        cancel.audit = audit.service;
        cancel.number = 4;
        assertEquals(
                "command 4: there is none, or it neither waits nor runs",
                error(IllegalArgumentException.class, cancel));
    }

    private static Node node() {
        return new Node("n1", "x", "PACS", "10.0.0.5", 104, true, Node.Permission.READ, Node.Origin.BACK_END, false);
    }

    @Test
    void anApprovalNeedsAReasonAndSaysWhatWasApproved() throws Exception {
        Fake<BackEndRules> rules = new Fake<>(BackEndRules.class).on("approve", a -> node());
        NodeApprove command = new NodeApprove();
        command.rules = rules.service;
        command.id = "n1";
        assertEquals("say why: --reason \"...\"", error(IllegalArgumentException.class, command));
        command.reason = "  ";
        assertEquals("say why: --reason \"...\"", error(IllegalArgumentException.class, command));
        assertEquals(List.of(), rules.calls);
        command.reason = "our own";
        assertEquals("node n1 (PACS at 10.0.0.5:104) is approved\n", runAs("ann", Set.of("administrator"), command));
        assertEquals(List.of("approve[n1, ann, shell, our own]"), rules.calls);
    }

    private static NodeAdd add(String name, String aet, String address, int port) {
        NodeAdd command = new NodeAdd();
        command.name = name;
        command.aet = aet;
        command.address = address;
        command.port = port;
        return command;
    }

    @Test
    void aNodeIsAFileThatComesAndGoes() throws Exception {
        Path file = folder.resolve("org.sallyport.node-main-1.cfg");
        assertEquals("node main-1 written to " + file + "\n", Console.run(add("main-1", "PACS 1", "fe80::1", 65_535)));
        assertEquals("""
                aet = PACS 1
                address = fe80::1
                port = 65535
                permission = read_write
                identity = pseudonymous
                active = true
                """, Files.readString(file));
        NodeAdd changed = add("main-1", "PACS", "pacs.example", 1);
        changed.permission = "read";
        changed.identity = "original";
        Console.run(changed);
        assertEquals("""
                aet = PACS
                address = pacs.example
                port = 1
                permission = read
                identity = original
                active = true
                """, Files.readString(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
        NodeRemove remove = new NodeRemove();
        remove.name = "main-1";
        assertEquals("node main-1 is removed\n", Console.run(remove));
        assertFalse(Files.exists(file));
        assertEquals(
                "no local node main-1: node:list shows which there are", error(IllegalArgumentException.class, remove));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "../x|A|h|1|name \"../x\": must be",
                "Main|A|h|1|name \"Main\": must be",
                "''|A|h|1|name \"\": must be",
                "n|''|h|1|aet \"\": must be",
                "n|ABCDEFGHIJKLMNOPQ|h|1|aet \"ABCDEFGHIJKLMNOPQ\": must be",
                "n|A\\B|h|1|aet \"A\\B\": must be",
                "n|${x}|h|1|aet \"${x}\": must be",
                "n|Ä|h|1|aet \"Ä\": must be",
                "n|A|''|1|address \"\": must be",
                "n|A|h h|1|address \"h h\": must be",
                "n|A|h|0|port 0: must be 1–65535",
                "n|A|h|65536|port 65536: must be 1–65535"
            })
    void aNodeThatIsNoneIsNotWritten(String name, String aet, String address, int port, String message)
            throws Exception {
        String told = error(IllegalArgumentException.class, add(name, aet, address, port));
        assertTrue(told.startsWith(message), told);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void noLineCanBeSmuggledIntoANodesFile() throws Exception {
        for (NodeAdd command :
                List.of(add("n", "A\nidentity = original", "h", 1), add("n", "A", "h\nidentity = original", 1))) {
            error(IllegalArgumentException.class, command);
        }
        NodeAdd command = add("n", "A", "h", 1);
        command.permission = "read\nidentity = original";
        assertTrue(error(IllegalArgumentException.class, command).endsWith("must be read, write or read_write"));
        command.permission = null;
        command.identity = "true";
        assertEquals(
                "identity \"true\": must be pseudonymous or original", error(IllegalArgumentException.class, command));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void theLogsLastLinesAreShown() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= 60; i++) {
            text.append("line ").append(i).append('\n');
        }
        Files.writeString(folder.resolve("karaf.log"), text);
        LogLast command = new LogLast();
        assertEquals(50, Console.run(command).lines().count());
        command.lines = 2;
        assertEquals("line 59\nline 60\n", Console.run(command));
        assertEquals("line 60", json(command).get(1).get("line").asText());
    }

    @Test
    void aLogThatIsNoUtf8IsShownNevertheless() throws Exception {
        Files.write(folder.resolve("karaf.log"), "caf\u00E9\nnext\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("caf\uFFFD\nnext\n", Console.run(new LogLast()));
    }

    @Test
    void aLogThatIsMissingIsNamed() {
        assertEquals(
                "there is no log " + folder.resolve("karaf.log") + ": see org.ops4j.pax.logging.cfg",
                error(IllegalStateException.class, new LogLast()));
    }
}
