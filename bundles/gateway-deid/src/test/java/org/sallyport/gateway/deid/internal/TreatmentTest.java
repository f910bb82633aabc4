package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/** The one rule for attributes (PS3.15 Table E.1-1, options of E.3), at top level and in items. */
class TreatmentTest {

    private static final Profile BASIC = Profile.BASIC;
    private static final Profile SHIFTED = Gate.SHIFTED;

    private static DataSet treat(Profile profile, Element... elements) {
        DataSet dataSet = new DataSet();
        for (Element element : elements) {
            dataSet.put(element);
        }
        return new Treatment(new Rules(profile), FakeVault.Study.ONE).treatTail(dataSet);
    }

    private static DataSet treatHead(Profile profile, DataSet head) {
        return new Treatment(new Rules(profile), FakeVault.Study.ONE).treatHead(head);
    }

    private static Element text(int tag, String value) {
        return Gate.text(tag, Dictionary.vrOf(tag), value);
    }

    private static String value(DataSet dataSet, int tag) {
        Element element = dataSet.get(tag);
        return element == null ? "absent" : new String(element.bytes(), StandardCharsets.ISO_8859_1);
    }

    /** What the rule makes of an attribute, after checking that three sequences deeper it makes the same of it. */
    private static String treated(Profile profile, Element element) {
        String top = value(treat(profile, element), element.tag());
        DataSet deepest = new DataSet();
        deepest.put(element);
        DataSet nested = deepest;
        for (int i = 0; i < 3; i++) {
            DataSet outer = new DataSet();
            outer.setItems(Tag.SharedFunctionalGroupsSequence, nested);
            nested = outer;
        }
        DataSet result = treat(profile, nested.elements().get(0));
        for (int i = 0; i < 3; i++) {
            result = result.items(Tag.SharedFunctionalGroupsSequence).get(0);
        }
        assertEquals(top, value(result, element.tag()), "nested");
        return top;
    }

    private static String treated(Profile profile, int tag, String value) {
        return treated(profile, text(tag, value));
    }

    @Test
    void nameAndIdBecomeThePseudonymAtEveryDepth() {
        assertEquals("ANON-0123456789AB", treated(BASIC, Tag.PatientName, "DOE^JANE"));
        assertEquals("ANON-0123456789AB", treated(BASIC, Tag.PatientID, "MRN4711"));
        assertEquals("ANON-0123456789AB", treated(SHIFTED, Tag.PatientName, ""));
    }

    /** Receivers put images without name and id under one patient. */
    @Test
    void aMissingNameOrIdIsAddedAndToldToBeAdded() {
        Treatment treatment = new Treatment(new Rules(BASIC), FakeVault.Study.ONE);
        DataSet treated = treatment.treatHead(new DataSet());
        assertEquals("ANON-0123456789AB", treated.string(Tag.PatientName));
        assertEquals("ANON-0123456789AB", treated.string(Tag.PatientID));
        assertTrue(treatment.added().containsAll(List.of(Tag.PatientName, Tag.PatientID)));
    }

