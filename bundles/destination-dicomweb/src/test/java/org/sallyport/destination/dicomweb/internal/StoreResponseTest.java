package org.sallyport.destination.dicomweb.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreResponseTest {

    private static StoreResponse parse(String text) throws IOException {
        return StoreResponse.parse("application/octet-stream", text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void bothFormsSayTheSame() throws IOException {
        StoreResponse expected = new StoreResponse(Map.of("1.2", 0, "1.3", 0), Map.of("1.4", 0xA900));
        assertEquals(expected, parse(Answers.json(List.of("1.2", "1.3"), Map.of(), Map.of("1.4", 0xA900))));
        assertEquals(expected, parse("[" + Answers.json(List.of("1.2", "1.3"), Map.of(), Map.of("1.4", 0xA900)) + "]"));
        assertEquals(expected, parse(Answers.xml(List.of("1.2", "1.3"), Map.of("1.4", 0xA900))));
    }

    @Test
    void anInstanceThatIsBothFailed() throws IOException {
        assertEquals(
                new StoreResponse(Map.of(), Map.of("1.2", 7)),
                parse(Answers.json(List.of("1.2"), Map.of(), Map.of("1.2", 7))));
    }

    @Test
    void paddingAndSmallLettersAndStrangersAreBorne() throws IOException {
        assertEquals(
                new StoreResponse(Map.of("1.2", 0), Map.of()),
                parse("\r\n{\"x\":[[{}]],\"00081199\":{\"Value\":[3,null,{\"00081155\":{\"Value\":[\"1.2\\u0000\","
                        + "\"9\"],\"z\":{\"Value\":[\"8\"]}},\"0008119a\":{\"Value\":[{}]}},{}]}}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "stored",
                "{\"00081199\":",
                "[[{}]]",
                "7",
                "{\"00081198\":{\"Value\":[{\"00081155\":{\"Value\":[\"1\"]},\"00081197\":{\"Value\":[\"x\"]}}]}}",
                "{\"00081198\":{\"Value\":[{\"00081155\":{\"Value\":[\"1\"]},\"00081197\":{\"Value\":[9999999999]}}]}}",
                "<html/>",
                "<NativeDicomModel>",
                "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><NativeDicomModel>&a;</NativeDicomModel>",
                "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><NativeDicomModel><DicomAttribute tag=\"00081199\"/></NativeDicomModel>"
            })
    void whatIsNoResponseIsRefused(String text) {
        assertThrows(IOException.class, () -> parse(text));
    }

    @Test
    void depthAndLengthAreLimited() {
        assertThrows(IOException.class, () -> parse("{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}"));
        assertThrows(
                IOException.class,
                () -> parse("<NativeDicomModel>" + "<a>".repeat(100) + "</a>".repeat(100) + "</NativeDicomModel>"));
        assertThrows(IOException.class, () -> parse(Answers.json(List.of("1".repeat(300)), Map.of(), Map.of())));
        assertThrows(IOException.class, () -> parse(Answers.xml(List.of("1".repeat(300)), Map.of())));
    }

    @Test
    void messagesQuoteNothing() {
        IOException e = assertThrows(IOException.class, () -> parse("{\"00100010\":\"DOE^JANE\", x}"));
        assertFalse(String.valueOf(e.getMessage()).contains("DOE"));
    }
}
