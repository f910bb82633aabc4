package org.sallyport.gateway.scp.internal.retrieve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.sallyport.gateway.scp.internal.Fakes.await;
import static org.sallyport.gateway.scp.internal.Fakes.fake;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.CommandSet.SubOperations;
import org.sallyport.dicom.net.QueryRetrieve;
import org.sallyport.dicom.net.QueryRetrieve.Outcome;
import org.sallyport.dicom.net.QueryRetrieveProvider;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.intake.ReturnedObjects;
import org.sallyport.gateway.api.intake.ReturnedObjects.Kind;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returned;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returning;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.RemoteImages;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.scp.internal.Fakes;
import org.sallyport.gateway.scp.internal.TlsPeers;
import org.sallyport.gateway.scp.internal.catalog.Heads;
import org.sallyport.gateway.scp.internal.catalog.SampleSheets;
import org.sallyport.gateway.scp.internal.catalog.Sheets;
import org.sallyport.gateway.scp.internal.find.Asker;
import org.sallyport.gateway.scp.internal.find.Lookups;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.View;

/** C-MOVE and C-GET over loopback, of images some of which cannot be read, to a receiver that keeps what it gets. */
@Timeout(60)
class RetrieveServiceTest {

    private static final String MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
    private static final String GET = "1.2.840.10008.5.1.4.1.2.2.3";
    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final String STUDY = "2.25.1";
    private static final Timeouts PATIENT =
            new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30));

    /** Reads what is stored. */
    private interface Content {
        InputStream open(byte[] part10) throws IOException;
    }

    private final Map<String, Content> broken = new TreeMap<>();
    private final List<StoredInstance> instances = new ArrayList<>();
    private final List<RemoteStudies.Series> remoteSeries = new ArrayList<>();
    private final List<Object> remembered = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable RemoteImages> backEnd = new AtomicReference<>();
    private final AtomicReference<View> given = new AtomicReference<>(View.PSEUDONYMOUS);
    private final ConcurrentSkipListSet<String> received = new ConcurrentSkipListSet<>();
    private final AtomicInteger associations = new AtomicInteger();
    private final AtomicBoolean indexIsAway = new AtomicBoolean();
    private volatile int associationsToTarget = 1;
    private volatile @Nullable CountDownLatch together;
    private volatile boolean targetIsKnown = true;
    private final AssociationServer receiver = server(this::keep);
    private final AssociationServer gateway = server(this::serve);
    private Node target = new Node(
            "target",
            "target",
            "TARGET",
            "127.0.0.1",
            receiver.port(),
            true,
            Node.Permission.READ,
            Node.Origin.LOCAL,
            false);

    RetrieveServiceTest() throws IOException {}

    private void keep(Association association, Association.Message message) throws IOException {
        message.readDataSet(org.sallyport.dicom.data.Limits.DEFAULT);
        CountDownLatch all = together;
        if (all != null) {
            all.countDown();
            awaitOthers(all);
        }
        received.add(String.valueOf(message.command().affectedSopInstanceUid()));
        association.send(message.context(), message.command().response(CommandSet.SUCCESS));
    }

    private static void awaitOthers(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IOException("the others did not come");
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    private void serve(Association association, Association.Message message) throws IOException {
        associations.set(0);
        QueryRetrieveProvider provider = new QueryRetrieveProvider(association, message);
        if (message.command().commandField() == CommandSet.C_GET_RQ) {
            service().get(provider, Model.of(GET).orElseThrow(), false, association.contexts());
            return;
        }
        Node node = target;
        service()
                .move(
                        provider,
                        Model.of(MOVE).orElseThrow(),
                        false,
                        targetIsKnown
                                ? new RetrieveService.Target(
                                        node,
                                        Objects.requireNonNull(given.get()),
                                        "GATE",
                                        associationsToTarget,
                                        PATIENT)
                                : null,
                        new RetrieveService.Originator("CALLER", 1));
    }

    private AssociationServer server(Fakes.Serving serving) throws IOException {
        return Fakes.server(PATIENT, associations::incrementAndGet, serving);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        receiver.close();
    }

    private RetrieveService service() {
        StudyIndex index = fake(StudyIndex.class, Map.of("instances", given -> {
            if (indexIsAway.get()) {
                throw new IndexException("the database is away", null);
            }
            return List.copyOf(instances);
        }));
        InstanceStore store = fake(InstanceStore.class, Map.of("openPart10", given -> {
            String uid = ((StoredInstance) given[0]).facts().sopInstanceUid();
            byte[] bytes = part10(uid);
            Content content = broken.get(uid);
            return content == null ? new ByteArrayInputStream(bytes) : content.open(bytes);
        }));
        StudyFinder finder = fake(StudyFinder.class, Map.of("instance", given -> Optional.empty()));
        RemoteStudies remote = fake(
                RemoteStudies.class,
                Map.of(
                        "study",
                        given -> remoteSeries.isEmpty()
                                ? Optional.empty()
                                : Optional.of(new RemoteStudies.Held(
                                        new RemoteStudies.Study(STUDY, "ANON-1", null, null, null),
                                        List.copyOf(remoteSeries)))));
        Sheets sheets = fake(Sheets.class, Map.of("sheet", given -> Optional.of(SampleSheets.of(STUDY, 1))));
        Asker asker = new Asker("CALLER", "127.0.0.1", View.PSEUDONYMOUS);
        IdentityRestorer restorer = fake(IdentityRestorer.class, Map.of());
        Lookups lookups = new Lookups(
                View.PSEUDONYMOUS,
                finder,
                remote,
                fake(PatientRegister.class, Map.of()),
                fake(IdentityDirectory.class, Map.of()),
                () -> asker.request("a test"));
        Heads heads = new Heads(store, restorer, () -> asker.request("a test"));
        return RetrieveService.of(
                asker,
                fake(AuditLog.class, Map.of("record", given -> null)),
                new Selection(View.PSEUDONYMOUS, index, finder, remote, sheets, lookups, heads),
                store,
                restorer,
                () -> null,
                new RemoteSeries(
                        backEnd::get,
                        fake(ReturnedObjects.class, Map.of("begin", given -> returning())),
                        View.PSEUDONYMOUS,
                        () -> asker.request("a test")));
    }

    /** Knows the patient of every object but of 9.9, and gives the others back as they are. */
    private Returning returning() {
        return fake(
                Returning.class,
                Map.of(
                        "examine",
                        given -> {
                            String uid = String.valueOf(Heads.read(Heads.open((InputStream) given[0]))
                                    .string(Tag.SOPInstanceUID));
                            return uid.equals("9.9")
                                    ? new Returned(Kind.UNKNOWN_PATIENT, CT, uid, "9", EXPLICIT.uid(), "nobody")
                                    : new Returned(Kind.RESULT, CT, uid, "9", EXPLICIT.uid(), "");
                        },
                        "restore",
                        given -> given[0],
                        "remember",
                        given -> remembered.addAll((Collection<?>) given[0])));
    }

    private static byte[] part10(String uid) throws IOException {
        return part10(STUDY, "2.25.2", uid);
    }

    private static byte[] part10(String study, String series, String uid) throws IOException {
        DataSet image = new DataSet();
        image.setString(Tag.SOPClassUID, CT);
        image.setString(Tag.SOPInstanceUID, uid);
        image.setString(Tag.StudyInstanceUID, study);
        image.setString(Tag.SeriesInstanceUID, series);
        image.setString(Tag.PatientComments, "x".repeat(600_000));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FileMetaInformation.ours(CT, uid, EXPLICIT.uid()).write(bytes);
        DataSetWriter writer = new DataSetWriter(bytes, EXPLICIT);
        writer.write(image);
        writer.finish();
        return bytes.toByteArray();
    }

    private void store(String uid, Content content) {
        InstanceFacts facts = Fakes.facts(STUDY, uid, CT, EXPLICIT.uid());
        instances.add(new StoredInstance(facts, UUID.randomUUID(), "pack", 0, 1, 1, new byte[32], 1));
        broken.put(uid, content);
    }

    private interface Asking {
        Outcome ask(QueryRetrieve user, DataSet keys) throws IOException;
    }

    private Outcome ask(Asking asking) throws IOException {
        DataSet keys = new DataSet();
        keys.setString(Tag.QueryRetrieveLevel, "STUDY");
        keys.setString(Tag.StudyInstanceUID, STUDY);
        try (Association association = AssociationRequester.open(
                "127.0.0.1",
                gateway.port(),
                "GATE",
                "CALLER",
                List.of(
                        new ProposedContext(1, MOVE, List.of(EXPLICIT.uid())),
                        new ProposedContext(3, GET, List.of(EXPLICIT.uid())),
                        new ProposedContext(5, CT, List.of(EXPLICIT.uid()))),
                AssociationRequester.Options.DEFAULT
                        .withTimeouts(PATIENT)
                        .withRoles(QueryRetrieve.asProviderOf(List.of(CT))))) {
            Outcome outcome = asking.ask(new QueryRetrieve(association), keys);
            association.release();
            return outcome;
        }
    }

    private Outcome move() throws IOException {
        return ask((user, keys) -> user.move(MOVE, keys, "TARGET", () -> false, numbers -> {}));
    }

    private Outcome get() throws IOException {
        return ask((user, keys) -> user.get(GET, keys, () -> false, stored -> 0, numbers -> {}));
    }

    @Test
    void severalAssociationsToADestinationAreUsedAtTheSameTimeWhereThatIsAllowed() throws Exception {
        associationsToTarget = 3;
        // Each of three waits with its first image until the others have theirs.
        together = new CountDownLatch(3);
        for (int i = 1; i <= 9; i++) {
            store("1." + i, ByteArrayInputStream::new);
        }
        Outcome outcome = move();
        assertEquals(0, outcome.status(), outcome.comment());
        assertEquals(new SubOperations(-1, 9, 0, 0), outcome.subOperations());
        assertEquals(9, received.size());
        assertEquals(3, associations.get());
    }

    @Test
    void whatCannotBeLookedUpIsNotSaidToBeNothing() throws Exception {
        store("1.1", ByteArrayInputStream::new);
        indexIsAway.set(true);
        for (Outcome outcome : List.of(move(), get())) {
            assertEquals(0xA701, outcome.status());
            assertEquals("cannot be looked up now: see the gateway's log", outcome.comment());
        }
        indexIsAway.set(false);
        assertEquals(0, get().status());
    }

    @Test
    void aDestinationThatIsNotKnownIsSaidToBeSo() throws Exception {
        store("1.1", ByteArrayInputStream::new);
        targetIsKnown = false;
        Outcome outcome = move();
        assertEquals(0xA801, outcome.status());
        assertEquals("no node with this AE title may be sent to", outcome.comment());
    }

    @Test
    void ifThereIsNothingThatIsNoFailure() throws Exception {
        for (Outcome outcome : List.of(move(), get())) {
            assertEquals(0, outcome.status());
            assertEquals(new SubOperations(-1, 0, 0, 0), outcome.subOperations());
        }
    }

    /** The last response to a request with this identifier. */
    private CommandSet refusal(String sopClass, CommandSet request, DataSet identifier) throws IOException {
        try (Association association = AssociationRequester.open(
                "127.0.0.1",
                gateway.port(),
                "GATE",
                "CALLER",
                List.of(new ProposedContext(1, sopClass, List.of(EXPLICIT.uid()))),
                PATIENT)) {
            CommandSet last = null;
            // Twice: the association lives on.
            for (int i = 0; i < 2; i++) {
                association.send(association.context(sopClass).orElseThrow(), request, identifier);
                last = Objects.requireNonNull(association.receive(() -> false)).command();
            }
            association.release();
            return Objects.requireNonNull(last);
        }
    }

    @Test
    void whatDoesNotNameUniqueKeysIsRefusedByTheAttribute() throws Exception {
        DataSet none = new DataSet();
        none.setString(Tag.QueryRetrieveLevel, "STUDY");
        none.setString(Tag.AccessionNumber, "A 1");
        DataSet level = new DataSet();
        level.setString(Tag.QueryRetrieveLevel, "FRAME");
        level.setString(Tag.StudyInstanceUID, STUDY);
        for (CommandSet answer : List.of(
                refusal(MOVE, CommandSet.moveRequest(7, MOVE, "TARGET"), none),
                refusal(GET, CommandSet.getRequest(7, GET), none))) {
            assertEquals(0xA900, answer.status());
            assertEquals(Tag.StudyInstanceUID, answer.offendingElement());
            assertEquals("StudyInstanceUID: the unique key is missing", answer.errorComment());
        }
        for (CommandSet answer : List.of(
                refusal(MOVE, CommandSet.moveRequest(7, MOVE, "TARGET"), level),
                refusal(GET, CommandSet.getRequest(7, GET), level))) {
            assertEquals(0xA900, answer.status());
            assertEquals(Tag.QueryRetrieveLevel, answer.offendingElement());
            assertEquals("QueryRetrieveLevel: unknown level", answer.errorComment());
        }
    }

    private static InputStream endsAfter(byte[] part10, int bytes, InputStream then) {
        return new SequenceInputStream(new ByteArrayInputStream(part10, 0, bytes), then);
    }

    private static InputStream failing(RuntimeException failure) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                if (failure instanceof UncheckedIOException e) {
                    throw e.getCause();
                }
                throw failure;
            }

            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                return read();
            }
        };
    }

    @Test
    void oneThatCannotBeReadFailsAloneAndTheOthersAreSent() throws Exception {
        UncheckedIOException torn = new UncheckedIOException(new IOException("torn"));
        store("1.1", ByteArrayInputStream::new);
        store("1.2", part10 -> endsAfter(part10, 500_000, failing(torn)));
        store("1.3", ByteArrayInputStream::new);
        store("1.4", part10 -> {
            throw new IOException("away");
        });
        store("1.5", part10 -> endsAfter(part10, 500_000, failing(new IllegalStateException("an error"))));
        store("1.6", ByteArrayInputStream::new);
        Outcome outcome = move();
        assertEquals(List.of("1.1", "1.3", "1.6"), List.copyOf(received));
        assertEquals(0xB000, outcome.status());
        assertEquals(new SubOperations(-1, 3, 3, 0), outcome.subOperations());
        assertEquals(List.of("1.2", "1.4", "1.5"), outcome.failedInstances());
        assertEquals(3, associations.get(), "one more after each image that broke off");
    }

    @Test
    void aNodeThatSpeaksTlsIsSentToOverTlsAndNeverInTheClear(@TempDir Path folder) throws Exception {
        TlsPeers peers = TlsPeers.make(folder);
        store("1.1", ByteArrayInputStream::new);
        store("1.2", ByteArrayInputStream::new);
        try (AssociationServer secured =
                Fakes.server(PATIENT, peers.acceptor(), associations::incrementAndGet, this::keep)) {
            target = peers.node("TARGET", secured.port());
            assertEquals(new SubOperations(-1, 2, 0, 0), move().subOperations());
            assertEquals(List.of("1.1", "1.2"), List.copyOf(received));
        }
        received.clear();
        // One that speaks no TLS any more: it is given nothing.
        target = peers.node("TARGET", receiver.port());
        Outcome outcome = move();
        assertEquals(0xA702, outcome.status());
        assertEquals(new SubOperations(-1, 0, 2, 0), outcome.subOperations());
        assertEquals(List.of(), List.copyOf(received));
    }

    @Test
    void oneThatWasStoredAndCannotBeClosedCountsAsStoredOnly() throws Exception {
        store("1.1", part10 -> new FilterInputStream(new ByteArrayInputStream(part10)) {
            @Override
            public void close() throws IOException {
                throw new IOException("cannot be closed");
            }
        });
        Outcome outcome = move();
        assertEquals(0, outcome.status());
        assertEquals(new SubOperations(-1, 1, 0, 0), outcome.subOperations());
    }

    @Test
    void ifNothingCouldBeReadNothingIsSaidToHaveBeenSent() throws Exception {
        store("1.1", part10 -> {
            throw new IllegalStateException("an error");
        });
        Outcome outcome = move();
        assertEquals(0xA702, outcome.status());
        assertEquals(new SubOperations(-1, 0, 1, 0), outcome.subOperations());
    }

    @Test
    void aGetGoesOnAfterWhatCannotBeBegunAndCountsWarnings() throws Exception {
        store("1.1", ByteArrayInputStream::new);
        store("1.2", part10 -> {
            throw new IOException("away");
        });
        store("1.3", ByteArrayInputStream::new);
        Outcome outcome = ask((user, keys) -> user.get(
                GET,
                keys,
                () -> false,
                stored -> "1.1".equals(stored.command().affectedSopInstanceUid()) ? 0xB007 : 0,
                numbers -> {}));
        assertEquals(0xB000, outcome.status());
        assertEquals(new SubOperations(-1, 1, 1, 1), outcome.subOperations());
        assertEquals(List.of("1.2"), outcome.failedInstances());
    }

    private final List<String> events = new CopyOnWriteArrayList<>();

    /** Notes when it is opened and closed. */
    private void storeNoted(String uid) {
        store(uid, part10 -> {
            events.add("opened " + uid);
            return new FilterInputStream(new ByteArrayInputStream(part10)) {
                @Override
                public void close() {
                    events.add("closed " + uid);
                }
            };
        });
    }

    /** The receiver answers only once the next one is open, and one after the other is closed before. */
    @Test
    void ofAGetTheNextImageIsOpenedWhileTheReceiverHasNotAnswered() throws Exception {
        List.of("1.1", "1.2", "1.3").forEach(this::storeNoted);
        List<String> got = new ArrayList<>();
        Outcome outcome = ask((user, keys) -> user.get(
                GET,
                keys,
                () -> false,
                stored -> {
                    DataSet image = stored.readDataSet(org.sallyport.dicom.data.Limits.DEFAULT);
                    assertEquals(
                            600_000,
                            String.valueOf(image.string(Tag.PatientComments)).length());
                    got.add(String.valueOf(image.string(Tag.SOPInstanceUID)));
                    int opened = Math.min(got.size() + 1, 3);
                    await(() -> events.contains("opened 1." + opened));
                    return 0;
                },
                numbers -> {}));
        assertEquals(new SubOperations(-1, 3, 0, 0), outcome.subOperations());
        assertEquals(List.of("1.1", "1.2", "1.3"), got);
        assertEquals(
                List.of("opened 1.1", "closed 1.1", "opened 1.2", "closed 1.2", "opened 1.3", "closed 1.3"), events);
    }

    @Test
    void anImageOfAGetThatBreaksOffInItsFirstPieceFailsAlone() throws Exception {
        UncheckedIOException torn = new UncheckedIOException(new IOException("torn"));
        store("1.1", part10 -> endsAfter(part10, 100_000, failing(torn)));
        store("1.2", ByteArrayInputStream::new);
        store("1.3", part10 -> endsAfter(part10, 100_000, failing(torn)));
        store("1.4", ByteArrayInputStream::new);
        Outcome outcome = ask((user, keys) -> user.get(GET, keys, () -> false, stored -> 0, numbers -> {}));
        assertEquals(0xB000, outcome.status());
        assertEquals(new SubOperations(-1, 2, 2, 0), outcome.subOperations());
        assertEquals(List.of("1.1", "1.3"), outcome.failedInstances());
    }

    @Test
    void aCancelledGetStopsAndTellsWhatIsLeft() throws Exception {
        for (int i = 0; i < 50; i++) {
            storeNoted("1." + i);
        }
        AtomicInteger stored = new AtomicInteger();
        Outcome outcome = ask((user, keys) -> user.get(
                GET,
                keys,
                () -> stored.get() > 0,
                image -> {
                    stored.incrementAndGet();
                    return 0;
                },
                numbers -> {}));
        assertEquals(CommandSet.CANCELLED, outcome.status());
        SubOperations numbers = outcome.subOperations();
        assertEquals(stored.get(), numbers.completed());
        assertEquals(50, numbers.completed() + numbers.remaining());
        assertEquals(true, numbers.remaining() > 0);
        // The one that was opened ahead is not sent, but closed.
        assertEquals(2 * (stored.get() + 1), events.size(), () -> String.join(", ", events));
        assertEquals("closed 1." + stored.get(), events.get(events.size() - 1));
    }

    /** A series that only the back end holds, of so many images by what it says. */
    private void remote(String series, int instances) {
        remoteSeries.add(new RemoteStudies.Series(series, STUDY, "there", 1, null, "SR", instances));
    }

    private static RemoteImages giving(Map<String, List<byte[]>> bySeries) {
        return (series, waiting) -> {
            List<RemoteImages.RemoteImage> images = new ArrayList<>();
            for (byte[] part10 : bySeries.getOrDefault(series.seriesInstanceUid(), List.of())) {
                images.add(again -> new ByteArrayInputStream(part10));
            }
            return images;
        };
    }

    @Test
    void whatOnlyTheBackEndHoldsIsFetchedAndSentAfterTheRest() throws Exception {
        store("1.1", ByteArrayInputStream::new);
        remote("9", 1);
        backEnd.set(giving(
                Map.of("9", List.of(part10(STUDY, "9", "9.1"), part10(STUDY, "9", "9.2"), part10(STUDY, "9", "9.2")))));
        Outcome outcome = move();
        assertEquals(0, outcome.status(), outcome.comment());
        assertEquals(new SubOperations(-1, 3, 0, 0), outcome.subOperations(), "more than it had told");
        assertEquals(List.of("1.1", "9.1", "9.2"), List.copyOf(received));
        List<String> got = new ArrayList<>();
        Outcome get = ask((user, keys) -> user.get(
                GET,
                keys,
                () -> false,
                stored -> {
                    got.add(String.valueOf(stored.command().affectedSopInstanceUid()));
                    return 0;
                },
                numbers -> {}));
        assertEquals(0, get.status());
        assertEquals(List.of("1.1", "9.1", "9.2"), got);
        assertEquals(List.of(), remembered, "nobody was given identity");
    }

    @Test
    void ofASeriesThatOnlyTheBackEndHoldsSingleImagesAreGiven() throws Exception {
        remote("9", 3);
        remote("8", 1);
        backEnd.set(giving(Map.of(
                "9", List.of(part10(STUDY, "9", "9.1"), part10(STUDY, "9", "9.2")),
                "8", List.of(part10(STUDY, "8", "8.1")))));
        Outcome outcome = ask((user, keys) -> {
            keys.setString(Tag.QueryRetrieveLevel, "IMAGE");
            keys.setString(Tag.SeriesInstanceUID, "9");
            keys.setString(Tag.SOPInstanceUID, "9.2");
            return user.move(MOVE, keys, "TARGET", () -> false, numbers -> {});
        });
        assertEquals(0, outcome.status(), outcome.comment());
        assertEquals(List.of("9.2"), List.copyOf(received));
        assertEquals(new SubOperations(-1, 1, 0, 0), outcome.subOperations());
    }

    @Test
    void whenTheBackEndIsAwayThatIsSaidAndNeverThatThereIsNothing() throws Exception {
        remote("9", 4);
        Outcome nobody = move();
        assertEquals(0xA702, nobody.status());
        assertEquals(new SubOperations(-1, 0, 4, 0), nobody.subOperations());
        assertEquals("held by the back end, fetching failed: no connection", nobody.comment());
        backEnd.set((series, waiting) -> {
            throw new NotFetchedException("it is away");
        });
        Outcome away = move();
        assertEquals(0xA702, away.status());
        assertEquals("held by the back end, fetching failed: it is away", away.comment());
        assertEquals(List.of(), List.copyOf(received));
        store("1.1", ByteArrayInputStream::new);
        Outcome some = move();
        assertEquals(0xB000, some.status());
        assertEquals(new SubOperations(-1, 1, 4, 0), some.subOperations());
        assertEquals("held by the back end, fetching failed: it is away", some.comment());
        assertEquals(List.of("1.1"), List.copyOf(received));
    }

    @Test
    void whatTheBackEndGivesIsJudgedBeforeItIsSent() throws Exception {
        given.set(View.ORIGINAL);
        remote("9", 1);
        backEnd.set(giving(Map.of(
                "9",
                List.of(
                        part10(STUDY, "9", "9.1"),
                        part10(STUDY, "9", "9.9"),
                        part10("2.25.7", "9", "9.3"),
                        part10(STUDY, "8", "9.4"),
                        "no DICOM at all, but long enough".getBytes(StandardCharsets.US_ASCII)))));
        Outcome outcome = move();
        assertEquals(0xB000, outcome.status());
        assertEquals(new SubOperations(-1, 1, 4, 0), outcome.subOperations());
        assertEquals("what the back end gave belongs to another study or series", outcome.comment());
        assertEquals(List.of("9.1"), List.copyOf(received));
        assertEquals(List.of("9.1"), remembered, "so that it is recognised when it comes back");
    }
}
