package org.sallyport.gateway.scp.internal.find;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.scp.internal.Fakes.fake;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationPolicy;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.QueryRetrieve;
import org.sallyport.dicom.net.QueryRetrieve.Outcome;
import org.sallyport.dicom.net.QueryRetrieve.Terms;
import org.sallyport.dicom.net.QueryRetrieveProvider;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.scp.internal.catalog.Heads;
import org.sallyport.gateway.scp.internal.catalog.SampleSheets;
import org.sallyport.gateway.scp.internal.catalog.Sheets;
import org.sallyport.gateway.scp.internal.catalog.StudySheet;
import org.sallyport.gateway.scp.internal.query.IdentifierReader.Negotiated;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.View;

/** How a C-FIND ends, and what of it is audited, over loopback. */
@Timeout(60)
class FindServiceTest {

    private static final String FIND = "1.2.840.10008.5.1.4.1.2.2.1";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";
    private static final int MOST = 500;
    private static final Timeouts PATIENT =
            new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30));

    /** What is in the catalog. */
    private interface Studies {
        void scan(Sheets.Visitor visitor) throws IOException;
    }

    private final AtomicReference<Studies> studies = new AtomicReference<>(visitor -> {});
    private final List<String> audited = new CopyOnWriteArrayList<>();
    private final List<RemoteStudies.Held> remoteStudies = new CopyOnWriteArrayList<>();
    private final AtomicReference<View> view = new AtomicReference<>(View.PSEUDONYMOUS);
    private final AtomicBoolean searchable = new AtomicBoolean(true);
    private final AssociationServer gateway = AssociationServer.start(
            new AssociationServer.Settings("127.0.0.1", 0, 16_384, 10, PATIENT), new AssociationPolicy() {
                @Override
                public Decision decide(AssociateRequest request, Peer from) {
                    return Decision.accept(request.contexts().stream()
                            .map(c -> new PresentationContext(
                                    c.id(), c.abstractSyntax(), PresentationContext.Result.ACCEPTANCE, EXPLICIT))
                            .toList());
                }

                @Override
                public Service serve(Association association) {
                    return new Service() {
                        @Override
                        public void handle(Association.Message message) throws IOException {
                            service()
                                    .serve(
                                            new QueryRetrieveProvider(association, message),
                                            Model.of(FIND).orElseThrow(),
                                            Negotiated.NOTHING);
                        }

                        @Override
                        public void close() {}
                    };
                }
            });

    FindServiceTest() throws IOException {}

    @AfterEach
    void stop() throws IOException {
        gateway.close();
    }

    private FindService service() {
        Asker asker = new Asker("CALLER", "127.0.0.1", Objects.requireNonNull(view.get()));
        StudyFinder finder = fake(StudyFinder.class, Map.of());
        RemoteStudies remote = fake(RemoteStudies.class, Map.of("study", given -> remoteStudies.stream()
                .filter(held -> held.study().studyInstanceUid().equals(given[0]))
                .findFirst()));
        IdentityDirectory directory = fake(
                IdentityDirectory.class,
                Map.of(
                        "begin",
                        given -> fake(
                                IdentityDirectory.Reading.class,
                                Map.of(
                                        "pseudonyms", id -> List.of("ANON-1"),
                                        "studiesOf", pseudonym -> List.of("2.25.1"),
                                        "studiesByAccessionNumber", number -> List.of("2.25.1")))));
        Heads heads = new Heads(
                fake(InstanceStore.class, Map.of()),
                fake(IdentityRestorer.class, Map.of()),
                () -> asker.request("a test"));
        return new FindService(
                asker,
                fake(AuditLog.class, Map.of("record", given -> {
                    audited.add(List.of(given).toString());
                    return null;
                })),
                fake(
                        Sheets.class,
                        Map.of(
                                "isSearchable",
                                given -> searchable.get(),
                                "scan",
                                given -> {
                                    Objects.requireNonNull(studies.get()).scan((Sheets.Visitor) given[2]);
                                    return null;
                                },
                                "sheet",
                                given -> Optional.of(
                                        searchable.get() ? SampleSheets.of((String) given[0], 1) : known()))),
                new Lookups(
                        asker.view(),
                        finder,
                        remote,
                        fake(
                                PatientRegister.class,
                                Map.of("all", given -> Set.of(), "candidates", given -> List.of("2.25.1"))),
                        directory,
                        () -> asker.request("a test")),
                new Details(
                        asker.view(),
                        fake(StudyIndex.class, Map.of("instances", given -> List.of())),
                        remote,
                        heads,
                        directory,
                        () -> asker.request("a test")),
                MOST,
                "GATE",
                "OFFLINE");
    }

    /** Of a patient who is named. */
    private static StudySheet known() {
        DataSet original = new DataSet();
        original.setString(Tag.PatientName, "Sample^Anna");
        original.setString(Tag.PatientID, "HH-1");
        original.setString(Tag.AccessionNumber, "A 1");
        original.setString(Tag.StudyInstanceUID, "1.2.3");
        return SampleSheets.of("2.25.1", original, new DataSet());
    }

    private Association open() throws IOException {
        return AssociationRequester.open(
                "127.0.0.1",
                gateway.port(),
                "GATE",
                "CALLER",
                List.of(new ProposedContext(1, FIND, List.of(EXPLICIT))),
                PATIENT);
    }

    private static DataSet keys() {
        DataSet keys = new DataSet();
        keys.setString(Tag.QueryRetrieveLevel, "STUDY");
        keys.setString(Tag.StudyInstanceUID);
        keys.setString(Tag.PatientName, "*");
        return keys;
    }

    private static Studies many(int number) {
        return visitor -> {
            boolean wanted = true;
            for (int i = 0; i < number && wanted; i++) {
                wanted = visitor.visit(SampleSheets.of("2.25.1" + i, 1));
            }
        };
    }

    @Test
    void moreThanMayBeAnsweredEndInOutOfResourcesAfterThoseThatMay() throws Exception {
        try (Association association = open()) {
            QueryRetrieve user = new QueryRetrieve(association);
            for (int number : new int[] {0, 1, MOST, MOST + 1, 3 * MOST}) {
                studies.set(many(number));
                AtomicInteger matches = new AtomicInteger();
                Outcome outcome =
                        user.find(FIND, keys(), Terms.upTo(10 * MOST), match -> matches.incrementAndGet() > 0);
                assertEquals(number > MOST ? 0xA700 : 0, outcome.status());
                assertEquals(Math.min(number, MOST), matches.get());
            }
            association.release();
        }
        assertEquals(List.of(), audited, "who sees pseudonyms used no identity");
    }

    @Test
    void aCancelStopsASearchThatWouldNeverEnd() throws Exception {
        studies.set(visitor -> {
            boolean wanted = true;
            for (int i = 0; wanted; i++) {
                // The first few match, the others do not: they belong to deleted studies.
                wanted = visitor.visit(SampleSheets.of("2.25.1" + i, i < 100 ? 1 : 0));
            }
        });
        try (Association association = open()) {
            Outcome outcome = new QueryRetrieve(association).find(FIND, keys(), Terms.upTo(10), match -> true);
            assertEquals(CommandSet.CANCELLED, outcome.status());
            association.release();
        }
    }

    @Test
    void whatCannotBeSearchedIsNeverNoMatches() throws Exception {
        try (Association association = open()) {
            QueryRetrieve user = new QueryRetrieve(association);
            studies.set(visitor -> {
                throw SampleSheets.notSearchable();
            });
            Outcome outcome = user.find(FIND, keys(), Terms.upTo(10), match -> true);
            assertEquals(0xA700, outcome.status());
            assertEquals("names are being read", outcome.comment());
            studies.set(visitor -> {
                throw new IOException("the database is away");
            });
            assertEquals(
                    0xC001,
                    user.find(FIND, keys(), Terms.upTo(10), match -> true).status());
            association.release();
        }
    }

    /** The last response to a C-FIND that matches nothing, with all that it tells. */
    private static CommandSet answer(Association association, Association.DataSetSource identifier) throws IOException {
        association.send(association.context(FIND).orElseThrow(), CommandSet.findRequest(7, FIND), identifier);
        Association.Message message = association.receive(() -> false);
        return Objects.requireNonNull(message).command();
    }

    private static CommandSet answer(Association association, DataSet identifier) throws IOException {
        return answer(association, out -> {
            DataSetWriter writer = new DataSetWriter(out, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
            writer.write(identifier);
            writer.finish();
        });
    }

    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource(delimiter = '|', textBlock = """
            FRAME  | StudyInstanceUID=         | QueryRetrieveLevel | unknown level
            SERIES | SeriesInstanceUID=        | StudyInstanceUID   | the unique key of a level above is missing
            STUDY  | Modality=CT               | Modality           | a value in a key of a lower level
            STUDY  | StudyDate=2024-x          | StudyDate          | neither a value of DA nor a range
            STUDY  | StudyInstanceUID=1.2\\1.x | StudyInstanceUID   | no UID
            """)
    void aBadIdentifierIsRefusedByNameAndTheAssociationLivesOn(String level, String key, String offending, String why)
            throws Exception {
        DataSet bad = new DataSet();
        bad.setString(Tag.QueryRetrieveLevel, level);
        int equals = key.indexOf('=');
        bad.setString(
                Dictionary.tagOf(key.substring(0, equals)).orElseThrow(),
                key.substring(equals + 1).split("\\\\", -1));
        try (Association association = open()) {
            CommandSet refusal = answer(association, bad);
            assertEquals(0xA900, refusal.status());
            assertEquals(Dictionary.tagOf(offending).orElseThrow(), refusal.offendingElement(), "(0000,0901)");
            assertEquals(offending + ": " + why, refusal.errorComment(), "(0000,0902)");
            assertEquals(0, answer(association, keys()).status(), "asked rightly on the same association");
            association.release();
        }
    }

    @Test
    void whatIsNoDataSetIsSaidToBeUnreadableAndTheAssociationLivesOn() throws Exception {
        try (Association association = open()) {
            CommandSet refusal = answer(association, out -> out.write(new byte[] {8, 0, 0x52, 0, 'C', 'S', 120, 0, 1}));
            assertEquals(0xC001, refusal.status());
            assertEquals("the identifier cannot be read", refusal.errorComment());
            assertEquals(0, answer(association, keys()).status());
            association.release();
        }
    }

    @Test
    void withMoreNamesThanFitWhatAnIndexKnowsIsFoundAndSearchesAreRefused() throws Exception {
        searchable.set(false);
        view.set(View.ORIGINAL);
        studies.set(visitor -> {
            throw SampleSheets.notSearchable();
        });
        try (Association association = open()) {
            QueryRetrieve user = new QueryRetrieve(association);
            for (Map.Entry<Integer, String> exact : Map.of(
                            Tag.PatientID, "HH-1",
                            Tag.AccessionNumber, "A 1",
                            Tag.StudyInstanceUID, "1.2.3")
                    .entrySet()) {
                DataSet keys = keys();
                keys.setString(exact.getKey(), exact.getValue());
                List<DataSet> found = new ArrayList<>();
                assertEquals(
                        0, user.find(FIND, keys, Terms.upTo(10), found::add).status());
                assertEquals(1, found.size(), Dictionary.keywordOf(exact.getKey()));
                assertEquals("Sample^Anna", found.get(0).string(Tag.PatientName));
            }
            for (Map.Entry<Integer, String> search : Map.of(
                            Tag.PatientName, "SAM*",
                            Tag.PatientID, "HH*",
                            Tag.StudyDate, "20240101-")
                    .entrySet()) {
                DataSet keys = keys();
                keys.setString(search.getKey(), search.getValue());
                assertEquals(
                        0xA700,
                        user.find(FIND, keys, Terms.upTo(10), match -> true).status());
            }
            association.release();
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(1, TimeUnit.MINUTES)) {
                throw new IOException("no match came within a minute");
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    @Test
    void useOfIdentityIsAuditedBeforeAnythingIsSentAndInTheEndByCounts() throws Exception {
        view.set(View.ORIGINAL);
        CountDownLatch firstIsThere = new CountDownLatch(1);
        studies.set(visitor -> {
            many(100).scan(visitor);
            await(firstIsThere);
            many(100).scan(visitor);
        });
        AtomicInteger auditedAtFirst = new AtomicInteger();
        try (Association association = open()) {
            Outcome outcome = new QueryRetrieve(association).find(FIND, keys(), Terms.upTo(MOST), match -> {
                auditedAtFirst.compareAndSet(0, audited.size());
                firstIsThere.countDown();
                return true;
            });
            assertEquals(0, outcome.status());
            association.release();
        }
        assertEquals(1, auditedAtFirst.get());
        assertEquals(2, audited.size());
        assertTrue(audited.get(0).contains("64 matches and more at level STUDY"), audited.get(0));
        assertTrue(audited.get(1).contains("200 matches at level STUDY"), audited.get(1));
    }

    private static RemoteStudies.Series remoteSeries(String uid, String place, int instances) {
        return new RemoteStudies.Series(uid, "2.25.1", place, 7, "made of it", "SR", instances);
    }

    private static DataSet keysWithin(String level, String series) {
        DataSet keys = new DataSet();
        keys.setString(Tag.QueryRetrieveLevel, level);
        keys.setString(Tag.StudyInstanceUID, "2.25.1");
        keys.setString(Tag.SeriesInstanceUID, series);
        keys.setString(Tag.Modality);
        keys.setString(Tag.NumberOfSeriesRelatedInstances);
        keys.setString(Tag.InstanceAvailability);
        if (level.equals("IMAGE")) {
            keys.setString(Tag.SOPInstanceUID);
        }
        return keys;
    }

    @Test
    void aSeriesThatOnlyTheBackEndHoldsIsFoundAndItsImagesAreNotSaidToBeNone() throws Exception {
        RemoteStudies.Study study = new RemoteStudies.Study("2.25.1", "ANON-1", null, null, null);
        remoteStudies.add(new RemoteStudies.Held(
                study, List.of(remoteSeries("2.25.17", "a", 2), remoteSeries("2.25.17", "b", 3))));
        List<DataSet> found = new ArrayList<>();
        try (Association association = open()) {
            QueryRetrieve user = new QueryRetrieve(association);
            Outcome series = user.find(FIND, keysWithin("SERIES", "2.25.17"), Terms.upTo(10), found::add);
            assertEquals(0, series.status());
            assertEquals(1, found.size(), "in two parts, and one series");
            assertEquals("SR", found.get(0).string(Tag.Modality));
            assertEquals("5", found.get(0).string(Tag.NumberOfSeriesRelatedInstances));
            assertEquals("OFFLINE", found.get(0).string(Tag.InstanceAvailability));
            Outcome images = user.find(FIND, keysWithin("IMAGE", "2.25.17"), Terms.upTo(10), found::add);
            assertEquals(0xC001, images.status(), "unable to process: nothing is short here");
            assertEquals("images that only the back end holds: get the series", images.comment());
            assertEquals(1, found.size());
            assertEquals(
                    0,
                    user.find(FIND, keysWithin("IMAGE", "2.25.18"), Terms.upTo(10), found::add)
                            .status(),
                    "of another series there are none");
            association.release();
        }
    }
}
