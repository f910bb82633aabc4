package org.sallyport.gateway.scp.internal.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.scp.internal.catalog.StudySheet.Counts;
import org.sallyport.gateway.scp.internal.query.Attributes;
import org.sallyport.gateway.scp.internal.query.IdentifierReader;
import org.sallyport.gateway.scp.internal.query.IdentifierReader.Negotiated;
import org.sallyport.gateway.scp.internal.query.Level;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.NameMatch;
import org.sallyport.gateway.scp.internal.query.Query;
import org.sallyport.gateway.scp.internal.query.View;

/** Sheets of studies, and the catalog that holds them in memory. */
class CatalogTest {

    private static final Counts COUNTS = new Counts(2, 300, 299, Set.of("CT", "PT"), Set.of("1.2.840.1", "1.2.840.2"));
    private static final long PLENTY = 64L << 20;

    private static DataSet data(String name, String id, String date) {
        DataSet data = new DataSet();
        data.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        data.setString(Tag.PatientName, name);
        data.setString(Tag.PatientID, id);
        data.setString(Tag.StudyDate, date);
        data.setString(Tag.StudyInstanceUID, "1.3.12.2.1107." + id.hashCode());
        data.setString(Tag.PatientSex, "F");
        return data;
    }

    private static StudySheet sheet(int number, String name, String id, String date, String treatedDate) {
        DataSet treated = data("ANON-" + number, "ANON-" + number, treatedDate);
        return StudySheet.of(
                "2.25.1" + number,
                "ANON-" + number,
                COUNTS,
                Attributes.of(data(name, id, date)),
                Attributes.of(treated));
    }

