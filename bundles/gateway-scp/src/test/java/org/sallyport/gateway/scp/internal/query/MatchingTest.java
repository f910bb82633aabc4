package org.sallyport.gateway.scp.internal.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.scp.internal.query.IdentifierReader.Negotiated;

/** Matching (PS3.4 C.2.2.2): keys and values against expectations that were written by hand. */
class MatchingTest {

    private static final Negotiated RELATIONAL = new Negotiated(true, false);

    /** Whether a study with this value meets a key with that one. */
    private static boolean matches(String keyword, String key, String value) throws BadIdentifier {
        int tag = Dictionary.tagOf(keyword).orElseThrow();
        DataSet identifier = new DataSet();
        identifier.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        identifier.setString(Tag.QueryRetrieveLevel, "IMAGE");
        put(identifier, tag, key);
        DataSet entity = new DataSet();
        entity.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        put(entity, tag, value);
        Query query = IdentifierReader.query(Model.PATIENT_ROOT, identifier, RELATIONAL);
        return Arrays.stream(Level.values()).allMatch(level -> query.isMet(level, Attributes.of(entity)));
    }

    static void put(DataSet into, int tag, String value) {
        if (value == null || value.isEmpty()) {
            into.put(Element.empty(tag, Dictionary.vrOf(tag)));
        } else if (Dictionary.vrOf(tag).isText()) {
            into.setString(tag, value.split("\\\\", -1));
        } else {
            into.setInt(tag, Long.parseLong(value));
        }
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @CsvSource(delimiter = '|', textBlock = MatchingRows.USUAL + MatchingRows.OTHERS)
    void aKeyMeetsAValueOrNot(String keyword, String key, String value, boolean expected) throws BadIdentifier {
        assertEquals(expected, matches(keyword, key, value));
    }
}
