package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.CommandSet.SubOperations;
import org.sallyport.dicom.net.QueryRetrieve.Outcome;
import org.sallyport.dicom.net.QueryRetrieve.Terms;

/** The provider's side against the user's, over loopback. */
@Timeout(60)
class QueryRetrieveProviderTest {

    private static final String FIND = "1.2.840.10008.5.1.4.1.2.2.1";
    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";
    private static final SubOperations UNTOLD = new SubOperations(-1, -1, -1, -1);

    private final TestService service = new TestService();
    private final AssociationServer server = service.start();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    QueryRetrieveProviderTest() throws IOException {}

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
                List.of(new ProposedContext(1, FIND, List.of(EXPLICIT)), new ProposedContext(3, CT, List.of(EXPLICIT))),
                Options.DEFAULT.withTimeouts(TestService.PATIENT).withRoles(QueryRetrieve.asProviderOf(List.of(CT))));
    }

    private static DataSet study(String uid) {
        DataSet keys = new DataSet();
        keys.setString(Tag.StudyInstanceUID, uid);
        return keys;
    }

    @Test
    void matchesAreStreamedWithTheirStatus() throws IOException {
        service.handling((association, request) -> {
            QueryRetrieveProvider provider = new QueryRetrieveProvider(association, request);
            assertEquals("1.9", provider.identifier().string(Tag.StudyInstanceUID));
            for (int i = 0; i < 300; i++) {
                provider.match(study("1.2." + i), false);
            }
            provider.end(provider.response(CommandSet.SUCCESS));
        });
        try (Association association = open()) {
            for (int again = 0; again < 2; again++) {
                List<String> found = new ArrayList<>();
                Outcome outcome = new QueryRetrieve(association)
                        .find(
                                FIND,
                                study("1.9"),
                                Terms.upTo(300),
                                match -> found.add(String.valueOf(match.string(Tag.StudyInstanceUID))));
                assertEquals(new Outcome(0, null, UNTOLD, false, List.of()), outcome);
                assertEquals(300, found.size());
            }
            association.release();
        }
        assertTrue(service.failed.isEmpty());
    }

    @Test
    void anErrorNamesTheElementAndLeavesTheAssociation() throws IOException {
        service.handling((association, request) -> {
            QueryRetrieveProvider provider = new QueryRetrieveProvider(association, request);
            provider.end(provider.response(0xA900)
                    .withOffendingElement(Tag.StudyDate)
                    .withComment("no range"));
        });
        try (Association association = open()) {
            PresentationContext context = association.requireContext(FIND);
            for (int again = 0; again < 2; again++) {
                association.send(context, CommandSet.findRequest(association.nextMessageId(), FIND), study("1.9"));
                Association.Message answer = association.receive(() -> false);
                if (answer == null) {
                    throw new AssertionError("the association was released");
                }
                assertEquals(0xA900, answer.command().status());
                assertEquals(Tag.StudyDate, answer.command().offendingElement());
                assertEquals("no range", answer.command().errorComment());
            }
            association.release();
        }
    }

    @Test
    void aCancelIsHeardBetweenMatches() throws IOException {
        service.handling((association, request) -> {
            QueryRetrieveProvider provider = new QueryRetrieveProvider(association, request);
            provider.identifier();
            while (!provider.isCancelled()) {
                provider.match(study("1.2"), true);
            }
            provider.end(provider.response(CommandSet.CANCELLED));
        });
        try (Association association = open()) {
            Outcome outcome = new QueryRetrieve(association).find(FIND, study("1.9"), Terms.upTo(3), match -> true);
            assertEquals(CommandSet.CANCELLED, outcome.status());
            assertTrue(outcome.stopped());
            association.release();
        }
    }

    @Test
    void aCancelOfSomethingElseStopsNothing() throws Exception {
        service.handling((association, request) -> {
            QueryRetrieveProvider provider = new QueryRetrieveProvider(association, request);
            provider.identifier();
            seen.add("begun");
            while (!association.hasArrived()) {
                LockSupport.parkNanos(1_000_000);
            }
            provider.end(provider.response(provider.isCancelled() ? CommandSet.CANCELLED : CommandSet.SUCCESS));
        });
        try (Association association = open()) {
            PresentationContext context = association.requireContext(FIND);
            association.send(context, CommandSet.findRequest(7, FIND), study("1.9"));
            TestService.await(seen, "no request came");
            association.send(context, CommandSet.cancelRequest(6));
            Association.Message answer = association.receive(() -> false);
            assertEquals(
                    CommandSet.SUCCESS, answer == null ? -1 : answer.command().status());
            association.release();
        }
    }

    @Test
    void anotherRequestMeanwhileIsAgainstTheProtocol() throws Exception {
        service.handling((association, request) -> {
            QueryRetrieveProvider provider = new QueryRetrieveProvider(association, request);
            provider.identifier();
            while (!provider.isCancelled()) {
                LockSupport.parkNanos(1_000_000);
            }
        });
        try (Association association = open()) {
            PresentationContext context = association.requireContext(FIND);
            association.send(context, CommandSet.findRequest(7, FIND), study("1.9"));
            association.send(context, CommandSet.findRequest(8, FIND), study("1.9"));
            AssociationException e = assertThrows(AssociationException.class, () -> association.receive(() -> false));
            assertEquals(AssociationException.Kind.ABORTED_BY_PEER, e.kind());
        }
    }

    @Test
    void instancesComeOnTheAssociationOfAGet() throws IOException {
        service.handling((association, request) -> {
            QueryRetrieveProvider provider = new QueryRetrieveProvider(association, request);
            provider.identifier();
            PresentationContext storage = association.requireContext(CT);
            for (int i = 1; i <= 3; i++) {
                int status = provider.store(
                                storage, "1.3." + i, out -> out.write(new byte[] {8, 0, 24, 0}), () -> seen.add("sent"))
                        .status();
                seen.add(String.format("%04X", status));
                provider.progress(new SubOperations(3 - i, i, 0, 0));
            }
            // What fails before its first byte costs the instance, not the association.
            assertThrows(
                    IOException.class,
                    () -> provider.store(
                            storage,
                            "1.3.4",
                            out -> {
                                throw new IOException("cannot be read");
                            },
                            () -> seen.add("sent")));
            provider.end(0xB000, new SubOperations(0, 3, 1, 0), List.of("1.3.4"), "one could not be read");
        });
        try (Association association = open()) {
            List<String> got = new ArrayList<>();
            List<Integer> progress = new ArrayList<>();
            Outcome outcome = new QueryRetrieve(association)
                    .get(
                            FIND,
                            study("1.9"),
                            () -> false,
                            store -> {
                                got.add(String.valueOf(store.command().affectedSopInstanceUid()));
                                return got.size() == 2 ? 0xB007 : 0;
                            },
                            numbers -> progress.add(numbers.remaining()));
            assertEquals(List.of("1.3.1", "1.3.2", "1.3.3"), got);
            assertEquals(List.of(2, 1, 0), progress);
            assertEquals(
                    new Outcome(
                            0xB000, "one could not be read", new SubOperations(0, 3, 1, 0), false, List.of("1.3.4")),
                    outcome);
            association.release();
        }
        assertEquals(List.of("sent", "0000", "sent", "B007", "sent", "0000"), List.copyOf(seen));
        assertTrue(service.failed.isEmpty());
    }

    @Test
    void aSubOperationOfAMoveNamesItsOriginator() throws Exception {
        service.handling((association, request) -> {
            request.dataSet().readAllBytes();
            seen.add(request.command().moveOriginatorAet() + " "
                    + request.command().moveOriginatorMessageId());
            association.send(request.context(), request.command().response(0));
        });
        try (Association association = open()) {
            PresentationContext storage = association.requireContext(CT);
            assertThrows(
                    IOException.class,
                    () -> association.storeFor(
                            storage,
                            "1.3.1",
                            "VIEWER",
                            65_535,
                            out -> {
                                throw new IOException("cannot be read");
                            },
                            () -> seen.add("sent, though it was not")));
            AtomicInteger sent = new AtomicInteger();
            assertEquals(
                    0,
                    association
                            .storeFor(
                                    storage,
                                    "1.3.2",
                                    "VIEWER",
                                    65_535,
                                    out -> out.write(new byte[] {8, 0, 24, 0}),
                                    sent::incrementAndGet)
                            .status());
            assertEquals(1, sent.get());
            association.release();
        }
        assertEquals(List.of("VIEWER 65535"), List.copyOf(seen));
    }

    @Test
    void whatCannotBeReadToItsEndEndsTheAssociationAndWhatCannotBeBegunDoesNot() throws Exception {
        service.handling((association, request) -> request.dataSet().readAllBytes());
        try (Association association = open()) {
            PresentationContext storage = association.requireContext(CT);
            assertThrows(
                    IOException.class,
                    () -> association.storeFor(
                            storage,
                            "1.3.1",
                            "VIEWER",
                            1,
                            out -> {
                                throw new IOException("cannot be read");
                            },
                            () -> seen.add("sent, though it was not")));
            assertFalse(association.hasEnded());
            assertThrows(
                    IOException.class,
                    () -> association.storeFor(
                            storage,
                            "1.3.2",
                            "VIEWER",
                            1,
                            out -> {
                                out.write(8);
                                throw new IOException("cannot be read to its end");
                            },
                            () -> seen.add("sent, though it was not")));
            assertTrue(association.hasEnded());
        }
        assertEquals(List.of(), List.copyOf(seen));
    }
}
