package org.sallyport.dicom.net.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.net.AssociateAccept;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.PresentationContext.Result;
import org.sallyport.dicom.net.Rejection;
import org.sallyport.dicom.net.UserInformation;
import org.sallyport.dicom.net.UserInformation.AsynchronousOperations;
import org.sallyport.dicom.net.UserInformation.CommonExtendedNegotiation;
import org.sallyport.dicom.net.UserInformation.ExtendedNegotiation;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.dicom.net.UserInformation.UserIdentity;
import org.sallyport.dicom.net.UserInformation.UserIdentityResponse;

/** PDUs of PS3.8 9.3 and user information items of PS3.7 D.3.3, there and back, by hand and damaged. */
class PduCodecTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String IMPLICIT = "1.2.840.10008.1.2";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";

    private static final UserInformation EVERYTHING = new UserInformation(
            0xFFFFFFFFL,
            "1.2.3",
            "VERSION_1",
            new AsynchronousOperations(5, 0),
            List.of(new RoleSelection(CT, true, false), new RoleSelection("1.2", false, true)),
            List.of(new ExtendedNegotiation(CT, new byte[] {2, 0, 1})),
            List.of(
                    new CommonExtendedNegotiation(CT, "1.2.840.10008.4.2", List.of("1.2.3.4", "1.2.3.5")),
                    new CommonExtendedNegotiation("1.2", "1.3", List.of())),
            new UserIdentity(2, true, ascii("user"), ascii("secret")),
            new UserIdentityResponse(ascii("token")));

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] body(byte[] pdu, int type) {
        assertEquals(type, pdu[0]);
        assertEquals(0, pdu[1]);
        int length = (pdu[2] & 0xFF) << 24 | (pdu[3] & 0xFF) << 16 | (pdu[4] & 0xFF) << 8 | pdu[5] & 0xFF;
        assertEquals(pdu.length - PduType.HEADER, length);
        return Arrays.copyOfRange(pdu, PduType.HEADER, pdu.length);
    }

    private static AssociateRequest request(List<ProposedContext> contexts, UserInformation user) {
        return new AssociateRequest(1, "CALLED", "CALLING", AssociateRequest.DICOM_APPLICATION_CONTEXT, contexts, user);
    }

    private static List<ProposedContext> contexts(int count) {
        List<ProposedContext> contexts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            contexts.add(new ProposedContext(2 * i + 1, "1.2." + i, List.of(IMPLICIT, EXPLICIT)));
        }
        return contexts;
    }

    private static AssociateRequest decode(byte[] body) throws PduException {
        return PduDecoder.request(body);
    }

    /** Bytes do not compare in records: the parts that have some are compared by themselves. */
    private static void assertSame(UserInformation expected, UserInformation actual) {
        assertEquals(expected.maxPduLength(), actual.maxPduLength());
        assertEquals(expected.implementationClassUid(), actual.implementationClassUid());
        assertEquals(expected.implementationVersionName(), actual.implementationVersionName());
        assertEquals(expected.asynchronousOperations(), actual.asynchronousOperations());
        assertEquals(expected.roles(), actual.roles());
        assertEquals(expected.commonExtended(), actual.commonExtended());
        assertEquals(expected.extended().size(), actual.extended().size());
        for (int i = 0; i < expected.extended().size(); i++) {
            assertEquals(
                    expected.extended().get(i).sopClassUid(),
                    actual.extended().get(i).sopClassUid());
            assertArrayEquals(
                    expected.extended().get(i).information(),
                    actual.extended().get(i).information());
        }
        UserIdentity identity = expected.userIdentity();
        UserIdentity read = actual.userIdentity();
        assertEquals(identity == null, read == null);
        if (identity != null && read != null) {
            assertEquals(identity.type(), read.type());
            assertEquals(identity.responseRequested(), read.responseRequested());
            assertArrayEquals(identity.primary(), read.primary());
            assertArrayEquals(identity.secondary(), read.secondary());
        }
        UserIdentityResponse response = expected.userIdentityResponse();
        UserIdentityResponse readResponse = actual.userIdentityResponse();
        assertEquals(response == null, readResponse == null);
        if (response != null && readResponse != null) {
            assertArrayEquals(response.response(), readResponse.response());
        }
    }

    // ---- there and back

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128})
    void aRequestComesBackWithAllItsContexts(int count) throws PduException {
        AssociateRequest request = request(contexts(count), UserInformation.ours(16_384));

        AssociateRequest back = decode(body(PduEncoder.request(request), 1));

        assertEquals(request.contexts(), back.contexts());
        assertEquals("CALLED", back.calledAet());
        assertEquals("CALLING", back.callingAet());
        assertEquals(1, back.protocolVersion());
        assertEquals(AssociateRequest.DICOM_APPLICATION_CONTEXT, back.applicationContext());
    }

    @Test
    void everyUserInformationItemComesBack() throws PduException {
        AssociateRequest back = decode(body(PduEncoder.request(request(contexts(1), EVERYTHING)), 1));

        assertSame(EVERYTHING, back.userInformation());
    }

    @Test
    void itemsThatAreNotThereAreAbsent() throws PduException {
        UserInformation ours = UserInformation.ours(0);
        AssociateRequest back = decode(body(PduEncoder.request(request(contexts(1), ours)), 1));

        assertSame(ours, back.userInformation());
        assertNull(back.userInformation().asynchronousOperations());
        assertNull(back.userInformation().userIdentity());
    }

    @ParameterizedTest
    @EnumSource(Result.class)
    void anAcceptanceComesBackWithEveryResult(Result result) throws PduException {
        List<ProposedContext> proposed = contexts(2);
        AssociateAccept accept = new AssociateAccept(
                "CALLED",
                "CALLING",
                List.of(
                        new PresentationContext(1, "1.2.0", Result.ACCEPTANCE, EXPLICIT),
                        new PresentationContext(3, "1.2.1", result, IMPLICIT)),
                EVERYTHING);

        AssociateAccept back = PduDecoder.accept(body(PduEncoder.accept(accept), 2), proposed);

        assertEquals(accept.contexts(), back.contexts());
        assertSame(EVERYTHING, back.userInformation());
    }

    @Test
    void shortPdusAreEncodedByteForByteAsTheStandardSays() {
        HexFormat hex = HexFormat.of();
        assertEquals("03000000000400020302", hex.formatHex(PduEncoder.reject(Rejection.LOCAL_LIMIT_EXCEEDED)));
        assertEquals("05000000000400000000", hex.formatHex(PduEncoder.release(PduType.A_RELEASE_RQ)));
        assertEquals("06000000000400000000", hex.formatHex(PduEncoder.release(PduType.A_RELEASE_RP)));
        assertEquals("07000000000400000206", hex.formatHex(PduEncoder.abort(2, 6)));
    }

    /** PS3.8 Tables 9-11 to 9-16. */
    @Test
    void aRequestIsEncodedByteForByteAsTheStandardSays() {
        byte[] pdu = PduEncoder.request(new AssociateRequest(
                1,
                "B",
                "A",
                "1.2",
                List.of(new ProposedContext(3, "1.3", List.of("1.4", "1.5"))),
                new UserInformation(0x4000, "1.6", null, null, List.of(), List.of(), List.of(), null, null)));

        String expected = "0100 0000007b 0001 0000"
                + "42202020202020202020202020202020"
                + "41202020202020202020202020202020"
                + "00".repeat(32)
                + "1000 0003 312e32"
                + "2000 0019 03000000 3000 0003 312e33 4000 0003 312e34 4000 0003 312e35"
                + "5000 000f 5100 0004 00004000 5200 0003 312e36";
        assertEquals(expected.replace(" ", ""), HexFormat.of().formatHex(pdu));
    }

    @Test
    void anAeTitleOfMoreThanSixteenCharactersIsNotEncoded() {
        AssociateRequest request =
                new AssociateRequest(1, "A".repeat(17), "A", "1.2", contexts(1), UserInformation.ours(0));

        assertThrows(IllegalArgumentException.class, () -> PduEncoder.request(request));
    }

    @Test
    void anItemTooLongForItsLengthFieldIsNotEncoded() {
        UserInformation user = new UserInformation(
                0,
                "1.2",
                null,
                null,
                List.of(),
                List.of(new ExtendedNegotiation("1.2", new byte[65_536])),
                List.of(),
                null,
                null);

        assertThrows(IllegalArgumentException.class, () -> PduEncoder.request(request(contexts(1), user)));
    }

    @Test
    void credentialsAreNotShown() {
        String shown = EVERYTHING.toString();

        assertFalse(shown.contains("secret") || shown.contains("user,") || shown.contains("115, 101"), shown);
    }

    // ---- by hand

    private static final String FIXED = "0001 0000"
            + "42202020202020202020202020202020"
            + "41202020202020202020202020202020"
            + "00000000000000000000000000000000"
            + "00000000000000000000000000000000";
    private static final String USER = "5000 0008 5100 0004 00004000";
    private static final String CONTEXT = "2000 0012 01000000 3000 0003 312e33 4000 0003 312e34";

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static void assertInvalid(String hex) {
        PduException e = assertThrows(PduException.class, () -> decode(hex(hex)));
        assertEquals(PduException.INVALID_PARAMETER, e.reason());
    }

    @Test
    void itemsAreReadInAnyOrderAndUnknownOnesArePassedOver() throws PduException {
        AssociateRequest read = decode(hex(
                FIXED + "5000 000c 7700 0000 5100 0004 00004000" + "9900 0002 abcd" + CONTEXT + "1000 0003 312e32"));

        assertEquals(0x4000, read.userInformation().maxPduLength());
        assertEquals(List.of(new ProposedContext(1, "1.3", List.of("1.4"))), read.contexts());
        assertEquals("1.2", read.applicationContext());
    }

    @Test
    void paddingOfUidsAndTitlesIsDropped() throws PduException {
        AssociateRequest read = decode(hex("0001 0000"
                + "20204220200000000000000000000000"
                + "41002020202020202020202020202020"
                + "00".repeat(32)
                + "1000 0004 312e3200"
                + USER));

        assertEquals("B", read.calledAet());
        assertEquals("A", read.callingAet());
        assertEquals("1.2", read.applicationContext());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "0001 0000 4220", // ends in the fixed part
                FIXED, // no user information
                FIXED + "1000 0003 312e32" + CONTEXT,
                FIXED + USER + "20", // ends in an item header
                FIXED + USER + "2000 00",
                FIXED + USER + "2000 0012", // item without its content
                FIXED + USER + "2000 ffff 01000000", // item beyond the PDU
                FIXED + USER + "2000 0000", // context without id
                FIXED + USER + "2000 0004 02000000", // even id
                FIXED + USER + "2000 0004 01000000", // no abstract syntax
                FIXED + USER + "2000 000b 01000000 3000 0003 312e33", // no transfer syntax
                FIXED + USER + "2000 000b 01000000 3000 0004 312e3334", // sub-item beyond its item
                FIXED + USER + CONTEXT + CONTEXT, // an id twice
                FIXED + "5000 0006 5100 0002 4000", // number cut
                FIXED + "5000 0008 5100 0005 00004000", // sub-item beyond its item
                FIXED + "5000 0006 5300 0002 0001", // one half of the window
                FIXED + "5000 0007 5400 0003 0003 31", // role: UID beyond the item
                FIXED + "5000 0008 5400 0004 0001 31 01", // role: SCP missing
                FIXED + "5000 0006 5600 0002 0009", // extended: UID beyond the item
                FIXED + "5000 000a 5700 0006 0001 31 0001 32", // common extended: list missing
                FIXED + "5000 0007 5800 0003 0100 00", // identity cut
                FIXED + "5000 0008 5800 0004 0100 0009", // identity beyond the item
                FIXED + "5000 0006 5900 0002 0001" // response beyond the item
            })
    void damagedRequestsAreInvalid(String hex) {
        assertInvalid(hex);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "20202020202020202020202020202020",
                "00000000000000000000000000000000",
                "415c4200000000000000000000000000",
                "41c44200000000000000000000000000",
                "41014200000000000000000000000000"
            })
    void titlesThatAreNoneAreInvalid(String title) {
        assertInvalid("0001 0000" + title + "41202020202020202020202020202020" + "00".repeat(32) + USER);
        assertInvalid("0001 0000" + "41202020202020202020202020202020" + title + "00".repeat(32) + USER);
    }

    @Test
    void itemsWithoutEndAreBounded() {
        assertInvalid(FIXED + USER + "2000 4e27 01000000 3000 0003 312e33" + "4000 0000".repeat(4999));
        assertInvalid(FIXED + "5000 61a8" + "5600 0002 0000 ".repeat(4166) + "00000000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2100 0004 05000000", // context not proposed
                "2100 0004 01000500", // result that is none
                "2100 0004 01000000", // accepted without a transfer syntax
                "2100 000b 01000000 4000 0003 312e39", // accepted in one not proposed
                "2100 0002 0100", // cut
                "2100 0004 01000000 4000 0009"
            })
    void damagedAcceptancesAreInvalid(String item) {
        PduException e = assertThrows(
                PduException.class,
                () -> PduDecoder.accept(
                        hex(FIXED + USER + item), List.of(new ProposedContext(1, "1.3", List.of("1.4")))));
        assertEquals(PduException.INVALID_PARAMETER, e.reason());
    }

    @Test
    void aRequestCutAnywhereIsInvalidOrLacksWholeItems() throws PduException {
        byte[] whole = body(PduEncoder.request(request(contexts(3), EVERYTHING)), 1);

        // User information comes last: whatever is cut, it is incomplete.
        for (int cut = 0; cut < whole.length; cut++) {
            byte[] bytes = Arrays.copyOf(whole, cut);
            assertThrows(PduException.class, () -> decode(bytes), "cut at " + cut);
        }
    }

    @Test
    void changedPdusAreReadOrInvalidAndNothingElse() {
        byte[] request = body(PduEncoder.request(request(contexts(5), EVERYTHING)), 1);
        byte[] accept = body(
                PduEncoder.accept(new AssociateAccept(
                        "B",
                        "A",
                        List.of(new PresentationContext(1, "1.2.0", Result.ACCEPTANCE, EXPLICIT)),
                        EVERYTHING)),
                2);
        Random random = new Random(42);
        for (int i = 0; i < 5000; i++) {
            byte[] changed = (i % 2 == 0 ? request : accept).clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                changed[random.nextInt(changed.length)] = (byte) (random.nextBoolean() ? random.nextInt(256) : 0xFF);
            }
            try {
                Object read = i % 2 == 0 ? decode(changed) : PduDecoder.accept(changed, contexts(5));
                assertNotNull(read);
            } catch (PduException e) {
                assertTrue(e.reason() == PduException.INVALID_PARAMETER, () -> String.valueOf(e.getMessage()));
            }
        }
    }
}
