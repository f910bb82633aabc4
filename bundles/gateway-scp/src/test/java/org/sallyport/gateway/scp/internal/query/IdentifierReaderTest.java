package org.sallyport.gateway.scp.internal.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.scp.internal.query.IdentifierReader.Negotiated;

/** What is taken for an identifier of a C-FIND, C-MOVE or C-GET (PS3.4 C.4.1.1.3, C.4.2.1.4), and what is refused, naming the attribute. */
class IdentifierReaderTest {

    private static final Negotiated RELATIONAL = new Negotiated(true, false);

    private static DataSet identifier(String level, String... keys) {
        DataSet identifier = new DataSet();
        if (!level.isEmpty()) {
            identifier.setString(Tag.QueryRetrieveLevel, level);
        }
        for (String key : keys) {
            int equals = key.indexOf('=');
            int tag = Dictionary.tagOf(key.substring(0, equals)).orElseThrow();
            String value = key.substring(equals + 1);
            if (value.isEmpty()) {
                identifier.put(Element.empty(tag, Dictionary.vrOf(tag)));
            } else {
                identifier.setString(tag, value.split("\\\\", -1));
            }
        }
        return identifier;
    }

    private static Query read(Model model, DataSet identifier) throws BadIdentifier {
        return IdentifierReader.query(model, identifier, Negotiated.NOTHING);
    }

