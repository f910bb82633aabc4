package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.net.AssociationException.Kind;

/** Command sets (PS3.7 6.3.1, 9.3, Annex E). */
class CommandSetTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";

    private static CommandSet decode(String hex) throws AssociationException {
        return CommandSet.decode(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @Test
    void anEchoRequestIsEncodedByteForByteAsTheStandardSays() throws IOException {
        byte[] bytes = CommandSet.echoRequest(7, "1.2.840.10008.1.1").encode();

        assertArrayEquals(RawPeer.echo(7), bytes);
    }

    @Test
    void aStoreRequestComesBack() throws IOException {
        CommandSet back =
                CommandSet.decode(CommandSet.storeRequest(65_535, CT, "1.2.3").encode());

        assertEquals(CommandSet.C_STORE_RQ, back.commandField());
        assertEquals(65_535, back.messageId());
        assertEquals(CT, back.affectedSopClassUid());
        assertEquals("1.2.3", back.affectedSopInstanceUid());
        assertTrue(back.hasDataSet());
        assertFalse(back.isResponse());
    }

    @Test
    void aResponseAnswersItsRequest() throws IOException {
        CommandSet request = CommandSet.storeRequest(9, CT, "1.2.3");

        CommandSet back = CommandSet.decode(request.response(0xA700)
                .withComment("out of space")
                .withOffendingElement(0x00100020)
                .encode());

        assertEquals(CommandSet.C_STORE_RQ | CommandSet.RESPONSE, back.commandField());
        assertTrue(back.isResponse());
        assertEquals(9, back.messageIdBeingRespondedTo());
        assertEquals(0xA700, back.status());
        assertEquals(CT, back.affectedSopClassUid());
        assertEquals("1.2.3", back.affectedSopInstanceUid());
        assertEquals("out of space", back.errorComment());
        assertFalse(back.hasDataSet());
    }

    @Test
    void aResponseRepeatsNoElementThatItsRequestLacks() throws IOException {
        CommandSet response =
                decode("0000 0001 0200 0000 3000 0000 1001 0200 0000 0500").response(0);

        CommandSet back = CommandSet.decode(response.encode());

        assertEquals(5, back.messageIdBeingRespondedTo());
        assertNull(back.affectedSopClassUid());
        assertNull(back.affectedSopInstanceUid());
    }

    /** PS3.7 Annex C: Error Comment is an LO of at most 64 characters. */
    @Test
    void aCommentIsCutToItsLongestLength() throws IOException {
        CommandSet response = CommandSet.echoRequest(1, CT).response(0x0110).withComment("x".repeat(100));

        assertEquals("x".repeat(64), CommandSet.decode(response.encode()).errorComment());
    }

    @Test
    void theGroupLengthCountsWhatFollowsIt() throws IOException {
        byte[] bytes = CommandSet.storeRequest(1, CT, "1.2.3").response(0).encode();

        assertEquals(bytes.length - 12, (bytes[8] & 0xFF) | (bytes[9] & 0xFF) << 8);
        assertEquals(0, bytes.length % 2);
    }

    @Test
    void elementsThatAreNotUsedArePassedOver() throws IOException {
        CommandSet read = decode("0000 0001 0200 0000 3000 0000 0110 0400 0000 01020304");

        assertEquals(CommandSet.C_ECHO_RQ, read.commandField());
        assertFalse(read.hasDataSet());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0000 0001 0200 00",
                "0000 0001 0200 0000 30",
                "0000 0001 FFFF FFFF 3000",
                "0000 0001 0000 0000",
                "0000 1001 0200 0000 0500",
                "0800 0001 0200 0000 3000",
                "0000 0001 0200 0000 3000 0000 0001 0200 0000 3000"
            })
    void whatIsNoCommandSetIsAProtocolError(String hex) {
        AssociationException e = assertThrows(AssociationException.class, () -> decode(hex));

        assertEquals(Kind.PROTOCOL_ERROR, e.kind());
    }

    @Test
    void changedCommandSetsAreReadOrAProtocolErrorAndNothingElse() throws IOException {
        byte[] original = CommandSet.storeRequest(1, CT, "1.2.3")
                .response(0)
                .withComment("comment")
                .withOffendingElement(0x00100020)
                .encode();
        Random random = new Random(5);
        for (int i = 0; i < 5000; i++) {
            byte[] changed = Arrays.copyOf(original, original.length - random.nextInt(3));
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            try {
                CommandSet read = CommandSet.decode(changed);
                assertTrue(read.commandField() >= 0);
                assertTrue(read.response(0).encode().length > 0);
                assertTrue(read.status() >= -1 && read.messageId() >= 0);
            } catch (AssociationException e) {
                assertEquals(Kind.PROTOCOL_ERROR, e.kind());
            }
        }
    }
}