    /** Explicit VR may name any representation; the pseudonym comes in the right one. */
    @ParameterizedTest
    @EnumSource(
            value = VR.class,
            names = {"SQ", "OW", "UN", "FD", "PN", "LO", "UT"})
    void thePseudonymHasItsOwnRepresentationWhateverCame(VR vr) {
        for (int tag : new int[] {Tag.PatientName, Tag.PatientID}) {
            Element treated =
                    Objects.requireNonNull(treat(BASIC, Element.empty(tag, vr)).get(tag));
            assertEquals(Dictionary.vrOf(tag), treated.vr());
            assertEquals("ANON-0123456789AB", new String(treated.bytes(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void tableActionsOfTheBasicProfile() {
        assertEquals("absent", treated(BASIC, Tag.InstitutionAddress, "Main Street 1"), "X");
        assertEquals("", treated(BASIC, Tag.AccessionNumber, "A4711"), "Z");
        assertEquals("", treated(BASIC, Tag.PatientBirthDate, "19500101"), "Z");
        assertEquals("REMOVED", treated(BASIC, Tag.ClinicalTrialSponsorName, "Pharma"), "D");
        assertEquals(FakeVault.mapped("1.2.3"), treated(BASIC, Tag.FrameOfReferenceUID, "1.2.3"), "U");
        assertEquals("absent", treated(BASIC, Tag.TimezoneOffsetFromUTC, "+0100"), "X");
        assertEquals("absent", treated(BASIC, Tag.DataSetTrailingPadding, "DOE"), "X");
    }

    @Test
    void whatTheTableDoesNotListFollowsTheDictionary() {
        assertEquals("512", treated(BASIC, Tag.FilterType, "512"), "kept");
        assertEquals("1.5\\1.5", treated(BASIC, Tag.PixelSpacing, "1.5\\1.5"), "kept");
        assertEquals("absent", treated(BASIC, Tag.of(0x0008, 0x0FFE), "DOE"), "unknown");
    }

    @ParameterizedTest
    @CsvSource({"PN, ''", "DA, absent", "DT, absent", "LT, absent", "ST, absent", "UT, absent", "UN, absent"})
    void whatTheTableDoesNotListIsRemovedIfItsRepresentationMayHoldIdentity(VR vr, String expected) {
        int unlisted = Tag.CountRate;
        assertEquals(expected, treated(BASIC, Gate.text(unlisted, vr, "DOE^JANE")));
    }

    /** An explicit VR that is not the dictionary's must not open a way around the rule. */
    @Test
    void aWrongRepresentationDoesNotHelpANameOrADateOut() {
        List<Integer> dates = unlisted("DA");
        List<Integer> uids = unlisted("UI");
        List<Integer> names = unlisted("PN");
        List<Integer> texts = unlisted("UT");
        for (VR vr : List.of(VR.LO, VR.SH, VR.OB, VR.UC, VR.UN)) {
            for (int tag : dates) {
                assertFalse(treated(BASIC, Gate.text(tag, vr, "19500101")).contains("1950"), Tag.format(tag) + vr);
                assertFalse(treated(SHIFTED, Gate.text(tag, vr, "19500101")).contains("1950"), Tag.format(tag) + vr);
            }
            for (int tag : uids) {
                assertFalse(
                        treated(BASIC, Gate.text(tag, vr, "1.2.3.4711")).contains("1.2.3.4711"), Tag.format(tag) + vr);
            }
            for (int tag : names) {
                assertFalse(treated(BASIC, Gate.text(tag, vr, "DOE^JANE")).contains("DOE"), Tag.format(tag) + vr);
            }
            for (int tag : texts) {
                assertFalse(treated(BASIC, Gate.text(tag, vr, "DOE^JANE")).contains("DOE"), Tag.format(tag) + vr);
            }
            Element bytes = Gate.text(Tag.DerivationCodeSequence, vr, "DOE^JANE");
            assertEquals("absent", treated(BASIC, bytes), "bytes where a sequence belongs");
        }
    }

    /** Tags of the dictionary that the table does not list, of one representation; classes and syntaxes left out. */
    private static List<Integer> unlisted(String vr) {
        Set<String> listed = Table.read("confidentiality.tsv", 14).stream()
                .map(row -> row[0])
                .collect(Collectors.toSet());
        List<Integer> tags = new ArrayList<>();
        for (int group = 0x0008; group < 0x0080; group += 2) {
            for (int element = 1; element < 0xA800 && tags.size() < 20; element++) {
                int tag = Tag.of(group, element);
                Dictionary.Entry entry = Dictionary.entry(tag);
                if (entry != null
                        && entry.vr().equals(vr)
                        && !listed.contains(String.format("%08X", tag))
                        && (!vr.equals("UI") || entry.keyword().contains("InstanceUID"))) {
                    tags.add(tag);
                }
            }
        }
        assertFalse(tags.isEmpty(), vr);
        return tags;
    }

    /** UN that could not be read as what it should be holds what nobody has looked at. */
    @Test
    void unknownBytesAreNeverKept() {
        Profile keeping = Profile.of(
                "test", Set.of(Option.RETAIN_DEVICE_IDENTITY), ProfileRule.of(Tag.Manufacturer, Action.KEEP));
        assertEquals("absent", treated(keeping, Gate.text(Tag.UDISequence, VR.UN, "DOE^JANE")));
        assertEquals("absent", treated(keeping, Gate.text(Tag.UDISequence, VR.OB, "DOE^JANE")));
        assertEquals("absent", treated(keeping, Gate.text(Tag.Manufacturer, VR.UN, "DOE^JANE")));
        assertEquals("Acme", treated(keeping, Tag.Manufacturer, "Acme"));
    }

    @Test
    void itemsOfARemovedSequenceAreGone() {
        DataSet item = new DataSet();
        item.setString(Tag.PatientID, "MRN4711");
        assertNull(treat(BASIC, Element.sequence(Tag.OtherPatientIDsSequence, List.of(item)))
                .get(Tag.OtherPatientIDsSequence));
    }

    /** D for a sequence: a person's or an institution's code says who it is. */
    @Test
    void aSequenceWithADummyActionHasDummiesInItsItems() {
        DataSet code = new DataSet();
        code.setString(Tag.CodeValue, "DOE4711");
        code.setString(Tag.CodingSchemeDesignator, "99HOSP");
        code.setString(Tag.CodeMeaning, "Dr. Jane Doe");
        code.setString(Tag.CodingSchemeVersion, "");
        DataSet person = new DataSet();
        person.setItems(Tag.PersonIdentificationCodeSequence, code);
        person.setString(Tag.InstitutionName, "Saint Mary");
        person.setString(Tag.ReferencedSOPClassUID, Gate.CT);
        person.setString(Tag.ReferencedSOPInstanceUID, "1.2.3");
        DataSet treated = treat(
                BASIC,
                Element.sequence(Tag.OperatorIdentificationSequence, List.of(person)),
                Element.sequence(Tag.InstitutionCodeSequence, List.of(code)));
        DataSet operator = treated.items(Tag.OperatorIdentificationSequence).get(0);
        DataSet operatorCode =
                operator.items(Tag.PersonIdentificationCodeSequence).get(0);
        DataSet institution = treated.items(Tag.InstitutionCodeSequence).get(0);
        for (DataSet made : List.of(operatorCode, institution)) {
            assertEquals("REMOVED", made.string(Tag.CodeValue));
            assertEquals("REMOVED", made.string(Tag.CodingSchemeDesignator));
            assertEquals("REMOVED", made.string(Tag.CodeMeaning));
            assertEquals("", value(made, Tag.CodingSchemeVersion), "what was empty stays empty");
        }
        assertEquals(Gate.CT, operator.string(Tag.ReferencedSOPClassUID));
        assertEquals(FakeVault.mapped("1.2.3"), operator.string(Tag.ReferencedSOPInstanceUID));
        assertNotEquals("Saint Mary", operator.string(Tag.InstitutionName));
    }

    /** Without the option that cleans reports, one is still a report, of dummies. */
    @Test
    void whatKindOfContentAnItemHasStaysIfTheStandardKnowsIt() {
        DataSet item = new DataSet();
        item.setString(Tag.RelationshipType, "CONTAINS");
        item.setString(Tag.ValueType, "TEXT");
        item.setString(Tag.ContinuityOfContent, "JANE DOE");
        item.setString(Tag.TextValue, "Jane Doe");
        DataSet treated = treat(BASIC, Element.sequence(Tag.ContentSequence, List.of(item)))
                .items(Tag.ContentSequence)
                .get(0);
        assertEquals("CONTAINS", treated.string(Tag.RelationshipType));
        assertEquals("TEXT", treated.string(Tag.ValueType));
        assertEquals("REMOVED", treated.string(Tag.ContinuityOfContent));
        assertEquals("REMOVED", treated.string(Tag.TextValue));
    }

    @Test
    void institutionCodesAreKeptByTheirOption() {
        DataSet code = new DataSet();
        code.setString(Tag.CodeMeaning, "Saint Mary");
        DataSet treated = treat(
                Gate.profile(Option.RETAIN_INSTITUTION_IDENTITY),
                Element.sequence(Tag.InstitutionCodeSequence, List.of(code)));
        assertEquals(
                "Saint Mary", treated.items(Tag.InstitutionCodeSequence).get(0).string(Tag.CodeMeaning));
    }

    @Test
    void uidsAreMappedInSequencesAndClassesKept() {
        DataSet reference = new DataSet();
        reference.setString(Tag.ReferencedSOPClassUID, Gate.CT);
        reference.setString(Tag.ReferencedSOPInstanceUID, "1.2.3");
        reference.setString(Tag.PatientComments, "Jane");
        DataSet item = treat(BASIC, Element.sequence(Tag.SourceImageSequence, List.of(reference)))
                .items(Tag.SourceImageSequence)
                .get(0);
        assertEquals(Gate.CT, item.string(Tag.ReferencedSOPClassUID));
        assertEquals(FakeVault.mapped("1.2.3"), item.string(Tag.ReferencedSOPInstanceUID));
        assertFalse(item.contains(Tag.PatientComments));
    }

    @Test
    void eachOfSeveralUidsIsMappedAndWellKnownOnesAreKept() {
        assertEquals(
                FakeVault.mapped("1.2.3") + "\\\\" + FakeVault.mapped("1.2.4"),
                treated(BASIC, Tag.FailedSOPInstanceUIDList, "1.2.3\\\\1.2.4\0"));
        assertEquals(
                "1.2.840.10008.1.4.1.1", treated(BASIC, Tag.FrameOfReferenceUID, "1.2.840.10008.1.4.1.1"), "Talairach");
    }

    @Test
    void uidsAreKeptByTheirOption() {
        assertEquals("1.2.3", treated(Gate.profile(Option.RETAIN_UIDS), Tag.FrameOfReferenceUID, "1.2.3"));
    }

    @Test
    void aUidInAWrongTextRepresentationIsMappedAsAUid() {
        Element treated = Objects.requireNonNull(
                treat(BASIC, Gate.text(Tag.SOPInstanceUID, VR.LO, "1.2.3")).get(Tag.SOPInstanceUID));
        assertEquals(VR.UI, treated.vr());
        assertEquals(FakeVault.mapped("1.2.3"), new String(treated.bytes(), StandardCharsets.US_ASCII));
    }

    @Test
    void datesAreMovedAndTimesOfDayKept() {
        assertEquals("20231122", treated(SHIFTED, Tag.StudyDate, "20240301"));
        assertEquals("101530.25", treated(SHIFTED, Tag.StudyTime, "101530.25"));
        assertEquals("20231122101530.25+0100", treated(SHIFTED, Tag.AcquisitionDateTime, "20240301101530.25+0100"));
        assertEquals("", treated(SHIFTED, Tag.StudyDate, "1 March"));
        assertEquals("", treated(SHIFTED, Tag.PatientBirthDate, "19500101"), "no option keeps the date of birth");
    }

    @Test
    void withFullDatesTheyAreKept() {
        assertEquals("20240301", treated(Gate.profile(Option.RETAIN_FULL_DATES), Tag.StudyDate, "20240301"));
    }

    @Test
    void whatIsNoDateButListedWithDatesBecomesEmptyWhenDatesAreMoved() {
        assertEquals("", treated(SHIFTED, Tag.TimezoneOffsetFromUTC, "+0100"));
        assertEquals("20231122", treated(SHIFTED, Tag.ContextGroupVersion, "20240301"));
        assertEquals("", treated(SHIFTED, Gate.text(Tag.FrameOriginTimestamp, VR.OB, "DOE")));
        assertEquals("", treated(SHIFTED, Gate.text(Tag.StudyDate, VR.LO, "20240301")));
        assertEquals("", treated(SHIFTED, Gate.text(Tag.StudyTime, VR.UN, "DOE")));
        assertEquals("", treated(SHIFTED, Tag.StudyTime, "DOE^JANE"));
    }

    @ParameterizedTest
    @CsvSource({
        "089Y, 089Y",
        "090Y, 090Y",
        "091Y, 090Y",
        "999Y, 090Y",
        "012M, 012M",
        "003W, 003W",
        "010D, 010D",
        "45, ''",
        "95Y, ''",
        "0095Y, ''",
        "091Y\\092Y, ''",
        "DOE, ''"
    })
    void anAgeOverEightyNineIsNotTold(String age, String expected) {
        assertEquals(expected, treated(SHIFTED, Tag.PatientAge, age));
        assertEquals("absent", treated(BASIC, Tag.PatientAge, age));
    }

    @Test
    void anAgeInAnotherRepresentationIsNotTold() {
        assertNotEquals("95", treated(SHIFTED, Gate.text(Tag.PatientAge, VR.IS, "95")));
        assertNotEquals("095Y", treated(SHIFTED, Gate.text(Tag.PatientAge, VR.UN, "095Y")));
    }

    @Test
    void patientCharacteristicsAreKeptByTheirOptionOnly() {
        assertEquals("1.80", treated(SHIFTED, Tag.PatientSize, "1.80"));
        assertEquals("absent", treated(BASIC, Tag.PatientSize, "1.80"));
        assertEquals("F", treated(SHIFTED, Tag.PatientSex, "F"));
        assertEquals("", treated(BASIC, Tag.PatientSex, "F"));
    }

    /** Values too long for memory are not seen by what treats text; they must not slip through for that. */
    @Test
    void longValuesAreNotPassedOverByRulesThatReadText() {
        Value.Bulk bulk = new Value.Bulk() {
            @Override
            public long length() {
                return 4;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(new byte[] {'D', 'O', 'E', ' '});
            }
        };
        for (int tag : new int[] {
            Tag.FailedSOPInstanceUIDList, Tag.PatientAge, Tag.StudyDate, Tag.PatientName, Tag.ClinicalTrialSponsorName
        }) {
            Element treated =
                    treat(SHIFTED, new Element(tag, Dictionary.vrOf(tag), bulk)).get(tag);
            assertTrue(treated == null || treated.value() instanceof Value.Bytes, Tag.format(tag));
        }
    }

    @Test
    void overlaysAndCurvesGoWithWhateverGroup() {
        for (int group = 0x6000; group <= 0x601E; group += 2) {
            assertEquals("absent", treated(BASIC, Gate.text(Tag.of(group, 0x3000), VR.OW, "DOE ")));
            assertEquals("absent", treated(BASIC, Gate.text(Tag.of(group, 0x4000), VR.LT, "DOE")));
            assertEquals(
                    "absent", treated(BASIC, Gate.text(Tag.of(group, 0x0010), VR.US, "10")), "no module without data");
            assertEquals("absent", treated(BASIC, Gate.text(Tag.of(group - 0x1000, 0x3000), VR.OW, "DOE ")));
            assertEquals("absent", treated(BASIC, Gate.text(Tag.of(group - 0x1000, 0x0022), VR.LO, "DOE")));
        }
    }

    @Test
    void aRuleOfTheProfileGoesBeforeTheTableAndForAllGroupsThatRepeat() {
        Profile own = Profile.of(
                "test",
                Set.of(),
                ProfileRule.of(Tag.InstitutionName, Action.KEEP),
                ProfileRule.of(Tag.Modality, Action.DUMMY),
                ProfileRule.of(Tag.Rows, Action.DUMMY),
                ProfileRule.of(Tag.FrameOfReferenceUID, Action.DUMMY),
                ProfileRule.of(Tag.OverlayLabel, Action.REMOVE));
        assertEquals("Saint Mary", treated(own, Tag.InstitutionName, "Saint Mary"));
        assertEquals("REMOVED", treated(own, Tag.Modality, "CT"));
        assertEquals("\0\0", treated(own, Tag.Rows, "AB"));
        assertEquals(FakeVault.mapped("1.2.3"), treated(own, Tag.FrameOfReferenceUID, "1.2.3"));
        for (int group = 0x6000; group <= 0x601E; group += 2) {
            assertEquals("absent", treated(own, Gate.text(Tag.of(group, 0x1500), VR.LO, "DOE")));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = VR.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SQ", "UI"})
    void aDummyIsNotEmptyAndFitsItsRepresentation(VR vr) {
        byte[] dummy = Dummies.of(Tag.Manufacturer, vr).bytes();
        assertTrue(dummy.length > 0);
        assertEquals(0, dummy.length % (vr == VR.AT ? 4 : vr.unit()), vr + " takes whole numbers only");
        if (vr == VR.DA || vr == VR.DT) {
            assertFalse(DateShift.shift(new String(dummy, StandardCharsets.US_ASCII), 1)
                    .isEmpty());
        }
    }

    private static final int SUV_FACTOR = Tag.of(0x7053, 0x1000);
    private static final Element SUV_CREATOR = Gate.text(Tag.of(0x7053, 0x0010), VR.LO, "Philips PET Private Group");

    @Test
    void aSafePrivateAttributeIsKeptWithItsCreator() {
        Element factor = Gate.text(SUV_FACTOR, VR.DS, "0.5");
        DataSet treated = treat(SHIFTED, SUV_CREATOR, factor);
        assertSame(SUV_CREATOR, treated.get(SUV_CREATOR.tag()));
        assertSame(factor, treated.get(SUV_FACTOR));
        assertEquals(0, treat(BASIC, SUV_CREATOR, factor).size());
    }

    /** Which other blocks there were is not told. */
    @Test
    void aSafePrivateAttributeIsKnownInWhateverBlockItStandsAndMovesToTheFirst() {
        Element other = Gate.text(Tag.of(0x7053, 0x0010), VR.LO, "ACME");
        Element secret = Gate.text(Tag.of(0x7053, 0x1000), VR.LO, "DOE");
        Element creator = Gate.text(Tag.of(0x7053, 0x00E1), VR.LO, "Philips PET Private Group ");
        Element factor = Gate.text(Tag.of(0x7053, 0xE100), VR.UN, "0.5 ");
        Treatment treatment = new Treatment(new Rules(SHIFTED), FakeVault.Study.ONE);
        DataSet head = new DataSet();
        List.of(other, secret, creator, factor).forEach(head::put);
        DataSet treated = treatment.treatHead(head);
        assertEquals("Philips PET Private Group", treated.string(Tag.of(0x7053, 0x0010)));
        assertEquals("0.5", value(treated, Tag.of(0x7053, 0x1000)).strip());
        assertFalse(treated.contains(creator.tag()) || treated.contains(factor.tag()));
        for (Element element : head.elements()) {
            assertSame(element, treatment.originals().get(element.tag()));
        }
        assertFalse(treatment.added().contains(Tag.of(0x7053, 0x1000)), "the original has one there");
    }

    @Test
    void blocksOfOneGroupLieSideBySideInTheirOrder() {
        Element siemens = Gate.text(Tag.of(0x0019, 0x0020), VR.LO, "SIEMENS MR HEADER");
        Element value = Gate.text(Tag.of(0x0019, 0x200C), VR.IS, "1000");
        Element ge = Gate.text(Tag.of(0x0019, 0x0030), VR.LO, "GEMS_ACQU_01");
        Element speed = Gate.text(Tag.of(0x0019, 0x3023), VR.DS, "2");
        Treatment treatment = new Treatment(new Rules(SHIFTED), FakeVault.Study.ONE);
        DataSet head = new DataSet();
        List.of(siemens, value, ge, speed).forEach(head::put);
        DataSet treated = treatment.treatHead(head);
        assertEquals("1000", treated.string(Tag.of(0x0019, 0x100C)));
        assertEquals("GEMS_ACQU_01", treated.string(Tag.of(0x0019, 0x0011)));
        assertEquals("2", treated.string(Tag.of(0x0019, 0x1123)));
        assertTrue(treatment.added().containsAll(List.of(Tag.of(0x0019, 0x0011), Tag.of(0x0019, 0x1123))));
    }

    @Test
    void aPrivateCreatorGoesIfNothingOfItsBlockIsKept() {
        assertEquals(0, treat(SHIFTED, SUV_CREATOR).size());
        assertEquals(
                0,
                treat(SHIFTED, SUV_CREATOR, Gate.text(Tag.of(0x7053, 0x1001), VR.LO, "DOE"))
                        .size());
    }

    @Test
    void privateAttributesInItemsHaveTheirCreatorInTheItem() {
        Element factor = Gate.text(SUV_FACTOR, VR.DS, "0.5");
        DataSet with = new DataSet();
        with.put(SUV_CREATOR);
        with.put(factor);
        DataSet without = new DataSet();
        without.put(factor);
        List<DataSet> items = treat(
                        SHIFTED,
                        SUV_CREATOR,
                        factor,
                        Element.sequence(Tag.SharedFunctionalGroupsSequence, List.of(with, without)))
                .items(Tag.SharedFunctionalGroupsSequence);
        assertEquals(2, items.get(0).size());
        assertEquals(0, items.get(1).size(), "the creator of the enclosing data set reserves nothing here");
    }

    @Test
    void aPrivateAttributeWithoutCreatorOrUnderAnotherOneIsRemoved() {
        Element factor = Gate.text(SUV_FACTOR, VR.DS, "0.5");
        assertEquals(0, treat(SHIFTED, factor).size());
        Element other = Gate.text(SUV_CREATOR.tag(), VR.LO, "ACME");
        assertEquals(0, treat(SHIFTED, other, factor).size());
        assertEquals(
                0,
                treat(SHIFTED, Gate.text(Tag.of(0x7053, 0x0001), VR.LO, "DOE")).size());
    }

    @Test
    void aPrivateCreatorWithMoreThanItsNameIsNoSafeOne() {
        Element creator = Gate.text(SUV_CREATOR.tag(), VR.LO, "Philips PET Private Group\\DOE^JANE");
        assertEquals(
                0, treat(SHIFTED, creator, Gate.text(SUV_FACTOR, VR.DS, "0.5")).size());
    }

    @Test
    void aSafePrivateSequenceIsTreatedAndItsBytesAloneAreNot() {
        Element creator = Gate.text(Tag.of(0x7E01, 0x0010), VR.LO, "HOLOGIC, Inc.");
        int tag = Tag.of(0x7E01, 0x1010);
        DataSet item = new DataSet();
        item.setString(Tag.PatientName, "DOE^JANE");
        item.setString(Tag.Modality, "CT");
        DataSet treated = treat(SHIFTED, creator, Element.sequence(tag, List.of(item)));
        assertEquals("ANON-0123456789AB", treated.items(tag).get(0).string(Tag.PatientName));
        assertEquals("CT", treated.items(tag).get(0).string(Tag.Modality));
        assertEquals(
                0, treat(SHIFTED, creator, Gate.text(tag, VR.UN, "DOE^JANE")).size());
        assertEquals(
                0, treat(SHIFTED, creator, Gate.text(tag, VR.OB, "DOE^JANE")).size());
    }

    @Test
    void aSafePrivateUidIsMapped() {
        String[] row = Table.read("safe-private.tsv", 6).stream()
                .filter(each -> each[3].equals("UI"))
                .findFirst()
                .orElseThrow();
        int group = Integer.parseInt(row[0], 16);
        Element creator = Gate.text(Tag.of(group, 0x0010), VR.LO, row[2]);
        int tag = Tag.of(group, 0x1000 | Integer.parseInt(row[1], 16));
        for (VR vr : List.of(VR.UI, VR.UN)) {
            DataSet treated = treat(SHIFTED, creator, Gate.text(tag, vr, "1.2.3"));
            assertEquals(FakeVault.mapped("1.2.3"), value(treated, tag));
        }
    }

    @Test
    void whatStaysIsTheVerySameElementAndIsNoOriginal() {
        Treatment treatment = new Treatment(new Rules(SHIFTED), FakeVault.Study.ONE);
        DataSet item = new DataSet();
        item.setString(Tag.CodeMeaning, "Head");
        DataSet head = new DataSet();
        head.setString(Tag.Modality, "CT");
        head.setItems(Tag.AnatomicRegionSequence, item);
        DataSet treated = treatment.treatHead(head);
        assertSame(head.get(Tag.Modality), treated.get(Tag.Modality));
        assertSame(head.get(Tag.AnatomicRegionSequence), treated.get(Tag.AnatomicRegionSequence));
        assertEquals(0, treatment.originals().size());
    }

    @Test
    void changedAndRemovedElementsAreKeptAsOriginalsWhole() {
        Treatment treatment = new Treatment(new Rules(BASIC), FakeVault.Study.ONE);
        DataSet item = new DataSet();
        item.setString(Tag.ReferencedSOPInstanceUID, "1.2.3");
        DataSet head = new DataSet();
        head.setString(Tag.PatientID, "MRN4711");
        head.setString(Tag.PatientComments, "Jane");
        head.setItems(Tag.SourceImageSequence, item);
        head.put(SUV_CREATOR);
        head.setString(Tag.PatientIdentityRemoved, "NO");
        treatment.treatHead(head);
        for (Element element : head.elements()) {
            assertSame(element, treatment.originals().get(element.tag()));
        }
        assertFalse(treatment.added().contains(Tag.PatientIdentityRemoved), "the original has it");
        assertTrue(treatment.added().contains(Tag.DeidentificationMethod));
    }

    @Test
    void marksTellWhatWasDone() {
        DataSet treated = treatHead(SHIFTED, Gate.withoutPixels());
        assertEquals("YES", treated.string(Tag.PatientIdentityRemoved));
        assertEquals(
                List.of("Sallyport test", "version 1", "SHA-256 " + "0".repeat(32)),
                treated.strings(Tag.DeidentificationMethod));
        assertEquals("MODIFIED", treated.string(Tag.LongitudinalTemporalInformationModified));
        assertEquals(Set.of("113100", "113107", "113108", "113111"), codes(treated));
        for (DataSet code : treated.items(Tag.DeidentificationMethodCodeSequence)) {
            assertEquals("DCM", code.string(Tag.CodingSchemeDesignator));
            assertNotNull(code.string(Tag.CodeMeaning));
        }
    }

    @Test
    void marksOfOtherProfiles() {
        DataSet basic = treatHead(BASIC, new DataSet());
        assertEquals("REMOVED", basic.string(Tag.LongitudinalTemporalInformationModified));
        assertEquals(Set.of("113100"), codes(basic));
        DataSet full = treatHead(
                Gate.profile(Option.RETAIN_FULL_DATES, Option.CLEAN_DESCRIPTORS, Option.CLEAN_PIXEL_DATA),
                new DataSet());
        assertEquals("UNMODIFIED", full.string(Tag.LongitudinalTemporalInformationModified));
        assertEquals(Set.of("113100", "113105", "113106"), codes(full), "what was not done to pixels is not claimed");
    }

    private static Set<String> codes(DataSet treated) {
        return treated.items(Tag.DeidentificationMethodCodeSequence).stream()
                .map(code -> String.valueOf(code.string(Tag.CodeValue)))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "GB18030", "ISO_IR 192", "ISO_IR 100"})
    void thePseudonymIsReadableUnderEveryCharacterSetAndNothingIsLeftOfTheName(String set) {
        DataSet head = new DataSet();
        head.setString(Tag.SpecificCharacterSet, set.split("\\\\", -1));
        byte[] name = new byte[] {(byte) 0xC8, (byte) 0xAB, 0x1B, 0x24, 0x29, 0x43, (byte) 0xE6};
        head.put(Element.of(Tag.PatientName, VR.PN, name));
        head.put(Element.of(Tag.PerformingPhysicianName, VR.PN, name));
        DataSet treated = treatHead(SHIFTED, head);
        assertEquals("ANON-0123456789AB", treated.string(Tag.PatientName));
        assertFalse(treated.contains(Tag.PerformingPhysicianName));
        assertArrayEquals(
                Objects.requireNonNull(head.get(Tag.SpecificCharacterSet)).bytes(),
                Objects.requireNonNull(treated.get(Tag.SpecificCharacterSet)).bytes());
    }

    @Test
    void whatHoldsIdentityDoesNotTellItInItsText() {
        DataSet originals = new DataSet();
        originals.setString(Tag.PatientName, "DOE^JANE");
        assertFalse(new IdentityRecord(Set.of(), originals).toString().contains("DOE"));
    }
}