    private static String offending(Model model, DataSet identifier, Negotiated negotiated) {
        BadIdentifier e =
                assertThrows(BadIdentifier.class, () -> IdentifierReader.query(model, identifier, negotiated));
        assertTrue(String.valueOf(e.getMessage()).length() <= 64, e.getMessage());
        return Dictionary.keywordOf(e.tag());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''      | StudyInstanceUID=                          | QueryRetrieveLevel
            FRAME   | StudyInstanceUID=                          | QueryRetrieveLevel
            study   | StudyInstanceUID=                          | QueryRetrieveLevel
            INSTANCE | StudyInstanceUID=1.2;SeriesInstanceUID=1.3 | QueryRetrieveLevel
            PATIENT | PatientID=                                 | QueryRetrieveLevel
            SERIES  | SeriesInstanceUID=                         | StudyInstanceUID
            SERIES  | StudyInstanceUID=                          | StudyInstanceUID
            SERIES  | StudyInstanceUID=1.2\\1.3                  | StudyInstanceUID
            IMAGE   | StudyInstanceUID=1.2                       | SeriesInstanceUID
            IMAGE   | StudyInstanceUID=1.2;SeriesInstanceUID=1.3\\1.4 | SeriesInstanceUID
            STUDY   | Modality=CT                                | Modality
            STUDY   | SeriesInstanceUID=1.2                      | SeriesInstanceUID
            STUDY   | SOPInstanceUID=1.2                         | SOPInstanceUID
            SERIES  | StudyInstanceUID=1.2;InstanceNumber=3      | InstanceNumber
            STUDY   | StudyDate=2024                             | StudyDate
            STUDY   | StudyDate=20240132                         | StudyDate
            STUDY   | StudyDate=20240101-20240199                | StudyDate
            STUDY   | StudyDate=2024010*                         | StudyDate
            STUDY   | StudyDate=-                                | StudyDate
            STUDY   | StudyDate=20240101-20240102-20240103       | StudyDate
            STUDY   | StudyDate=20240101\\20240102               | StudyDate
            STUDY   | StudyTime=2500                             | StudyTime
            STUDY   | StudyTime=1                                | StudyTime
            STUDY   | StudyInstanceUID=1.2*                      | StudyInstanceUID
            STUDY   | StudyInstanceUID=1.2\\1.x                  | StudyInstanceUID
            STUDY   | StudyInstanceUID=1.2\\1..2                 | StudyInstanceUID
            STUDY   | PatientWeight=heavy                        | PatientWeight
            """)
    void aBadIdentifierIsRefusedByTheAttributeThatIsWrong(String level, String keys, String offending) {
        assertEquals(offending, offending(Model.STUDY_ROOT, identifier(level, keys.split(";")), Negotiated.NOTHING));
    }

    @Test
    void thePatientRootNeedsThePatientBelowPatients() throws BadIdentifier {
        assertEquals("PatientID", offending(Model.PATIENT_ROOT, identifier("STUDY", "StudyDate="), Negotiated.NOTHING));
        assertEquals(
                "PatientID", offending(Model.PATIENT_ROOT, identifier("STUDY", "PatientID=A*"), Negotiated.NOTHING));
        assertEquals(
                "StudyDate",
                offending(Model.PATIENT_ROOT, identifier("PATIENT", "StudyDate=20240101"), Negotiated.NOTHING));
        read(Model.PATIENT_ROOT, identifier("STUDY", "PatientID=A"));
        read(Model.PATIENT_ROOT, identifier("PATIENT", "PatientName=A*"));
        // In the Study Root the patient is part of the study (PS3.4 C.6.2.1).
        read(Model.STUDY_ROOT, identifier("STUDY", "PatientID=A*", "PatientName=B*"));
    }

    @Test
    void relationalQueriesNeedNoUniqueKeysAbove() throws BadIdentifier {
        Query query = IdentifierReader.query(
                Model.STUDY_ROOT, identifier("IMAGE", "Modality=CT", "StudyDate=20240101-"), RELATIONAL);
        assertTrue(query.hasConditions(Level.SERIES));
        assertTrue(query.hasConditions(Level.STUDY));
        // A lower level stays out of reach.
        assertEquals(
                "InstanceNumber", offending(Model.STUDY_ROOT, identifier("SERIES", "InstanceNumber=1"), RELATIONAL));
    }

    @Test
    void returnKeysThatAreNotSupportedAreTold() throws BadIdentifier {
        Query plain = read(Model.STUDY_ROOT, identifier("STUDY", "PatientName=", "NumberOfStudyRelatedInstances="));
        assertTrue(plain.allSupported());
        assertEquals(
                Set.of(Tag.QueryRetrieveLevel, Tag.PatientName, Tag.NumberOfStudyRelatedInstances), plain.returned());
        Query unsupported = read(Model.STUDY_ROOT, identifier("STUDY", "PatientName=", "PatientAddress="));
        assertFalse(unsupported.allSupported());
        assertFalse(unsupported.returned().contains(Tag.PatientAddress));
        DataSet groupLength = identifier("STUDY", "PatientName=");
        groupLength.put(Element.of(0x00080000, VR.UL, new byte[] {80, 0, 0, 0}));
        assertFalse(read(Model.STUDY_ROOT, groupLength).returned().contains(0x00080000), "no answer tells it");
        Query lower = read(Model.STUDY_ROOT, identifier("STUDY", "SeriesDescription="));
        assertFalse(lower.allSupported());
        assertFalse(lower.returned().contains(Tag.SeriesDescription));
        // What is not matched with is told too, and returned.
        Query counted = read(Model.STUDY_ROOT, identifier("STUDY", "NumberOfStudyRelatedInstances=5"));
        assertFalse(counted.allSupported());
        assertTrue(counted.returned().contains(Tag.NumberOfStudyRelatedInstances));
    }

    @Test
    void whatAnIndexKnowsIsFound() throws BadIdentifier {
        Query query = read(
                Model.STUDY_ROOT,
                identifier(
                        "STUDY",
                        "PatientID=A1",
                        "AccessionNumber=77",
                        "StudyDate=20240101-20240131",
                        "PatientName=SAM*",
                        "StudyInstanceUID=1.2\\1.3\\1.2"));
        assertEquals("A1", query.exact().get(Tag.PatientID));
        assertEquals("77", query.exact().get(Tag.AccessionNumber));
        assertEquals(List.of("1.2", "1.3"), query.unique(Level.STUDY));
        NameMatch name = query.name();
        assertEquals("SAM", name == null ? null : name.prefix());
        RangeMatch dates = query.dates();
        assertEquals(30, dates == null ? 0 : dates.lastDay() - dates.firstDay());
        Query open = read(Model.STUDY_ROOT, identifier("STUDY", "PatientID=A*", "PatientName=*"));
        assertTrue(open.exact().isEmpty());
        assertNull(open.name());
        assertNull(open.dates());
    }

    @Test
    void theValueRepresentationIsNotThePeersToSay() {
        DataSet text = identifier("STUDY");
        text.setString(Tag.StudyDate, VR.LO, "2024*");
        assertEquals("StudyDate", offending(Model.STUDY_ROOT, text, Negotiated.NOTHING));
        DataSet sequence = identifier("STUDY");
        sequence.put(Element.sequence(Tag.PatientID, List.of(new DataSet())));
        assertEquals("PatientID", offending(Model.STUDY_ROOT, sequence, Negotiated.NOTHING));
        DataSet none = identifier("STUDY");
        none.setString(Tag.ProcedureCodeSequence, VR.LO, "x");
        assertEquals("ProcedureCodeSequence", offending(Model.STUDY_ROOT, none, Negotiated.NOTHING));
    }

    @Test
    void anUnknownCharacterSetIsRefused() {
        DataSet identifier = identifier("STUDY", "PatientName=A");
        identifier.setString(Tag.SpecificCharacterSet, "KLINGON");
        assertEquals("SpecificCharacterSet", offending(Model.STUDY_ROOT, identifier, Negotiated.NOTHING));
    }

    // ---- sequences

    private static DataSet code(String value, String meaning) {
        DataSet item = new DataSet();
        if (!value.isEmpty()) {
            item.setString(Tag.CodeValue, value);
        }
        item.setString(Tag.CodeMeaning, meaning);
        return item;
    }

    @Test
    void anItemHasToMeetAllKeysOfTheItem() throws BadIdentifier {
        DataSet study = new DataSet();
        study.setItems(Tag.ProcedureCodeSequence, code("A", "one"), code("B", "two"));
        assertTrue(meets(study, code("B", "t*")));
        assertTrue(meets(study, code("", "one")));
        assertFalse(meets(study, code("A", "two")));
        // Universal: no item, an empty one, or one with empty keys.
        assertTrue(meets(study, new DataSet()));
        assertTrue(meets(new DataSet(), new DataSet()));
        assertFalse(meets(new DataSet(), code("A", "one")));
        // In the character set of the query, which its items do not repeat.
        DataSet keys = identifier("STUDY");
        keys.setString(Tag.SpecificCharacterSet, "ISO_IR 100");
        DataSet meaning = new DataSet();
        meaning.put(Element.of(Tag.CodeMeaning, VR.LO, new byte[] {'S', 'c', 'h', (byte) 0xE4, '*', ' '}));
        keys.setItems(Tag.ProcedureCodeSequence, meaning);
        DataSet skull = new DataSet();
        skull.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        DataSet item = new DataSet();
        item.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        item.setString(Tag.CodeMeaning, "Schädel");
        skull.setItems(Tag.ProcedureCodeSequence, item);
        assertTrue(read(Model.STUDY_ROOT, keys).isMet(Level.STUDY, Attributes.of(skull)));
        DataSet two = identifier("STUDY");
        two.setItems(Tag.ProcedureCodeSequence, code("A", "x"), code("B", "x"));
        assertEquals("ProcedureCodeSequence", offending(Model.STUDY_ROOT, two, Negotiated.NOTHING));
    }

    private static boolean meets(DataSet study, DataSet item) throws BadIdentifier {
        DataSet identifier = identifier("STUDY");
        identifier.setItems(Tag.ProcedureCodeSequence, item);
        return read(Model.STUDY_ROOT, identifier).isMet(Level.STUDY, Attributes.of(study));
    }

    // ---- date and time together

    @Test
    void datesAndTimesAreTakenTogetherOnlyIfThatWasAgreed() throws BadIdentifier {
        DataSet keys = identifier("STUDY", "StudyDate=20240110-20240112", "StudyTime=0900-1700");
        Query apart = IdentifierReader.query(Model.STUDY_ROOT, keys, Negotiated.NOTHING);
        Query together = IdentifierReader.query(Model.STUDY_ROOT, keys, new Negotiated(false, true));
        DataSet night = identifier("STUDY", "StudyDate=20240111", "StudyTime=030000");
        DataSet before = identifier("STUDY", "StudyDate=20240110", "StudyTime=085959");
        DataSet after = identifier("STUDY", "StudyDate=20240112", "StudyTime=170100");
        DataSet last = identifier("STUDY", "StudyDate=20240112", "StudyTime=170059");
        assertFalse(apart.isMet(Level.STUDY, Attributes.of(night)));
        assertTrue(together.isMet(Level.STUDY, Attributes.of(night)));
        for (Query query : List.of(apart, together)) {
            assertFalse(query.isMet(Level.STUDY, Attributes.of(before)));
            assertFalse(query.isMet(Level.STUDY, Attributes.of(after)));
            assertTrue(query.isMet(Level.STUDY, Attributes.of(last)));
        }
    }

    // ---- what is retrieved

    private static String offendingRetrieval(Model model, boolean relational, DataSet identifier) {
        BadIdentifier e = assertThrows(BadIdentifier.class, () -> RetrieveKeys.of(model, identifier, relational));
        return Dictionary.keywordOf(e.tag());
    }

    @Test
    void aRetrievalNamesUniqueKeys() throws BadIdentifier {
        RetrieveKeys studies = RetrieveKeys.of(
                Model.STUDY_ROOT, identifier("STUDY", "StudyInstanceUID=1.2\\1.3", "PatientID=X"), false);
        assertEquals(List.of("1.2", "1.3"), studies.of(Level.STUDY));
        assertEquals(List.of(), studies.of(Level.PATIENT), "the Study Root knows no patients");
        RetrieveKeys images = RetrieveKeys.of(Model.STUDY_ROOT, identifier("IMAGE", "SOPInstanceUID=1.4\\1.5"), true);
        assertEquals(List.of("1.4", "1.5"), images.of(Level.IMAGE));
        assertEquals("StudyInstanceUID", offendingRetrieval(Model.STUDY_ROOT, false, identifier("STUDY")));
        assertEquals(
                "StudyInstanceUID",
                offendingRetrieval(Model.STUDY_ROOT, false, identifier("SERIES", "SeriesInstanceUID=1.3")));
        assertEquals(
                "SeriesInstanceUID",
                offendingRetrieval(
                        Model.STUDY_ROOT, false, identifier("STUDY", "StudyInstanceUID=1.2", "SeriesInstanceUID=1.3")));
        assertEquals(
                "StudyInstanceUID",
                offendingRetrieval(Model.STUDY_ROOT, false, identifier("STUDY", "StudyInstanceUID=1.2\\*")));
        assertEquals(
                "PatientID",
                offendingRetrieval(Model.PATIENT_ROOT, false, identifier("STUDY", "StudyInstanceUID=1.2")));
        assertEquals("PatientID", offendingRetrieval(Model.PATIENT_ROOT, false, identifier("PATIENT", "PatientID=A*")));
        assertEquals(
                "QueryRetrieveLevel",
                offendingRetrieval(Model.STUDY_ROOT, false, identifier("PATIENT", "PatientID=A")));
    }
}
