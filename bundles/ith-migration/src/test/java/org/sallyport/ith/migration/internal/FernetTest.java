package org.sallyport.ith.migration.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.vault.MappingImport.Keys;

/** Tokens as the Fernet specification's own test vector has them. */
class FernetTest {

    private static final String KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    private static final String TOKEN =
            "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

    private static Fernet fernet(String key) throws IOException {
        return Objects.requireNonNull(Fernet.of(new Keys(key, null)));
    }

    @Test
    void theVectorOpens() throws IOException {
        assertTrue(Fernet.isToken(TOKEN));
        assertEquals("hello", fernet(KEY).open(TOKEN));
    }

    /** Made with Python's hashlib and hmac. */
    @Test
    void aKeyIsDerivedFromTheSecret() throws IOException {
        Fernet derived = Objects.requireNonNull(Fernet.of(new Keys(null, "django-insecure")));
        assertEquals(
                "DOE^JANE",
                derived.open(
                        "gAAAAABlU_EAAAECAwQFBgcICQoLDA0OD7B3AWZQtlXl7HmKv08GuH3gR_FrzNKvA0rh7WGVUF78wh9eP4nc58t5aGaW432m1w=="));
    }

    @Test
    void whatWasChangedOrMadeUnderAnotherKeyDoesNotOpen() throws IOException {
        char[] changed = TOKEN.toCharArray();
        changed[50] = changed[50] == 'A' ? 'B' : 'A';
        assertThrows(IOException.class, () -> fernet(KEY).open(new String(changed)));
        Fernet other = fernet("aw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=");
        assertThrows(IOException.class, () -> other.open(TOKEN));
        for (String none : new String[] {"", "gAAAAA", "gAAAAA!!!", "x".repeat(2 << 20)}) {
            assertThrows(IOException.class, () -> fernet(KEY).open(none));
        }
    }

    @Test
    void whatIsNoKeyIsSaid() throws IOException {
        assertNull(Fernet.of(new Keys(null, " ")));
        assertThrows(IOException.class, () -> Fernet.of(new Keys("short", null)));
        assertThrows(IOException.class, () -> Fernet.of(new Keys("no base64 !", null)));
        assertFalse(Fernet.isToken("DOE^JANE"));
        assertEquals("Keys[secret]", new Keys("a", "b").toString());
    }
}
