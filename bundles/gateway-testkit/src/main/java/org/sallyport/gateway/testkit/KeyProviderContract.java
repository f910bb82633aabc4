package org.sallyport.gateway.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.key.KeyProvider;

/**
 * What the gateway relies on in every {@link KeyProvider}. A vendor extends this class beside the tests of the plug-in's own, with a service or token of tests behind
 * it.
 */
public abstract class KeyProviderContract {

    /** As long as the gateway's vault stays closed for one call. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int KEY_BYTES = 32;
    private static final int LONGEST_ID = 200;
    /** Bytes that are changed, at most: a provider may take its time. */
    private static final int TRIED = 16;

    private final byte[] key = new byte[KEY_BYTES];
    private final Printed printed = new Printed();

    /** The provider as its component would register it. Called again in a test it gives what a restart of the gateway would: the same keys, and nothing in memory. */
    protected abstract KeyProvider open() throws Exception;

    /** Takes the keys away, for the rest of the test, as when a service is not reached or a token is pulled. @return false if that cannot be done; the test is skipped */
    protected boolean loseKeys() throws Exception {
        return false;
    }

    /** What is called, in the time that it may take. */
    private interface Call<T> {
        T make() throws Exception;
    }

    private static <T> T inTime(Call<T> call) {
        return assertTimeoutPreemptively(LONGEST, call::make);
    }

    private String newKey(KeyProvider provider) {
        return inTime(provider::newKey);
    }

    private byte[] wrapped(KeyProvider provider, String id) {
        return inTime(() -> provider.wrap(id, key.clone()));
    }

    private byte[] unwrapped(KeyProvider provider, String id, byte[] wrapped) {
        return inTime(() -> provider.unwrap(id, wrapped.clone()));
    }

    /** What it says, in time; empty = it gave something back. */
    private static Optional<Exception> refusal(Call<byte[]> unwrap) {
        return inTime(() -> {
            try {
                unwrap.make();
                return Optional.empty();
            } catch (Exception e) {
                return Optional.of(e);
            }
        });
    }

    private void assertRefused(KeyProvider provider, String id, byte[] wrapped, String what) {
        assertTellsNothing(
                what,
                refusal(() -> provider.unwrap(id, wrapped.clone()))
                        .orElseThrow(() -> new AssertionError(what + " is to be refused")));
    }

    private void assertSaysWhatToDo(String what, Call<byte[]> unwrap) {
        Exception told = refusal(unwrap).orElseThrow(() -> new AssertionError(what + ": nothing is to be unwrapped"));
        assertTrue(
                told.getMessage() != null && !told.getMessage().isBlank(),
                what + ": the message has to say what to do");
        assertTellsNothing(what, told);
    }

    private void assertTellsNothing(String what, Throwable told) {
        for (Throwable one = told; one != null; one = one.getCause()) {
            assertFalse(shows(String.valueOf(one)), what + ": the exception tells the key");
        }
    }

    /** In the forms that keys are written in. */
    private boolean shows(String text) {
        String hexadecimal = HexFormat.of().formatHex(key);
        return text.toLowerCase(Locale.ROOT).contains(hexadecimal)
                || text.contains(Base64.getEncoder().encodeToString(key))
                || text.contains(Arrays.toString(key))
                || text.contains(new String(key, StandardCharsets.ISO_8859_1));
    }

    @BeforeEach
    void makeKey() {
        RANDOM.nextBytes(key);
        printed.begin();
    }

    @AfterEach
    void assertNothingWasPrinted() {
        printed.end();
        assertFalse(shows(new String(printed.bytes(), StandardCharsets.ISO_8859_1)), "the log tells the key");
    }

    @Test
    void aKeyIsNamedByAnIdThatCanBeWrittenDown() throws Exception {
        String id = newKey(open());
        assertTrue(!id.isEmpty() && id.length() <= LONGEST_ID, "an id has 1–" + LONGEST_ID + " characters: " + id);
        assertTrue(
                id.chars().allMatch(c -> c > 0x20 && c < 0x7F && c != '\\'),
                "an id is of visible characters of ASCII without a backslash: " + id);
    }

