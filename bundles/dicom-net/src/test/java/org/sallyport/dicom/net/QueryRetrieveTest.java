package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.AssociationException.Kind;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.CommandSet.SubOperations;
import org.sallyport.dicom.net.QueryRetrieve.Outcome;
import org.sallyport.dicom.net.QueryRetrieve.Terms;

@Timeout(60)
class QueryRetrieveTest {

    private static final String FIND = "1.2.840.10008.5.1.4.1.2.2.1";
    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";
    private static final SubOperations UNTOLD = new SubOperations(-1, -1, -1, -1);

    private final TestService service = new TestService();
    private final BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
    private AssociationServer server = service.start();
    private Timeouts timeouts = TestService.PATIENT;

    QueryRetrieveTest() throws IOException {}

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Association open() throws IOException {
        return AssociationRequester.open(
                "127.0.0.1",
                server.port(),
                "CALLED",
                "CALLING",
                List.of(
                        new ProposedContext(1, FIND, List.of(EXPLICIT)),
                        new ProposedContext(3, CT, List.of(EXPLICIT)),
                        new ProposedContext(5, StorageCommitment.SOP_CLASS, List.of(RawPeer.IMPLICIT))),
                Options.DEFAULT.withTimeouts(timeouts).withRoles(QueryRetrieve.asProviderOf(List.of(CT))));
    }

    private static DataSet keys(String study) {
        DataSet keys = new DataSet();
        keys.setString(Tag.QueryRetrieveLevel, "STUDY");
        keys.setString(Tag.StudyInstanceUID, study);
        return keys;
    }

    private static void match(Association association, Association.Message request, int number) throws IOException {
        association.send(
                request.context(), request.command().response(CommandSet.PENDING, true), keys("1.2." + number));
    }

    // ---- C-FIND

    @Test
    void everyMatchIsHandedOver() throws IOException {
        service.handling((association, request) -> {
            assertEquals(
                    "1.9",
                    request.readDataSet(org.sallyport.dicom.data.Limits.DEFAULT).string(Tag.StudyInstanceUID));
            for (int i = 0; i < 500; i++) {
                match(association, request, i);
            }
            association.send(request.context(), request.command().response(0));
        });
        try (Association association = open()) {
            for (int again = 0; again < 2; again++) {
                List<String> found = new ArrayList<>();
                Outcome outcome = new QueryRetrieve(association)
                        .find(
                                FIND,
                                keys("1.9"),
                                Terms.upTo(500),
                                match -> found.add(String.valueOf(match.string(Tag.StudyInstanceUID))));
                assertEquals(new Outcome(0, null, UNTOLD, false, List.of()), outcome);
                assertEquals(500, found.size());
                assertEquals("1.2.499", found.get(499));
            }
            association.release();
        }
        assertTrue(service.failed.isEmpty());
    }

    /** Sends matches until it is cancelled. */
    private void endless() {
        service.handling((association, request) -> {
            request.dataSet().readAllBytes();
            for (int i = 0; !association.awaitAnything(Duration.ofMillis(1), () -> false); i++) {
                match(association, request, i);
            }
            Association.Message cancel = association.receive(() -> false);
            assertTrue(cancel != null
                    && cancel.command().commandField() == CommandSet.C_CANCEL_RQ
                    && cancel.command().messageIdBeingRespondedTo()
                            == request.command().messageId());
            seen.add(1);
            match(association, request, 999);
            association.send(request.context(), request.command().response(CommandSet.CANCELLED));
        });
    }

    @Test
    void moreMatchesThanAreWantedAreCancelled() throws Exception {
        endless();
        try (Association association = open()) {
            List<DataSet> found = new ArrayList<>();
            Outcome outcome =
                    new QueryRetrieve(association).find(FIND, keys("1.9"), Terms.upTo(3), match -> found.add(match));
            assertEquals(CommandSet.CANCELLED, outcome.status());
            assertTrue(outcome.stopped());
            assertEquals(3, found.size());
            TestService.await(seen, "no C-CANCEL came");
            outcome = new QueryRetrieve(association).find(FIND, keys("1.9"), Terms.upTo(100), match -> false);
            assertTrue(outcome.stopped());
            association.release();
        }
    }

    @Test
    void aUserMayCancelWhileNothingComes() throws Exception {
        service.handling((association, request) -> {
            request.dataSet().readAllBytes();
            Association.Message cancel = association.receive(() -> false);
            assertTrue(cancel != null && cancel.command().commandField() == CommandSet.C_CANCEL_RQ);
            association.send(
                    request.context(),
                    request.command().response(CommandSet.CANCELLED).withSubOperations(new SubOperations(7, 1, 2, 3)));
        });
        AtomicBoolean asked = new AtomicBoolean();
        try (Association association = open()) {
            Outcome outcome = new QueryRetrieve(association)
                    .move(FIND, keys("1.9"), "THERE", () -> asked.getAndSet(true), numbers -> {});
            assertEquals(
                    new Outcome(CommandSet.CANCELLED, null, new SubOperations(7, 1, 2, 3), true, List.of()), outcome);
            association.release();
        }
    }

