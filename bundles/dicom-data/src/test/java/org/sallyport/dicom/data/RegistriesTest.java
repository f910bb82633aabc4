package org.sallyport.dicom.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The registries of PS3.6, tags, value representations and UIDs. */
class RegistriesTest {

    // ---- dictionary

    @ParameterizedTest
    @CsvSource({
        "00080005, SpecificCharacterSet, CS",
        "00080018, SOPInstanceUID, UI",
        "00100010, PatientName, PN",
        "00209165, DimensionIndexPointer, AT",
        "00280010, Rows, US",
        "0040A730, ContentSequence, SQ",
        "7FE00010, PixelData, OW",
        "7FE00001, ExtendedOffsetTable, OV",
        "00720083, SelectorUVValue, UV"
    })
    void anAttributeHasItsKeywordAndRepresentation(String hex, String keyword, VR vr) {
        int tag = Integer.parseUnsignedInt(hex, 16);

        assertEquals(keyword, Dictionary.keywordOf(tag));
        assertEquals(vr, Dictionary.vrOf(tag));
        assertEquals(OptionalInt.of(tag), Dictionary.tagOf(keyword));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x60003000, 0x60023000, 0x601E3000})
    void overlaysAreFoundInEachOfTheirGroups(int tag) {
        assertEquals("OverlayData", Dictionary.keywordOf(tag));
        assertEquals(VR.OW, Dictionary.vrOf(tag));
    }

    @Test
    void curvesAreFoundInEachOfTheirGroups() {
        assertEquals("CurveData", Dictionary.keywordOf(0x50063000));
        assertEquals(VR.US, Dictionary.vrOf(0x501E0005));
        assertEquals("SourceImageIDs", Dictionary.keywordOf(0x00203142));
    }

    @Test
    void aKeywordOfARepeatingGroupNamesItsFirstTag() {
        assertEquals(OptionalInt.of(0x60003000), Dictionary.tagOf("OverlayData"));
        assertEquals(Tag.OverlayData, 0x60003000);
    }

    @Test
    void oddGroupsAreNoRepeatingGroups() {
        assertNull(Dictionary.entry(0x60013000));
        assertEquals(VR.UN, Dictionary.vrOf(0x60013000));
        assertFalse(Dictionary.contains(0x50010005));
    }

    @Test
    void whatTheStandardDoesNotKnowIsUnknown() {
        assertEquals(VR.UN, Dictionary.vrOf(0x00080002));
        assertEquals("(0008,0002)", Dictionary.keywordOf(0x00080002));
        assertEquals(OptionalInt.empty(), Dictionary.tagOf("NoSuchAttribute"));
        assertEquals(OptionalInt.empty(), Dictionary.tagOf(""));
    }

    /** PS3.5 7.2 and 7.8. */
    @Test
    void groupLengthsAndPrivateCreatorsHaveARepresentationInEveryGroup() {
        assertEquals(VR.UL, Dictionary.vrOf(0x00080000));
        assertEquals(VR.UL, Dictionary.vrOf(0x00090000));
        assertEquals(VR.LO, Dictionary.vrOf(0x00090010));
        assertEquals(VR.LO, Dictionary.vrOf(0x000900FF));
        assertEquals(VR.UN, Dictionary.vrOf(0x0009000F));
        assertEquals(VR.UN, Dictionary.vrOf(0x00090100));
        assertEquals(VR.UN, Dictionary.vrOf(0x00091010));
    }

    @Test
    void pixelValuesAreUnsignedOrSigned() {
        assertTrue(Dictionary.isUsOrSs(Tag.SmallestImagePixelValue));
        assertTrue(Dictionary.isUsOrSs(Tag.LUTDescriptor));
        assertFalse(Dictionary.isUsOrSs(Tag.Rows));
        assertFalse(Dictionary.isUsOrSs(Tag.LUTData));
    }

    @Test
    void retirementAndMultiplicityAreKnown() {
        Dictionary.Entry entry = Dictionary.entry(0x00080001);
        assertTrue(entry != null && entry.retired());
        Dictionary.Entry type = Dictionary.entry(Tag.ImageType);
        assertTrue(type != null && !type.retired() && type.multiplicity().equals("2-n"));
    }

    // ---- tags and value representations

    @Test
    void tagsAreTakenApartAndShown() {
        assertEquals(0xFFFE, Tag.group(Tag.Item));
        assertEquals(0xE000, Tag.element(Tag.Item));
        assertEquals("(FFFE,E000)", Tag.format(Tag.of(0xFFFE, 0xE000)));
        assertEquals(0x000900AB, Tag.privateCreatorOf(0x0009ABCD));
        assertTrue(Tag.isPrivate(0x00091001) && !Tag.isPrivate(0x00081001));
        assertTrue(Tag.isGroupLength(0x00090000));
    }

    /** PS3.5 Table 7.1-1. */
    @ParameterizedTest
    @EnumSource(VR.class)
    void thirtyTwoBitLengthsBelongToTheRepresentationsOfTheTable(VR vr) {
        List<String> table = List.of("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV");

        assertEquals(table.contains(vr.name()), vr.hasLongLength());
    }

    /** PS3.5 6.1.2.2. */
    @ParameterizedTest
    @EnumSource(VR.class)
    void theCharacterSetMattersToTheRepresentationsOfTheClause(VR vr) {
        assertEquals(List.of("SH", "LO", "ST", "LT", "PN", "UC", "UT").contains(vr.name()), vr.usesCharacterSet());
    }

    // ---- UIDs

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.840.10008.1.1",
                "0.0",
                "2.25.0",
                "1",
                "1.0.1",
                "1.2.3456789012345678901234567890123456789012345678901234567890.1"
            })
    void validUidsAreValid(String uid) {
        assertTrue(Uids.isValid(uid));
    }

    /** PS3.5 9.1. */
    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                ".",
                "1.",
                ".1",
                "1..2",
                "1.02",
                "01.2",
                "1.00",
                "1.2.a",
                "1.2 ",
                "1.2\0",
                "1,2",
                "-1.2",
                "1.\u0663",
                "1.2.3456789012345678901234567890123456789012345678901234567890.12"
            })
    void whatPartFiveForbidsIsNoUid(@Nullable String uid) {
        assertFalse(Uids.isValid(uid));
    }

    /** PS3.5 B.2. */
    @ParameterizedTest
    @CsvSource({
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6, 2.25.329800735698586629295641978511506172918",
        "00000000-0000-0000-0000-000000000000, 2.25.0",
        "ffffffff-ffff-ffff-ffff-ffffffffffff, 2.25.340282366920938463463374607431768211455"
    })
    void aUuidBecomesAUid(UUID uuid, String uid) {
        assertEquals(uid, Uids.fromUuid(uuid));
        assertTrue(Uids.isValid(uid));
    }

    @Test
    void ourOwnIdentifiersAreValid() {
        assertTrue(Uids.isValid(Uids.IMPLEMENTATION_CLASS));
        assertTrue(Uids.IMPLEMENTATION_VERSION.length() <= 16);
    }

    @Test
    void wellKnownUidsHaveNameKeywordAndType() {
        assertEquals("CT Image Storage", UidRegistry.name("1.2.840.10008.5.1.4.1.1.2"));
        assertEquals("CTImageStorage", UidRegistry.keyword("1.2.840.10008.5.1.4.1.1.2"));
        assertEquals("SOP Class", UidRegistry.type("1.2.840.10008.5.1.4.1.1.2"));
        assertTrue(UidRegistry.isWellKnown("1.2.840.10008.1.2.4.50"));
    }

    @Test
    void otherUidsAreTheirOwnName() {
        assertFalse(UidRegistry.isWellKnown("1.2.3"));
        assertEquals("1.2.3", UidRegistry.name("1.2.3"));
        assertEquals("", UidRegistry.keyword("1.2.3"));
        assertNull(UidRegistry.type("1.2.3"));
    }

    // ---- transfer syntaxes

    @Test
    void transferSyntaxesOfTheRegistryAreKnownByTheirEncoding() {
        TransferSyntax jpeg = TransferSyntax.of("1.2.840.10008.1.2.4.50").orElseThrow();

        assertTrue(jpeg.encapsulated() && jpeg.explicitVr() && !jpeg.bigEndian() && !jpeg.deflated());
        assertEquals(Optional.of(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN), TransferSyntax.of("1.2.840.10008.1.2.2"));
        assertTrue(TransferSyntax.all().contains(jpeg));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1.2.3", "1.2.840.10008.1.1", "1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.6.1"})
    void whatIsNoSyntaxToStoreInIsNotKnown(String uid) {
        assertEquals(Optional.empty(), TransferSyntax.of(uid));
    }
}
