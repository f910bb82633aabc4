package org.sallyport.gateway.scp.internal.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.scp.internal.Fakes.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.store.StudySheets;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.scp.internal.Fakes;
import org.sallyport.gateway.scp.internal.QueryConfiguration;
import org.sallyport.gateway.scp.internal.query.IdentifierReader;
import org.sallyport.gateway.scp.internal.query.IdentifierReader.Negotiated;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.Query;
import org.sallyport.gateway.scp.internal.query.View;

/** What is asked while sheets are made. */
@Timeout(60)
class SheetKeeperTest {

    private static final String STUDY = "2.25.1";

    /** Lets the index answer. */
    private interface Gate {
        void pass() throws Exception;
    }

    private final List<StoredInstance> instances = new ArrayList<>();
    private final AtomicBoolean erased = new AtomicBoolean();
    private final AtomicReference<Gate> gate = new AtomicReference<>(() -> {});
    private final List<StudySheets.Sheet> kept = new CopyOnWriteArrayList<>();
    private final List<SheetKeeper> keepers = new ArrayList<>();
    private final SheetKeeper keeper = keeper(96);

    /** @param memory name-index-memory, MiB */
    private SheetKeeper keeper(int memory) {
        SheetKeeper made = new SheetKeeper(
                (QueryConfiguration) Proxy.newProxyInstance(
                        QueryConfiguration.class.getClassLoader(),
                        new Class<?>[] {QueryConfiguration.class, Annotation.class},
                        (proxy, method, given) ->
                                method.getName().startsWith("name") ? memory : method.getDefaultValue()),
                fake(
                        StudySheets.class,
                        Map.of(
                                "readAll",
                                        given -> {
                                            ((StudySheets.Reader) given[0]).read(List.copyOf(kept));
                                            return null;
                                        },
                                "outdated", given -> List.of(),
                                "revision", given -> Optional.of(1L),
                                "current",
                                        given -> kept.stream()
                                                .filter(sheet ->
                                                        sheet.studyInstanceUid().equals(given[0]))
                                                .findFirst(),
                                "write", given -> null)),
                fake(StudyIndex.class, Map.of("instances", given -> {
                    List<StoredInstance> now = List.copyOf(instances);
                    Objects.requireNonNull(gate.get()).pass();
                    if (now.isEmpty()) {
                        throw new IndexException("the database is away", null);
                    }
                    return now;
                })),
                fake(StudyFinder.class, Map.of("studiesOf", given -> List.of(STUDY))),
                fake(InstanceStore.class, Map.of()),
                fake(IdentityRestorer.class, Map.of()),
                fake(
                        IdentityDirectory.class,
                        Map.of(
                                "begin",
                                given -> fake(
                                        IdentityDirectory.Reading.class,
                                        Map.of(
                                                "study",
                                                uid -> Optional.of(
                                                        new IdentityDirectory.Study(
                                                                STUDY,
                                                                "ANON-1",
                                                                Map.of(),
                                                                Map.of("PatientName", "Sample^Anna"),
                                                                1,
                                                                true)))))),
                fake(
                        IdentityVault.class,
                        Map.of(
                                "seal",
                                        given -> {
                                            assertFalse(erased.get(), "there is no key");
                                            return (OutputStream) given[2];
                                        },
                                "sealHeld", given -> (OutputStream) given[1],
                                "begin",
                                        given -> fake(IdentityVault.Opening.class, Map.of("open", closed ->
                                                (InputStream) closed[1])))),
                fake(PatientRegister.class, Map.of("isErased", given -> erased.get())),
                fake(Pseudonymizer.class, Map.of("find", given -> Optional.of(fake(StudyContext.class, Map.of())))));
        keepers.add(made);
        return made;
    }

    @AfterEach
    void stop() throws IOException {
        for (SheetKeeper made : keepers) {
            made.close();
        }
    }

    private void addInstance() {
        InstanceFacts facts =
                Fakes.facts(STUDY, "2.25.3" + instances.size(), "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1");
        instances.add(new StoredInstance(
                facts, UUID.randomUUID(), "pack", 0, 1, 1, new byte[32], 1, Presence.CLEANED_UP, "file", 0));
        keeper.committed(STUDY, 1, Instant.EPOCH);
    }

    private int told() throws IOException {
        return keeper.sheet(STUDY).orElseThrow().instances();
    }

