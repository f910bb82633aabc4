package org.sallyport.gateway.scp.internal.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.scp.internal.Fakes.fake;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.scp.internal.QueryConfiguration;
import org.sallyport.gateway.scp.internal.query.IdentifierReader;
import org.sallyport.gateway.scp.internal.query.IdentifierReader.Negotiated;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.Query;
import org.sallyport.gateway.scp.internal.query.View;

/** What is found of studies that only the back end holds, beside one of ours. */
@Timeout(60)
class RemoteSheetsTest {

    private static final String OURS = "2.25.1";
    private static final String FROM_BEFORE = "1.2.3.4";
    private static final String NEW_OF_A_PATIENT = "1.2.3.5";
    private static final String OF_NOBODY = "1.2.3.6";

    private final List<RemoteStudies.Held> held = new CopyOnWriteArrayList<>();
    private final AtomicInteger rounds = new AtomicInteger();
    private final Map<String, StudySheet> known = new ConcurrentHashMap<>();
    private volatile boolean away;
    private volatile boolean erased;
    private final Sheets own = fake(
            Sheets.class,
            Map.of(
                    "sheet", given -> Optional.ofNullable(known.get(given[0])),
                    "has", given -> known.containsKey(given[0]),
                    "isSearchable", given -> true,
                    "scan",
                            given -> {
                                for (StudySheet sheet : known.values()) {
                                    if (!((Sheets.Visitor) given[2]).visit(sheet)) {
                                        break;
                                    }
                                }
                                return null;
                            }));
    private final RemoteSheets remote = remote(96);
    private final Sheets merged = new MergedSheets(own, remote);

    private RemoteSheets remote(int memory) {
        return new RemoteSheets(
                (QueryConfiguration) Proxy.newProxyInstance(
                        QueryConfiguration.class.getClassLoader(),
                        new Class<?>[] {QueryConfiguration.class, Annotation.class},
                        (proxy, method, given) ->
                                method.getName().startsWith("name") ? memory : method.getDefaultValue()),
                fake(
                        RemoteStudies.class,
                        Map.of(
                                "rounds", given -> (long) rounds.get(),
                                "study",
                                        given -> held.stream()
                                                .filter(one -> one.study()
                                                        .studyInstanceUid()
                                                        .equals(given[0]))
                                                .findFirst(),
                                "readAll",
                                        given -> {
                                            if (away) {
                                                throw new IndexException("the database is away", null);
                                            }
                                            ((RemoteStudies.Reader) given[0]).read(List.copyOf(held));
                                            return null;
                                        })),
                own,
                fake(
                        IdentityDirectory.class,
                        Map.of(
                                "begin",
                                given -> fake(
                                        IdentityDirectory.Reading.class,
                                        Map.of(
                                                "study",
                                                uid -> uid[0].equals(FROM_BEFORE) && !erased
                                                        ? Optional.of(kept())
                                                        : Optional.empty(),
                                                "patient",
                                                name -> Optional.of(
                                                        new IdentityDirectory.Patient(
                                                                "ANON-1",
                                                                Set.of("ANON-1"),
                                                                Map.of(
                                                                        "PatientName",
                                                                        "Sample^Anna",
                                                                        "PatientID",
                                                                        "HH-1"))))))),
                fake(
                        PatientRegister.class,
                        Map.of("present", given -> given[0].equals("ANON-1") && !erased ? "ANON-1" : null)),
                fake(
                        Pseudonymizer.class,
                        Map.of(
                                "find",
                                given -> given[0].equals(FROM_BEFORE)
                                        ? Optional.of(fake(StudyContext.class, Map.of("keepsUids", none -> true)))
                                        : Optional.empty())));
    }

    private static IdentityDirectory.Study kept() {
        return new IdentityDirectory.Study(
                FROM_BEFORE,
                "ANON-1",
                Map.of("StudyDate", "20190203", "AccessionNumber", "A 1"),
                Map.of("PatientName", "Sample^Anna", "PatientID", "HH-1"),
                1,
                true);
    }