    @Test
    void aPeerThatDoesNotStopIsAborted() throws IOException {
        timeouts = new Timeouts(Duration.ofSeconds(5), Duration.ofMillis(700), Duration.ofSeconds(20));
        service.handling((association, request) -> {
            request.dataSet().readAllBytes();
            for (int i = 0; i < Integer.MAX_VALUE; i++) {
                match(association, request, i);
            }
        });
        try (Association association = open()) {
            AssociationException e = assertThrows(AssociationException.class, () -> new QueryRetrieve(association)
                    .find(FIND, keys("1.9"), Terms.upTo(1), match -> true));
            assertEquals(Kind.TIMED_OUT, e.kind());
        }
    }

    @Test
    void whatIsNoAnswerIsAProtocolError() throws IOException {
        List<TestService.Handler> wrong = List.of(
                (association, request) ->
                        association.send(request.context(), request.command().response(CommandSet.PENDING)),
                (association, request) -> association.send(
                        request.context(),
                        CommandSet.findRequest(77, FIND).response(CommandSet.PENDING, true),
                        keys("1.2")),
                (association, request) -> association.send(
                        request.context(),
                        CommandSet.echoRequest(request.command().messageId(), FIND)
                                .response(0)),
                (association, request) ->
                        association.send(request.context(), CommandSet.storeRequest(1, CT, "1.2"), keys("1.2")),
                (association, request) -> association.send(
                        request.context(),
                        request.command().response(CommandSet.PENDING, true),
                        out -> out.write(new byte[] {8, 0, 0x52, 0, 'C', 'S', 120, 0, 1})),
                (association, request) -> association.send(
                        request.context(),
                        request.command().response(CommandSet.PENDING, true),
                        out -> out.write(RawPeer.hex("0800 0500 5351 0000 FFFFFFFF"))));
        for (TestService.Handler handler : wrong) {
            service.handling((association, request) -> {
                request.dataSet().readAllBytes();
                handler.handle(association, request);
            });
            try (Association association = open()) {
                AssociationException e = assertThrows(AssociationException.class, () -> new QueryRetrieve(association)
                        .find(FIND, keys("1.9"), Terms.upTo(10), match -> true));
                assertEquals(Kind.PROTOCOL_ERROR, e.kind(), e::toString);
            }
        }
    }

    // ---- C-MOVE and C-GET

    @Test
    void aMoveTellsItsNumbersAndWhatFailed() throws IOException {
        service.handling((association, request) -> {
            assertEquals("THERE", request.command().moveDestination());
            request.dataSet().readAllBytes();
            for (int i = 0; i < 3; i++) {
                association.send(
                        request.context(),
                        request.command()
                                .response(CommandSet.PENDING)
                                .withSubOperations(new SubOperations(3 - i, i, 0, 0)));
            }
            DataSet failed = new DataSet();
            failed.setString(Tag.FailedSOPInstanceUIDList, "1.2.3", "1.2.4");
            association.send(
                    request.context(),
                    request.command()
                            .response(0xB000, true)
                            .withComment("two failed")
                            .withSubOperations(new SubOperations(-1, 1, 2, 0)),
                    failed);
        });
        try (Association association = open()) {
            List<Integer> remaining = new ArrayList<>();
            Outcome outcome = new QueryRetrieve(association)
                    .move(FIND, keys("1.9"), "THERE", () -> false, numbers -> remaining.add(numbers.remaining()));
            assertEquals(List.of(3, 2, 1), remaining);
            assertEquals(
                    new Outcome(0xB000, "two failed", new SubOperations(-1, 1, 2, 0), false, List.of("1.2.3", "1.2.4")),
                    outcome);
            association.release();
        }
    }

    @Test
    void aGetBringsInstancesOnTheSameAssociation() throws IOException {
        byte[] large = new byte[300_000];
        service.handling((association, request) -> {
            request.dataSet().readAllBytes();
            for (int i = 0; i < 3; i++) {
                seen.add(association
                        .store(CT, "1.2." + i, EXPLICIT, out -> out.write(large))
                        .status());
                association.send(
                        request.context(),
                        request.command()
                                .response(CommandSet.PENDING)
                                .withSubOperations(new SubOperations(2 - i, i + 1, 0, 0)));
            }
            association.send(
                    request.context(), request.command().response(0).withSubOperations(new SubOperations(-1, 3, 0, 0)));
        });
        try (Association association = open()) {
            List<String> stored = new ArrayList<>();
            Outcome outcome = new QueryRetrieve(association)
                    .get(
                            FIND,
                            keys("1.9"),
                            () -> false,
                            store -> {
                                String uid = String.valueOf(store.command().affectedSopInstanceUid());
                                stored.add(uid);
                                if (uid.equals("1.2.1")) {
                                    return 0xA700; // with its data set unread
                                }
                                assertArrayEquals(large, store.dataSet().readAllBytes());
                                return 0;
                            },
                            numbers -> {});
            assertEquals(List.of("1.2.0", "1.2.1", "1.2.2"), stored);
            assertEquals(List.of(0, 0xA700, 0), List.copyOf(seen));
            assertEquals(3, outcome.subOperations().completed());
            association.release();
        }
    }