    private Thread ask(FutureTask<Integer> question) {
        Thread asker = new Thread(question);
        asker.start();
        return asker;
    }

    @Test
    void whoAsksWhileASheetIsMadeAnewIsNotToldWhatWasBefore() throws Exception {
        addInstance();
        assertEquals(1, told());
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        gate.set(() -> {
            entered.countDown();
            assertTrue(open.await(30, TimeUnit.SECONDS));
        });
        addInstance();
        FutureTask<Integer> first = new FutureTask<>(this::told);
        ask(first);
        assertTrue(entered.await(30, TimeUnit.SECONDS));
        FutureTask<Integer> second = new FutureTask<>(this::told);
        Thread asker = ask(second);
        while (!second.isDone() && asker.getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
        }
        open.countDown();
        assertEquals(2, second.get(30, TimeUnit.SECONDS));
        assertEquals(2, first.get(30, TimeUnit.SECONDS));
    }

    @Test
    void aStudyThatStillComesIsLeftUntilItIsAtRest() {
        Map<String, Long> first = Map.of("comes", 1L, "rests", 3L);
        Map<String, Long> second = Map.of("comes", 2L, "rests", 3L, "new", 1L);
        assertEquals(List.of(), SheetKeeper.atRest(Map.of(), first));
        assertEquals(List.of("rests"), SheetKeeper.atRest(first, second));
        assertEquals(Set.of("comes", "rests", "new"), Set.copyOf(SheetKeeper.atRest(second, second)));
    }

    @Test
    void aChangeWhileASheetIsMadeIsNotLost() throws Exception {
        addInstance();
        gate.set(() -> {
            gate.set(() -> {});
            addInstance();
        });
        told();
        assertEquals(2, told());
    }

    private List<String> names() throws IOException {
        return keeper.sheet(STUDY).orElseThrow().attributes(View.ORIGINAL).strings(Tag.PatientName);
    }

    @Test
    void whoIsErasedIsForgottenAtOnce() throws Exception {
        addInstance();
        assertEquals(List.of("Sample^Anna"), names());
        erased.set(true);
        keeper.erased(Set.of("ANON-1"));
        assertEquals(List.of(), names());
        assertEquals(1, told(), "what was kept de-identified is still found");
    }

    private void delete(int number) {
        StoredInstance there = instances.get(number);
        instances.set(
                number,
                new StoredInstance(
                        there.facts(),
                        there.frameId(),
                        there.packId(),
                        0,
                        1,
                        1,
                        new byte[32],
                        1,
                        Presence.DELETED,
                        null,
                        0));
        keeper.removed(STUDY);
    }

    @Test
    void whatIsDeletedIsNoLongerCountedWhoeverAsksNext() throws Exception {
        addInstance();
        addInstance();
        addInstance();
        assertEquals(3, told());
        delete(1);
        assertEquals(2, told());
        delete(0);
        delete(2);
        assertEquals(0, told(), "and a study without images is not found");
    }

    @Test
    void whatHasNoRoomIsFoundByItsUidAndSearchesAreRefusedNeverAnsweredInPart() throws Exception {
        int last = 20_000;
        List<StudySheets.Sheet> many = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            many.add(new StudySheets.Sheet(
                    "2.25.1" + i, SampleSheets.of("2.25.1" + i, 1).bytes()));
        }
        kept.addAll(many);
        SheetKeeper small = keeper(1);
        DataSet keys = new DataSet();
        keys.setString(Tag.QueryRetrieveLevel, "STUDY");
        keys.setString(Tag.PatientName, "SAM*");
        Query query = IdentifierReader.query(Model.STUDY_ROOT, keys, Negotiated.NOTHING);
        Sheets.NotSearchableException refused = refusedBecauseFull(small, query);
        assertEquals("more names than name-index-memory: ask by id or UID", refused.getMessage());
        assertFalse(small.isSearchable());
        assertEquals(1, small.sheet("2.25.1" + last).orElseThrow().instances());
    }

    /** Once all were read; before that it is refused for another reason. */
    private static Sheets.NotSearchableException refusedBecauseFull(SheetKeeper small, Query query) {
        while (true) {
            Sheets.NotSearchableException refused = assertThrows(
                    Sheets.NotSearchableException.class, () -> small.scan(query, View.ORIGINAL, sheet -> true));
            if (!String.valueOf(refused.getMessage()).startsWith("names are being read")) {
                return refused;
            }
            Thread.onSpinWait();
        }
    }
}