    @AfterEach
    void stop() {
        remote.close();
    }

    private void hold(String study, String pseudonym, String... series) {
        List<RemoteStudies.Series> all = new ArrayList<>();
        for (String uid : series) {
            all.add(new RemoteStudies.Series(uid, study, "there", 1, null, "SR", 2));
        }
        held.add(new RemoteStudies.Held(
                new RemoteStudies.Study(study, pseudonym, "19700101", "101112", "described"), all));
    }

    /** And waits until what was put is found. */
    private void endRound() {
        rounds.incrementAndGet();
        while (!held.stream().allMatch(one -> remote.has(one.study().studyInstanceUid()))) {
            Thread.onSpinWait();
        }
    }

    private static Query query(int tag, String value) throws Exception {
        DataSet keys = new DataSet();
        keys.setString(Tag.QueryRetrieveLevel, "STUDY");
        keys.setString(Tag.StudyInstanceUID);
        keys.setString(tag, value);
        return IdentifierReader.query(Model.STUDY_ROOT, keys, Negotiated.NOTHING);
    }

    /** UIDs of what a scan leads to and who sees this view is shown. */
    private List<String> found(View view, int tag, String value) throws Exception {
        List<String> found = new ArrayList<>();
        merged.scan(query(tag, value), view, sheet -> {
            if (sheet.isShownIn(view)) {
                found.add(sheet.studyInstanceUid());
            }
            return true;
        });
        return found.stream().sorted().toList();
    }

    private List<String> texts(String study, View view, int tag) throws IOException {
        return merged.sheet(study).orElseThrow().attributes(view).strings(tag);
    }

    @Test
    void eachIsShownToThoseWhoMaySeeWhatIsKnownOfIt() throws Exception {
        hold(FROM_BEFORE, "ANON-1", "1.2.3.4.1", "1.2.3.4.2");
        hold(NEW_OF_A_PATIENT, "ANON-1", "1.2.3.5.1");
        hold(OF_NOBODY, "ANON-9", "1.2.3.6.1");
        endRound();
        assertEquals(
                List.of(FROM_BEFORE, NEW_OF_A_PATIENT, OF_NOBODY), found(View.PSEUDONYMOUS, Tag.StudyDescription, "*"));
        assertEquals(List.of(FROM_BEFORE, NEW_OF_A_PATIENT), found(View.ORIGINAL, Tag.PatientName, "sample*"));
        assertFalse(merged.sheet(OF_NOBODY).orElseThrow().isShownIn(View.ORIGINAL));

        assertEquals(List.of("20190203"), texts(FROM_BEFORE, View.ORIGINAL, Tag.StudyDate));
        assertEquals(List.of("A 1"), texts(FROM_BEFORE, View.ORIGINAL, Tag.AccessionNumber));
        assertEquals(List.of("101112"), texts(FROM_BEFORE, View.ORIGINAL, Tag.StudyTime), "it was not changed");
        assertEquals(List.of("HH-1"), texts(FROM_BEFORE, View.ORIGINAL, Tag.PatientID));
        assertEquals(List.of("19700101"), texts(FROM_BEFORE, View.PSEUDONYMOUS, Tag.StudyDate));
        assertEquals(List.of("ANON-1"), texts(FROM_BEFORE, View.PSEUDONYMOUS, Tag.PatientName));
        assertEquals(List.of(), texts(FROM_BEFORE, View.PSEUDONYMOUS, Tag.AccessionNumber));
        assertEquals(List.of("HH-1"), texts(NEW_OF_A_PATIENT, View.ORIGINAL, Tag.PatientID));
        assertEquals(List.of(NEW_OF_A_PATIENT), texts(NEW_OF_A_PATIENT, View.ORIGINAL, Tag.StudyInstanceUID));
        StudySheet sheet = merged.sheet(FROM_BEFORE).orElseThrow();
        assertEquals(2, sheet.series());
        assertEquals(4, sheet.instances());
        assertFalse(sheet.isAllHere());
    }

