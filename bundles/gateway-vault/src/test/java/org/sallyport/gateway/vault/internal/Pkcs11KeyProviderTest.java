package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.sallyport.gateway.api.vault.VaultException;

/** A token of SoftHSM holds the key that the vault opens with. Its library serves one process with one folder of tokens, so each test runs in one of its own. */
@Tag("peers")
class Pkcs11KeyProviderTest {

    private static final String PIN = "8818";

    @TempDir
    private static Path folder;

    private static Path library;

    @BeforeAll
    static void makeTokens() throws Exception {
        library = Stream.of(
                        "/usr/lib/softhsm/libsofthsm2.so",
                        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so")
                .map(Path::of)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no SoftHSM here: install the package softhsm2"));
        Files.createDirectory(folder.resolve("tokens"));
        Files.writeString(
                folder.resolve("softhsm2.conf"),
                "directories.tokendir = " + folder.resolve("tokens") + "\nobjectstore.backend = file\n");
        run("softhsm2-util", "--init-token", "--free", "--label", "gateway", "--pin", PIN, "--so-pin", "8819");
        for (String label : List.of("sallyport", "sallyport-2")) {
            run(
                    "pkcs11-tool",
                    "--module",
                    library.toString(),
                    "--token-label",
                    "gateway",
                    "--login",
                    "--pin",
                    PIN,
                    "--keygen",
                    "--key-type",
                    "AES:32",
                    "--label",
                    label,
                    "--id",
                    label.equals("sallyport") ? "01" : "02");
        }
    }

    private static void run(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), command[0]);
        assertEquals(0, process.exitValue(), output);
    }

    /** Opens or rotates the vault of a folder in a process of its own, as the gateway does; the environment tells SoftHSM where its tokens are. */
    private static String vault(Path data, String what, String label, String pin, Path library) throws Exception {
        return told(Opening.class, data.toString(), what, library.toString(), label, pin);
    }

    /** What a program prints behind {@code told:}. */
    private static String told(Class<?> program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Not into the file of this process, which would be emptied.
                "-Dorg.slf4j.simpleLogger.logFile=System.err",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true);
        builder.environment()
                .put("SOFTHSM2_CONF", folder.resolve("softhsm2.conf").toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        return output.lines()
                .filter(line -> line.startsWith("told: "))
                .map(line -> line.substring(6))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output));
    }

    private static String vault(Path data, String what, String label) throws Exception {
        return vault(data, what, label, PIN, library);
    }

    /** Tells a key that the opened vault derives, or why it does not open. */
    static final class Opening {

        private Opening() {}

        public static void main(String[] given) throws IOException {
            Path data = Path.of(given[0]);
            Pkcs11KeyProvider token = new Pkcs11KeyProvider(given[2], -1, given[3], given[4]);
            MasterKey masterKey = new MasterKey(
                    data,
                    given[1].equals("open with the key file") ? KeyFile.ID : Pkcs11KeyProvider.ID,
                    name -> name.equals(Pkcs11KeyProvider.ID) ? token : null,
                    new KeyFile(data, "a passphrase"));
            try {
                if (given[1].equals("rotate")) {
                    System.out.println("told: " + masterKey.rotate());
                } else {
                    System.out.println("told: "
                            + java.util.HexFormat.of()
                                    .formatHex(masterKey.open().heldKey()));
                }
            } catch (VaultException e) {
                System.out.println("told: " + e.getMessage());
            }
        }
    }

    /** Runs the contract that vendors' providers keep to. */
    static final class ContractRun {

        private ContractRun() {}

        public static void main(String[] given) {
            System.setProperty(TokenContract.LIBRARY, given[0]);
            System.setProperty(TokenContract.PIN, PIN);
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(DiscoverySelectors.selectClass(TokenContract.class))
                                    .build(),
                            listener);
            System.out.println("told: " + listener.getSummary().getTestsSucceededCount() + " kept, "
                    + listener.getSummary().getFailures().stream()
                            .map(failure -> failure.getTestIdentifier().getDisplayName() + " " + failure.getException())
                            .toList());
        }
    }

    @Test
    void theTokenKeepsToTheContractOfKeyProviders() throws Exception {
        String told = told(ContractRun.class, library.toString());
        // All but the one for keys that can be taken away.
        assertEquals("7 kept, []", told);
    }

    @Test
    void theVaultOpensWithTheTokensKeyAndWithNoOther(@TempDir Path data) throws Exception {
        String keys = vault(data, "open", "sallyport");
        assertTrue(keys.matches("[0-9a-f]{64}"), keys);
        assertFalse(Files.exists(data.resolve(KeyFile.KEYS)), "no key lies on the disk");
        assertEquals(keys, vault(data, "open", "sallyport"));
        assertEquals(keys, vault(data, "open", "sallyport-2"), "it still opens as before");

        assertEquals("Place[provider=pkcs11, keyId=sallyport-2]", vault(data, "rotate", "sallyport-2"));
        assertEquals(keys, vault(data, "open", "sallyport-2"));

        byte[] master = Files.readAllBytes(data.resolve(MasterKey.FILE));
        Path other = Files.createDirectory(data.resolve("other"));
        Files.writeString(
                other.resolve(MasterKey.FILE),
                new String(master, StandardCharsets.US_ASCII).replace("sallyport-2", "sallyport"));
        assertTrue(vault(other, "open", "sallyport").contains("does not open"), "under another key of the token");
        assertArrayEquals(master, Files.readAllBytes(data.resolve(MasterKey.FILE)));
    }

    @Test
    void aVaultWithAKeyFileMovesIntoTheToken(@TempDir Path data) throws Exception {
        String keys = vault(data, "open with the key file", "sallyport");
        assertTrue(keys.matches("[0-9a-f]{64}"), keys);
        assertEquals("Place[provider=pkcs11, keyId=sallyport]", vault(data, "rotate", "sallyport"));
        Files.delete(data.resolve(KeyFile.KEYS));
        assertEquals(keys, vault(data, "open", "sallyport"));
    }

    @Test
    void whatIsMissingIsNamed(@TempDir Path data) throws Exception {
        assertTrue(vault(data, "open", "nobody's").contains("no AES key with the label \"nobody's\""), "a key");
        String pin = vault(data, "open", "sallyport", "0000", library);
        assertTrue(pin.contains(".pkcs11-pin"), pin);
        assertFalse(pin.contains("0000"), "the PIN is not told");
        String none = vault(data, "open", "sallyport", PIN, data.resolve("none.so"));
        assertTrue(none.contains("pkcs11-library"), none);
        assertFalse(Files.exists(data.resolve(MasterKey.FILE)), "nothing was made");
    }

    @Test
    void aPathThatIsMoreThanOneIsRefused() {
        for (String path : List.of("", "/lib/a.so\nslot = 7", "/lib/a b.so")) {
            assertThrows(VaultException.class, () -> new Pkcs11KeyProvider(path, -1, "sallyport", PIN).newKey(), path);
        }
    }
}