    @Test
    void aSheetTellsBothViewsAndNeverAMixture() throws IOException {
        DataSet original = data("Müller^Jürgen=山田", "HH-1", "20240117");
        original.setString(Tag.StudyDescription, "Thorax");
        original.setString(Tag.OtherPatientIDs, "A", "B");
        DataSet code = new DataSet();
        code.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        code.setString(Tag.CodeMeaning, "Schädel");
        original.setItems(Tag.ProcedureCodeSequence, code);
        DataSet treated = data("ANON-1", "ANON-1", "20140621");
        treated.setString(Tag.StudyDescription, "Thorax");
        StudySheet made = StudySheet.of("2.25.17", "ANON-1", COUNTS, Attributes.of(original), Attributes.of(treated));
        StudySheet sheet = StudySheet.of(made.bytes().clone());
        Attributes own = sheet.attributes(View.ORIGINAL);
        Attributes other = sheet.attributes(View.PSEUDONYMOUS);
        assertEquals("2.25.17", sheet.studyInstanceUid());
        assertEquals("ANON-1", sheet.pseudonym());
        assertEquals(2, sheet.series());
        assertEquals(300, sheet.instances());
        assertFalse(sheet.isAllHere());
        assertEquals(List.of("CT", "PT"), own.strings(Tag.ModalitiesInStudy));
        assertEquals(List.of("1.2.840.1", "1.2.840.2"), other.strings(Tag.SOPClassesInStudy));
        assertEquals(List.of("Müller^Jürgen=山田"), own.strings(Tag.PatientName));
        assertEquals(List.of("ANON-1"), other.strings(Tag.PatientName));
        assertEquals(List.of("HH-1"), own.strings(Tag.PatientID));
        assertEquals(List.of("ANON-1"), other.strings(Tag.PatientID));
        assertEquals(original.strings(Tag.StudyInstanceUID), own.strings(Tag.StudyInstanceUID));
        assertEquals(List.of("2.25.17"), other.strings(Tag.StudyInstanceUID));
        assertEquals(List.of("20240117"), own.strings(Tag.StudyDate));
        assertEquals(List.of("20140621"), other.strings(Tag.StudyDate));
        assertEquals(List.of("Thorax"), own.strings(Tag.StudyDescription));
        assertEquals(List.of("Thorax"), other.strings(Tag.StudyDescription));
        assertEquals(List.of("A", "B"), own.strings(Tag.OtherPatientIDs));
        assertEquals(List.of(), other.strings(Tag.OtherPatientIDs));
        assertEquals("Schädel", own.items(Tag.ProcedureCodeSequence).get(0).string(Tag.CodeMeaning));
        assertEquals(List.of(), other.items(Tag.ProcedureCodeSequence));
        assertEquals(List.of(), own.strings(Tag.Modality), "not of a study");
        StudySheet fewer = sheet.with(new Counts(1, 5, 5, Set.of("CT"), Set.of()));
        assertTrue(fewer.isAllHere());
        assertEquals(List.of("20240117"), fewer.attributes(View.ORIGINAL).strings(Tag.StudyDate));
        assertThrows(IOException.class, () -> StudySheet.of(new byte[] {99}));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "7",
                "20240117",
                "1.2.840.10008.5.1.4.1.1.2",
                "1.",
                ".1",
                "2.25.",
                "2.25.0",
                "2.25.01",
                "2.25.329800735698586629295641978511506172918",
                "2.25.340282366920938463463374607431768211455",
                "2.25.340282366920938463463374607431768211456",
                "2.25.1\\2.25.2",
                "-3",
                "Müller",
                "12A"
            })
    void everyTextComesBackAsItWas(String text) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        SheetCode.text(out, text);
        SheetCode.text(out, "next");
        SheetCode.Reader in = new SheetCode.Reader(out.toByteArray(), 0);
        assertEquals(text, in.text());
        assertEquals("next", in.text());
        assertFalse(in.hasMore());
    }

    @Test
    void whatIsTooLongIsLeftOut() {
        DataSet original = data("A^B", "1", "20240117");
        original.setString(Tag.PatientComments, "x".repeat(5_000));
        StudySheet sheet = StudySheet.of(
                "2.25.1", "ANON-1", COUNTS, Attributes.of(original), Attributes.of(data("P", "P", "20140101")));
        assertEquals(List.of(), sheet.attributes(View.ORIGINAL).strings(Tag.PatientComments));
        assertTrue(sheet.bytes().length < 500);
    }

    // ---- the catalog

    private static Query query(String name, String id, String dates) throws Exception {
        DataSet identifier = new DataSet();
        identifier.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        identifier.setString(Tag.QueryRetrieveLevel, "STUDY");
        identifier.setString(Tag.PatientName, name);
        identifier.setString(Tag.PatientID, id);
        identifier.setString(Tag.StudyDate, dates);
        return IdentifierReader.query(Model.STUDY_ROOT, identifier, Negotiated.NOTHING);
    }

    /** Numbers of the studies whose sheets are given out and meet the query. */
    private static Set<String> found(Catalog catalog, Query query, View view, int[] looked) throws IOException {
        Set<String> found = new TreeSet<>();
        catalog.scan(query, view, sheet -> {
            looked[0]++;
            Attributes attributes = sheet.attributes(view);
            if (query.isMet(Level.PATIENT, attributes) && query.isMet(Level.STUDY, attributes)) {
                found.add(sheet.studyInstanceUid());
            }
            return true;
        });
        return found;
    }

    @Test
    void theColumnsLeadToWhatMatchesAndToLittleElse() throws Exception {
        Catalog catalog = new Catalog(PLENTY);
        int studies = 40_000;
        for (int i = 0; i < studies; i++) {
            catalog.put(sheet(
                    i,
                    "Name" + i % 1000 + "^Given",
                    "ID" + i / 2,
                    "2024" + String.format("%02d%02d", i % 12 + 1, i % 28 + 1),
                    "2014" + String.format("%02d%02d", i % 12 + 1, i % 28 + 1)));
        }
        catalog.put(sheet(studies, "Łódź^Ewa=山田^太郎", "X", "19990101", "19890101"));
        assertEquals(studies + 1, catalog.size());
        int[] looked = {0};
        assertEquals(
                2, found(catalog, query("", "ID77", ""), View.ORIGINAL, looked).size());
        assertTrue(looked[0] < 10, looked[0] + " were looked at");
        looked[0] = 0;
        assertEquals(
                40,
                found(catalog, query("name77^*", "", ""), View.ORIGINAL, looked).size());
        assertEquals(40, looked[0]);
        looked[0] = 0;
        assertEquals(Set.of("2.25.1" + studies), found(catalog, query("lodz*", "", ""), View.ORIGINAL, looked));
        assertEquals(Set.of("2.25.1" + studies), found(catalog, query("山*", "", ""), View.ORIGINAL, looked));
        assertEquals(Set.of("2.25.1" + studies), found(catalog, query("*ewa", "", ""), View.ORIGINAL, looked));
        assertEquals(3, looked[0]);
        looked[0] = 0;
        assertEquals(Set.of("2.25.1" + studies), found(catalog, query("", "", "-20000101"), View.ORIGINAL, looked));
        assertEquals(1, looked[0]);
        // The other view has other dates, names and ids.
        assertEquals(Set.of(), found(catalog, query("", "", "20240101-"), View.PSEUDONYMOUS, looked));
        assertEquals(Set.of("2.25.1" + studies), found(catalog, query("", "", "-19900101"), View.PSEUDONYMOUS, looked));
        assertEquals(Set.of(), found(catalog, query("lodz*", "", ""), View.PSEUDONYMOUS, looked));
        assertEquals(
                Set.of("2.25.1" + studies),
                found(catalog, query("ANON-" + studies, "", ""), View.PSEUDONYMOUS, looked));
    }

    /** Whatever is passed over by its pairs of letters, nothing that matches is. */
    @Test
    void wildcardsWithinNamesFindWhatTheyWouldFindNameByName() throws Exception {
        List<String> names = List.of(
                "Smith^Eve",
                "Smythe^Eve^M",
                "Müller-Lüdenscheidt^Jürgen",
                "Łódź^Ewa=山田^太郎",
                "O'Neil^Å",
                "Li^",
                "A",
                "");
        List<String> some = new ArrayList<>(names);
        for (int i = 0; i < 300; i++) {
            some.add(names.get(i % 5) + i + "^" + names.get((i + 3) % 5).replace('^', 'x'));
        }
        some.add("x".repeat(300) + "^Smith");
        Catalog catalog = new Catalog(PLENTY);
        for (int i = 0; i < some.size(); i++) {
            catalog.put(sheet(i, some.get(i), "ID" + i, "20240101", "20140101"));
        }
        for (String pattern : List.of(
                "*mith*",
                "*th?^e*",
                "s*e^E*",
                "*lud*gen",
                "*ewa*",
                "*=山?*",
                "*dz^*=*太*",
                "?",
                "*i*^",
                "*'*",
                "*",
                "?*?",
                "smith",
                "*1*2*",
                "*x^smith")) {
            NameMatch match = new NameMatch(pattern);
            Set<String> wanted = new TreeSet<>();
            for (int i = 0; i < some.size(); i++) {
                if (!some.get(i).isEmpty() && match.matches(some.get(i))) {
                    wanted.add("2.25.1" + i);
                }
            }
            Set<String> found = found(catalog, query(pattern, "", ""), View.ORIGINAL, new int[1]);
            if (pattern.equals("*")) {
                // Of who has no name, too.
                assertTrue(found.containsAll(wanted) && found.size() == some.size(), pattern);
            } else {
                assertEquals(wanted, found, pattern);
            }
        }
    }

    @Test
    void theNewestComesFirstAndAnotherSheetReplacesTheFormer() throws Exception {
        Catalog catalog = new Catalog(PLENTY);
        for (int i = 0; i < 5; i++) {
            catalog.put(sheet(i, "A^B", "ID" + i, "20240101", "20140101"));
        }
        catalog.put(sheet(2, "C^D", "ID9", "20250101", "20150101"));
        assertEquals(5, catalog.size());
        List<String> order = new ArrayList<>();
        catalog.scan(query("", "", ""), View.ORIGINAL, sheet -> order.add(sheet.pseudonym()));
        assertEquals(List.of("ANON-4", "ANON-3", "ANON-2", "ANON-1", "ANON-0"), order);
        int[] looked = {0};
        assertEquals(Set.of("2.25.12"), found(catalog, query("c*", "", ""), View.ORIGINAL, looked));
        assertEquals(Set.of("2.25.12"), found(catalog, query("", "ID9", ""), View.ORIGINAL, looked));
        assertEquals(Set.of(), found(catalog, query("", "ID2", ""), View.ORIGINAL, looked));
        assertEquals(Set.of("2.25.12"), found(catalog, query("", "", "20250101-"), View.ORIGINAL, looked));
        assertTrue(catalog.get("2.25.13").isPresent());
        assertTrue(catalog.get("2.25.99").isEmpty());
        List<String> first = new ArrayList<>();
        catalog.scan(query("", "", ""), View.ORIGINAL, sheet -> {
            first.add(sheet.pseudonym());
            return false;
        });
        assertEquals(1, first.size(), "who has enough is given no more");
    }

    @Test
    void beyondItsMemoryItIsFullAndSaysSo() {
        Catalog catalog = new Catalog(2 << 20);
        for (int i = 0; !catalog.isFull(); i++) {
            assertTrue(i < 100_000, "it never gets full");
            catalog.put(sheet(i, "A^B", "ID" + i, "20240101", "20140101"));
        }
        int size = catalog.size();
        assertTrue(size > 1_000 && size < 20_000, "it holds " + size);
        // Those that it has can still be replaced.
        catalog.put(sheet(1, "C^D", "ID9", "20240101", "20140101"));
        assertEquals(size, catalog.size());
        assertEquals(
                List.of("C^D"),
                catalog.get("2.25.11").orElseThrow().attributes(View.ORIGINAL).strings(Tag.PatientName));
    }
}