    @Test
    void whoIsErasedIsForgottenAtOnceAndFoundByWhatTheBackEndTells() throws Exception {
        hold(FROM_BEFORE, "ANON-1", "1.2.3.4.1");
        hold(NEW_OF_A_PATIENT, "ANON-1", "1.2.3.5.1");
        endRound();
        assertEquals(List.of(FROM_BEFORE, NEW_OF_A_PATIENT), found(View.ORIGINAL, Tag.PatientName, "sample*"));
        erased = true;
        remote.erased(Set.of("ANON-1"));
        for (String study : List.of(FROM_BEFORE, NEW_OF_A_PATIENT)) {
            assertFalse(merged.sheet(study).orElseThrow().isShownIn(View.ORIGINAL));
        }
        while (!remote.isSearchable()) {
            Thread.onSpinWait();
        }
        assertEquals(List.of(), found(View.ORIGINAL, Tag.PatientName, "*"));
        assertEquals(List.of(FROM_BEFORE, NEW_OF_A_PATIENT), found(View.PSEUDONYMOUS, Tag.StudyDescription, "*"));
    }

    @Test
    void seriesThatWereMadeOfAStudyOfOursAreCountedWithIt() throws Exception {
        known.put(OURS, SampleSheets.of(OURS, 5));
        hold(OURS, "ANON-1", "1.2.3.9");
        endRound();
        assertEquals(List.of(OURS), found(View.PSEUDONYMOUS, Tag.StudyDescription, "*"), "once");
        StudySheet sheet = merged.sheet(OURS).orElseThrow();
        assertEquals(2, sheet.series());
        assertEquals(7, sheet.instances());
        assertEquals(List.of("CT", "SR"), sheet.modalities());
        assertFalse(sheet.isAllHere());
        assertTrue(sheet.isShownIn(View.ORIGINAL));
        known.put(OURS, SampleSheets.of(OURS, 0));
        assertEquals(0, merged.sheet(OURS).orElseThrow().instances(), "what was deleted here stays deleted");
    }

    @Test
    void whatTheBackEndNoLongerHoldsIsNoLongerFound() throws Exception {
        hold(OF_NOBODY, "ANON-9", "1.2.3.6.1");
        endRound();
        assertTrue(merged.sheet(OF_NOBODY).isPresent());
        held.clear();
        rounds.incrementAndGet();
        while (remote.has(OF_NOBODY)) {
            Thread.onSpinWait();
        }
        assertTrue(merged.sheet(OF_NOBODY).isEmpty());
        assertEquals(List.of(), found(View.PSEUDONYMOUS, Tag.StudyDescription, "*"));
    }

    @Test
    void whileTheIndexCannotBeReadWhatWasReadBeforeIsFound() throws Exception {
        hold(OF_NOBODY, "ANON-9", "1.2.3.6.1");
        endRound();
        away = true;
        rounds.incrementAndGet();
        assertEquals(List.of(OF_NOBODY), found(View.PSEUDONYMOUS, Tag.StudyDescription, "*"));
        away = false;
        hold(FROM_BEFORE, "ANON-1", "1.2.3.4.1");
        while (!remote.has(FROM_BEFORE)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whatHasNoRoomIsFoundByItsUidAndSearchesAreRefusedNeverAnsweredInPart() throws Exception {
        for (int i = 0; i < 3_000; i++) {
            hold("1.2.9." + i, "ANON-9", "1.2.9." + i + ".1");
        }
        RemoteSheets small = remote(1);
        try {
            Sheets both = new MergedSheets(own, small);
            Sheets.NotSearchableException refused = assertThrows(
                    Sheets.NotSearchableException.class,
                    () -> both.scan(query(Tag.StudyDescription, "*"), View.PSEUDONYMOUS, sheet -> true));
            assertEquals("more names than name-index-memory: ask by id or UID", refused.getMessage());
            assertFalse(both.isSearchable());
            assertTrue(both.sheet("1.2.9.2999").isPresent());
            assertTrue(both.sheet("1.2.9.3000").isEmpty());
        } finally {
            small.close();
        }
    }
}
