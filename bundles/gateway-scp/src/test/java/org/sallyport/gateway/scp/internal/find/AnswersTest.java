package org.sallyport.gateway.scp.internal.find;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.scp.internal.catalog.SampleSheets;
import org.sallyport.gateway.scp.internal.catalog.StudySheet;
import org.sallyport.gateway.scp.internal.query.IdentifierReader;
import org.sallyport.gateway.scp.internal.query.IdentifierReader.Negotiated;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.View;

/** What stands in the identifier of a C-FIND response (PS3.4 C.4.1.1.3.2), and in which character set. */
class AnswersTest {

    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

    private static StudySheet sheet(String name) {
        DataSet original = new DataSet();
        original.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        original.setString(Tag.PatientName, name);
        original.setString(Tag.PatientID, "HH-1");
        original.setString(Tag.StudyInstanceUID, "1.2.3");
        DataSet treated = new DataSet();
        treated.setString(Tag.PatientName, "ANON-1");
        treated.setString(Tag.PatientID, "ANON-1");
        return SampleSheets.of("2.25.1", original, treated);
    }

    private static Answers answers(Model model, DataSet keys, View view) throws Exception {
        return new Answers(IdentifierReader.query(model, keys, Negotiated.NOTHING), view, "GATE", "NEARLINE");
    }

    private static DataSet keys(String level, int... returned) {
        DataSet keys = new DataSet();
        keys.setString(Tag.QueryRetrieveLevel, level);
        for (int tag : returned) {
            keys.put(Element.empty(tag, Dictionary.vrOf(tag)));
        }
        return keys;
    }

    private static byte[] written(DataSet set) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(bytes, EXPLICIT);
        writer.write(set);
        writer.finish();
        return bytes.toByteArray();
    }

    private static boolean contains(byte[] all, byte[] part) {
        for (int at = 0; at + part.length <= all.length; at++) {
            if (Arrays.equals(all, at, at + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest(name = "asked in {0} for {1}: {2}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -              | Sample^Anna     | -              | US-ASCII
            -              | Müller^Jürgen   | ISO_IR 192     | UTF-8
            ISO_IR 100     | Sample^Anna     | ISO_IR 100     | US-ASCII
            ISO_IR 100     | Müller^Jürgen   | ISO_IR 100     | ISO-8859-1
            ISO_IR 100     | Łódź^Ewa        | ISO_IR 192     | UTF-8
            ISO_IR 101     | Łódź^Ewa        | ISO_IR 101     | ISO-8859-2
            ISO_IR 144     | Люкceмбypг      | ISO_IR 144     | ISO-8859-5
            ISO_IR 126     | Διονυσιος       | ISO_IR 126     | ISO-8859-7
            ISO_IR 192     | Müller^Jürgen   | ISO_IR 192     | UTF-8
            ISO_IR 144     | Müller^Jürgen   | ISO_IR 192     | UTF-8
            GB18030        | Wang^XiaoDong=王^小东 | GB18030   | GB18030
            """)
    void theCharacterSetIsThatOfTheQueryIfItHasAllCharactersElseUtf8(
            String asked, String name, String answered, String encoding) throws Exception {
        DataSet keys = keys("STUDY", Tag.PatientName);
        if (asked != null) {
            keys.setString(Tag.SpecificCharacterSet, asked);
        }
        DataSet answer = answers(Model.STUDY_ROOT, keys, View.ORIGINAL).study(sheet(name), Map.of());
        assertEquals(answered, answer.string(Tag.SpecificCharacterSet));
        byte[] bytes = written(answer);
        assertTrue(contains(bytes, name.getBytes(Charset.forName(encoding))), "in other bytes than it says");
        assertEquals(
                name,
                DataSetReader.readAll(new ByteArrayInputStream(bytes), EXPLICIT, Limits.DEFAULT)
                        .string(Tag.PatientName));
    }

    @Test
    void aJapaneseNameComesBackInTheCodeExtensionsThatWereAskedIn() throws Exception {
        String name = "Yamada^Tarou=山田^太郎=やまだ^たろう";
        DataSet keys = keys("STUDY", Tag.PatientName);
        keys.setString(Tag.SpecificCharacterSet, "", "ISO 2022 IR 87");
        DataSet answer = answers(Model.STUDY_ROOT, keys, View.ORIGINAL).study(sheet(name), Map.of());
        assertEquals(List.of("", "ISO 2022 IR 87"), answer.strings(Tag.SpecificCharacterSet));
        byte[] bytes = written(answer);
        // PS3.5 H.3.1: ESC $ B begins the ideographs.
        assertTrue(contains(bytes, "Yamada^Tarou=\u001b$B;3ED".getBytes(StandardCharsets.US_ASCII)));
        assertEquals(
                name,
                DataSetReader.readAll(new ByteArrayInputStream(bytes), EXPLICIT, Limits.DEFAULT)
                        .string(Tag.PatientName));
    }

    private static List<String> keywords(DataSet set) {
        return set.elements().stream()
                .map(element -> Dictionary.keywordOf(element.tag()))
                .toList();
    }

    @Test
    void whatWasAskedForIsAnsweredAndTheUniqueKeysAndNothingElse() throws Exception {
        DataSet study = keys(
                "STUDY",
                Tag.ModalitiesInStudy,
                Tag.RetrieveAETitle,
                Tag.InstanceAvailability,
                Tag.StudyDescription,
                Tag.NumberOfStudyRelatedSeries,
                Tag.NumberOfStudyRelatedInstances,
                Tag.NumberOfSeriesRelatedInstances,
                Tag.PatientAddress);
        DataSet answer = answers(Model.STUDY_ROOT, study, View.ORIGINAL).study(sheet("A^B"), Map.of());
        assertEquals(
                List.of(
                        "QueryRetrieveLevel",
                        "RetrieveAETitle",
                        "InstanceAvailability",
                        "ModalitiesInStudy",
                        "StudyDescription",
                        "StudyInstanceUID",
                        "NumberOfStudyRelatedSeries",
                        "NumberOfStudyRelatedInstances"),
                keywords(answer));
        assertEquals("STUDY", answer.string(Tag.QueryRetrieveLevel));
        assertEquals("GATE", answer.string(Tag.RetrieveAETitle));
        assertEquals("ONLINE", answer.string(Tag.InstanceAvailability));
        assertEquals(List.of("CT", "PT"), answer.strings(Tag.ModalitiesInStudy));
        assertEquals("1.2.3", answer.string(Tag.StudyInstanceUID));
        assertEquals("2", answer.string(Tag.NumberOfStudyRelatedSeries));
        assertEquals("5", answer.string(Tag.NumberOfStudyRelatedInstances));
        assertTrue(answer.strings(Tag.StudyDescription).isEmpty(), "it has none, and says so");

        DataSet patient = keys("PATIENT", Tag.NumberOfPatientRelatedStudies, Tag.NumberOfStudyRelatedSeries);
        DataSet one = answers(Model.PATIENT_ROOT, patient, View.PSEUDONYMOUS)
                .patient(sheet("A^B"), Map.of(Tag.NumberOfPatientRelatedStudies, 7));
        assertEquals(List.of("QueryRetrieveLevel", "PatientID", "NumberOfPatientRelatedStudies"), keywords(one));
        assertEquals("ANON-1", one.string(Tag.PatientID));
        assertEquals("7", one.string(Tag.NumberOfPatientRelatedStudies));
    }
}