    /** A store in a class for which we are no provider never reaches the handler. */
    @Test
    void aGetTakesOnlyWhatWasAgreed() throws IOException {
        service.handling((association, request) -> {
            request.dataSet().readAllBytes();
            seen.add(association
                    .store(FIND, "1.2.1", EXPLICIT, out -> out.write(new byte[10]))
                    .status());
            association.send(request.context(), request.command().response(0));
        });
        try (Association association = open()) {
            Outcome outcome = new QueryRetrieve(association)
                    .get(
                            FIND,
                            keys("1.9"),
                            () -> false,
                            store -> {
                                throw new IllegalStateException("taken");
                            },
                            numbers -> {});
            assertEquals(0, outcome.status());
            assertEquals(List.of(CommandSet.SOP_CLASS_NOT_SUPPORTED), List.copyOf(seen));
            association.release();
        }
    }

    // ---- storage commitment

    private static StorageCommitment.Request request() {
        return new StorageCommitment.Request(
                "1.2.77",
                List.of(
                        new StorageCommitment.Reference(CT, "1.2.1"),
                        new StorageCommitment.Reference(CT, "1.2.2"),
                        new StorageCommitment.Reference(CT, "1.2.3")));
    }

    private static StorageCommitment.Report report() {
        return new StorageCommitment.Report(
                "1.2.77",
                List.of("1.2.1", "1.2.3"),
                List.of(new StorageCommitment.Failure("1.2.2", CommandSet.NO_SUCH_SOP_INSTANCE)));
    }

    @Test
    void aCommitmentIsReportedOnTheSameAssociation() throws Exception {
        service.handling((association, message) -> {
            StorageCommitment.Request asked = StorageCommitment.readRequest(message);
            assertEquals(request(), asked);
            association.send(message.context(), message.command().response(0));
            seen.add(StorageCommitment.report(association, asked, report()).status());
        });
        try (Association association = open()) {
            List<StorageCommitment.Report> reports = new ArrayList<>();
            association.onEventReport(message -> {
                reports.add(StorageCommitment.readReport(message));
                return CommandSet.SUCCESS;
            });
            CommandSet answer = StorageCommitment.request(association, request());
            assertEquals(0, answer.status());
            assertEquals(StorageCommitment.REQUEST, answer.actionTypeId());
            assertEquals(StorageCommitment.SOP_INSTANCE, answer.affectedSopInstanceUid());
            assertTrue(association.serveEventReport(Duration.ofSeconds(20), () -> false));
            assertEquals(List.of(report()), reports);
            assertEquals(0, TestService.await(seen, "the report was not answered"));
            assertFalse(association.serveEventReport(Duration.ofMillis(50), () -> false));
            association.release();
        }
    }

    /** Some providers report before they answer the request. */
    @Test
    void aReportMayComeBeforeTheAnswer() throws Exception {
        service.handling((association, message) -> {
            StorageCommitment.Request asked = StorageCommitment.readRequest(message);
            seen.add(StorageCommitment.report(association, asked, report()).status());
            association.send(message.context(), message.command().response(0));
        });
        try (Association association = open()) {
            List<StorageCommitment.Report> reports = new ArrayList<>();
            association.onEventReport(message -> {
                reports.add(StorageCommitment.readReport(message));
                return CommandSet.SUCCESS;
            });
            assertEquals(0, StorageCommitment.request(association, request()).status());
            assertEquals(List.of(report()), reports);
            association.release();
        }
    }

    @Test
    void aReportThatNobodyWaitsForIsAProtocolError() throws Exception {
        service.handling((association, message) -> {
            StorageCommitment.Request asked = StorageCommitment.readRequest(message);
            StorageCommitment.report(association, asked, report());
        });
        try (Association association = open()) {
            AssociationException e =
                    assertThrows(AssociationException.class, () -> StorageCommitment.request(association, request()));
            assertEquals(Kind.PROTOCOL_ERROR, e.kind());
        }
    }

    @Test
    void aFailureIsToldWithItsComment() throws IOException {
        service.handling((association, message) -> {
            message.dataSet().readAllBytes();
            association.send(
                    message.context(), message.command().response(0xA700).withComment("no room"));
        });
        try (Association association = open()) {
            Outcome outcome = new QueryRetrieve(association).find(FIND, keys("1.9"), Terms.upTo(1), match -> true);
            assertEquals(new Outcome(0xA700, "no room", UNTOLD, false, List.of()), outcome);
            association.release();
        }
    }
}