    @Test
    void whatIsWrappedComesBackAlsoAfterARestart() throws Exception {
        KeyProvider provider = open();
        String id = newKey(provider);
        byte[] wrapped = wrapped(provider, id);
        assertArrayEquals(key, unwrapped(provider, id, wrapped), "the key does not come back");
        assertArrayEquals(key, unwrapped(open(), id, wrapped), "the key does not come back after a restart");
    }

    @Test
    void whatIsWrappedShowsNothingOfTheKeyAndIsShort() throws Exception {
        KeyProvider provider = open();
        byte[] wrapped = wrapped(provider, newKey(provider));
        assertTrue(
                wrapped.length > 0 && wrapped.length <= KeyProvider.LONGEST_WRAPPED,
                "a wrapped key has 1–" + KeyProvider.LONGEST_WRAPPED + " bytes: " + wrapped.length);
        assertFalse(shows(new String(wrapped, StandardCharsets.ISO_8859_1)), "the wrapped key shows the key");
    }

    @Test
    void whatIsGivenIsNeitherChangedNorKept() throws Exception {
        KeyProvider provider = open();
        String id = newKey(provider);
        byte[] given = key.clone();
        byte[] wrapped = inTime(() -> provider.wrap(id, given));
        assertArrayEquals(key, given, "wrap changes the key that it is given");
        Arrays.fill(given, (byte) 0);
        byte[] again = wrapped.clone();
        byte[] first = inTime(() -> provider.unwrap(id, again));
        assertArrayEquals(wrapped, again, "unwrap changes what it is given");
        assertArrayEquals(key, first, "what was wrapped is what was given then");
        Arrays.fill(first, (byte) 0);
        assertArrayEquals(key, unwrapped(provider, id, wrapped), "what unwrap gives is the caller's own");
    }

    @Test
    void whatWasChangedOrCutOffIsRefused() throws Exception {
        KeyProvider provider = open();
        String id = newKey(provider);
        byte[] wrapped = wrapped(provider, id);
        int step = wrapped.length / TRIED + 1;
        for (int at = 0; at < wrapped.length; at += step) {
            byte[] changed = wrapped.clone();
            changed[at] ^= 1;
            assertRefused(provider, id, changed, "a wrapped key with byte " + at + " changed");
        }
        for (int length : List.of(0, 1, wrapped.length / 2, wrapped.length - 1)) {
            assertRefused(provider, id, Arrays.copyOf(wrapped, length), "a wrapped key cut to " + length + " bytes");
        }
    }

    @Test
    void aKeyThatIsNotThereIsRefusedWithTheWayOut() throws Exception {
        KeyProvider provider = open();
        byte[] wrapped = wrapped(provider, newKey(provider));
        assertSaysWhatToDo("an id that is nobody's", () -> provider.unwrap("no-such-key-8841", wrapped.clone()));
    }

    @Test
    void theKeyBeforeOpensUntilItIsRetiredAndTheNewOneAfterwards() throws Exception {
        KeyProvider provider = open();
        String before = newKey(provider);
        byte[] wrappedBefore = wrapped(provider, before);
        String now = newKey(provider);
        byte[] wrappedNow = wrapped(provider, now);
        assertArrayEquals(
                key, unwrapped(open(), before, wrappedBefore), "the key before is needed until it is retired");
        if (!now.equals(before)) {
            assertRefused(provider, now, wrappedBefore, "what was wrapped under another key");
            inTime(() -> {
                provider.retire(before);
                return true;
            });
        }
        assertArrayEquals(key, unwrapped(open(), now, wrappedNow), "the new key is needed after that");
    }

    @Test
    void whileTheKeysAreAwayItSaysSo() throws Exception {
        KeyProvider provider = open();
        String id = newKey(provider);
        byte[] wrapped = wrapped(provider, id);
        assumeTrue(loseKeys(), "keys cannot be taken away here");
        assertSaysWhatToDo("while the keys are away", () -> open().unwrap(id, wrapped.clone()));
    }
}
