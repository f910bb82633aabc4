package org.sallyport.gateway.support.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

    private static final Values VALUES = new Values(" (a.cfg)");

    private static String refusal(Executable wrong) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, wrong);
        assertNull(e.getCause(), "people are shown the innermost cause");
        return String.valueOf(e.getMessage());
    }

    @Test
    void aNumberOutsideItsRangeIsNamed() {
        assertEquals(1, VALUES.within("port", () -> 1, 1, 9));
        assertEquals(9, VALUES.within("port", () -> 9, 1, 9));
        assertEquals("port 0: must be 1–9 (a.cfg)", refusal(() -> VALUES.within("port", () -> 0, 1, 9)));
        assertEquals("port 10: must be 1–9 (a.cfg)", refusal(() -> VALUES.within("port", () -> 10, 1, 9)));
    }

    /** Declarative Services throws what the JDK threw, when the value is asked for. */
    @Test
    void whatIsNoNumberIsNamed() {
        assertEquals(
                "port \"many\": must be a number, 1–9 (a.cfg)",
                refusal(() -> VALUES.within("port", () -> Integer.parseInt("many"), 1, 9)));
        assertEquals(
                "port: must be a number, 1–9 (a.cfg)",
                refusal(() -> VALUES.within(
                        "port",
                        () -> {
                            throw new IllegalStateException("something else");
                        },
                        1,
                        9)));
    }

    @ParameterizedTest
    @CsvSource({"yes,true", "YES,true", "' true ',true", "no,false", "False,false", "'',false"})
    void yesAndNoAreSpelledSo(String value, boolean expected) {
        assertEquals(expected, VALUES.yes("tls", value));
    }

    @Test
    void whatIsNeitherYesNorNoIsNamed() {
        assertEquals("tls \"maybe\": must be yes or no (a.cfg)", refusal(() -> VALUES.yes("tls", "maybe")));
    }

    @Test
    void theSlashAtTheEndOfAUrlIsNoMatter() {
        assertEquals(URI.create("https://host:8443/path"), VALUES.httpUrl("url", " https://host:8443/path/ "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "host.example",
                "ftp://host.example",
                "https://",
                "https:///path",
                "https://user:s3cret@host.example",
                "https://host.example?key=s3cret",
                "https://host.example#s3cret",
                "https://host example",
                "https://host.example:0",
                "https://host.example:65536",
                "javascript:alert(1)"
            })
    void aUrlThatIsNoneIsRefusedWithoutBeingShown(String url) {
        assertEquals(
                "url: must be http://host[:port][/path] or https://…, without user, query or fragment (a.cfg)",
                refusal(() -> VALUES.httpUrl("url", url)));
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8000,false",
        "http://LOCALHOST,false",
        "http://127.8.9.10:1,false",
        "http://[::1]:8000,false",
        "https://host.example,false",
        "http://host.example,true",
        "HTTP://10.0.0.1,true",
        "http://127.evil.example,true",
        "http://localhost.evil.example,true"
    })
    void plainHttpBeyondThisMachineIsSeen(URI url, boolean expected) {
        assertEquals(expected, Values.isPlainBeyondLoopback(url));
    }

    @interface Settings {
        String destination_name();

        String _pass$_$word();

        int min$_$free() default 1;
    }

    @Test
    void aKeyThatTheConfigurationDoesNotHaveIsNamed() {
        VALUES.known(
                Settings.class,
                Map.of(
                        "destination.name", "a",
                        ".pass-word", "b",
                        "min-free", "2",
                        "service.pid", "c",
                        "felix.fileinstall.filename", "d",
                        "component.id", 7L,
                        "osgi.ds.satisfying.condition.target", "(e=f)"));
        for (String wrong : List.of("min-fre", "minfree", "pass-word", "destination_name", "Min-Free")) {
            assertEquals(
                    wrong + ": there is no such key; the file as it is shipped explains all that there are (a.cfg)",
                    refusal(() -> VALUES.known(Settings.class, Map.of("min-free", "2", wrong, "hunter2"))));
        }
    }

    @Test
    void whatIsBehindARefusalIsKept() {
        Exception behind = new Exception("behind");
        IllegalArgumentException e = VALUES.refused("no", behind);
        assertEquals("no (a.cfg)", e.getMessage());
        assertTrue(e.getSuppressed()[0] == behind);
    }
}
