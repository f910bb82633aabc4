package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.image.ImagePixel;

/** Whatever the program does, there is an answer in time, and nothing of the program is left. */
class TesseractTest {

    private static final int SIDE = 600;
    private static final ImagePixel IMAGE = new ImagePixel(SIDE, SIDE, 1, "MONOCHROME2", 0, 8, 8, 7, 1);
    private static final int LONG = 300;

    @TempDir
    private Path folder;

    private String doubt(int seconds, String... commands) throws Exception {
        Tesseract tesseract = new Tesseract(Program.in(folder, commands), seconds, 70);
        return assertThrows(Doubt.class, () -> tesseract.find(new byte[SIDE * SIDE], IMAGE, false))
                .reason();
    }

    @Test
    void oneThatHangsIsADoubt() throws Exception {
        assertEquals("tesseract took more than 2 seconds", doubt(2, "exec sleep 600"));
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "not in time: " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Gone, or a zombie that nobody has waited for. */
    private static boolean hasEnded(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException e) {
            return true;
        }
    }

    /** As when the gateway is stopped. */
    @Test
    void anInterruptedOneIsEndedWithWhatItHasStarted() throws Exception {
        Path pids = folder.resolve("pids");
        Path writing = folder.resolve("writing");
        Tesseract tesseract = new Tesseract(
                Program.in(
                        folder,
                        "sleep 600 &",
                        "echo $$ $! > " + writing,
                        "mv " + writing + " " + pids,
                        "cat > /dev/null",
                        "wait"),
                LONG,
                70);
        CompletableFuture<String> told = new CompletableFuture<>();
        Thread looking = new Thread(() -> {
            try {
                told.complete("found " + tesseract.find(new byte[SIDE * SIDE], IMAGE, false));
            } catch (Doubt e) {
                told.complete(
                        e.reason() + "; interrupted: " + Thread.currentThread().isInterrupted());
            } catch (RuntimeException e) {
                told.completeExceptionally(e);
            }
        });
        looking.start();
        await("the program runs", () -> Files.exists(pids));
        looking.interrupt();
        assertEquals("interrupted while tesseract ran; interrupted: true", told.get(2, TimeUnit.MINUTES));
        for (String pid : Files.readString(pids).strip().split(" ", -1)) {
            await("its processes end", () -> hasEnded(pid));
        }
    }

    /** Long before its time is over. */
    @Test
    void oneThatNeverEndsItsAnswerIsEnded() throws Exception {
        assertEquals("tesseract answered more than 4 MiB", doubt(LONG, "exec yes"));
    }

    @Test
    void oneThatFailsOrAnswersSomethingElseIsADoubt() throws Exception {
        assertEquals("tesseract failed with exit code 3", doubt(LONG, "cat > /dev/null", Program.NO_WORDS, "exit 3"));
        assertEquals(
                "tesseract answered something else than a table of words",
                doubt(LONG, "cat > /dev/null", "echo DOE JANE"));
        assertEquals("tesseract answered something else than a table of words", doubt(LONG, "exec cat > /dev/null"));
    }

    /** It cannot have looked at the picture. */
    @Test
    void oneThatAnswersWithoutThePictureIsADoubt() throws Exception {
        assertEquals("tesseract did not take the picture", doubt(LONG, Program.NO_WORDS));
    }

    @Test
    void oneThatIsNotThereIsADoubt() {
        Tesseract tesseract = new Tesseract(folder.resolve("none"), LONG, 70);
        assertEquals(
                "tesseract cannot be started",
                assertThrows(Doubt.class, () -> tesseract.find(new byte[SIDE * SIDE], IMAGE, false))
                        .reason());
    }

    @Test
    void aFrameThatItCannotTakeIsADoubt() {
        ImagePixel long1 = new ImagePixel(1, 40_000, 1, "MONOCHROME2", 0, 8, 8, 7, 1);
        Tesseract tesseract = new Tesseract(folder.resolve("none"), LONG, 70);
        assertEquals(
                "a frame of 40000 × 1 is too large for tesseract",
                assertThrows(Doubt.class, () -> tesseract.find(new byte[40_000], long1, false))
                        .reason());
    }

    /** The indices of a palette say nothing of what is bright, and a fourth sample could hide anything. */
    @Test
    void aFrameThatHasNoShadesIsADoubt() {
        Tesseract tesseract = new Tesseract(folder.resolve("none"), LONG, 70);
        for (ImagePixel image : List.of(
                new ImagePixel(1, 2, 1, "PALETTE COLOR", 0, 8, 8, 7, 1),
                new ImagePixel(1, 2, 4, "ARGB", 0, 8, 8, 7, 1))) {
            assertEquals(
                    "it can be found in shades of grey and 8-bit RGB or YBR only",
                    assertThrows(Doubt.class, () -> tesseract.find(new byte[image.frameBytes()], image, false))
                            .reason());
        }
    }

    /** It holds what it should look at; the log says what to do. */
    @Test
    void oneThatDoesNotRunIsToldOfWithTheWayOut() throws Exception {
        Path none = folder.resolve("none");
        TextRecognition set =
                Tesseract.of(OcrSettings.of(OcrSettingsTest.configuration(Map.of("ocr", none.toString()))));
        assertThrows(Doubt.class, () -> set.find(new byte[SIDE * SIDE], IMAGE, false));
        assertEquals(
                Optional.of(
                        "ocr \"" + none + "\": tesseract cannot be started; objects that it should look at are held."
                                + " Install it with its language eng (Debian: tesseract-ocr), or leave ocr empty"
                                + " (org.sallyport.deid.cfg)"),
                new Tesseract(none, LONG, 70).problem());
        Path fails = Program.in(folder, "exit 1");
        assertTrue(new Tesseract(fails, LONG, 70).problem().orElse("").contains("tesseract failed with exit code 1; "));
        Path works = Program.in(folder, "cat > /dev/null", Program.NO_WORDS);
        assertEquals(Optional.empty(), new Tesseract(works, LONG, 70).problem());
    }

    /** The picture goes through a pipe, and of our environment nothing. */
    @Test
    void theProgramGetsThePictureAndACleanEnvironment() throws Exception {
        Path picture = folder.resolve("picture");
        Path environment = folder.resolve("environment");
        Path arguments = folder.resolve("arguments");
        Tesseract tesseract = new Tesseract(
                Program.in(
                        folder,
                        "cat /proc/$$/environ > " + environment,
                        "echo $* > " + arguments,
                        "cat > " + picture,
                        Program.NO_WORDS),
                LONG,
                70);
        byte[] samples = new byte[SIDE * SIDE];
        samples[samples.length - 1] = (byte) 200;
        assertEquals(List.of(), tesseract.find(samples, IMAGE, false));
        byte[] got = Files.readAllBytes(picture);
        String header = "P5\n1200 1200\n255\n";
        assertEquals(header, new String(got, 0, header.length(), StandardCharsets.US_ASCII));
        assertEquals(header.length() + 1200 * 1200, got.length);
        assertEquals((byte) 255, got[got.length - 1]);
        assertEquals(
                new TreeSet<>(List.of("LC_ALL=C.UTF-8", "OMP_THREAD_LIMIT=1", "PATH=/usr/bin:/bin")),
                new TreeSet<>(Files.readString(environment)
                        .replace('\0', '\n')
                        .lines()
                        .toList()));
        assertEquals("stdin stdout -l eng --psm 11 tsv\n", Files.readString(arguments));
    }

    @Test
    void smallPicturesAreDoubledSmoothly() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Tesseract.write(out, new byte[] {0, (byte) 160}, 2, 1, 2);
        byte[] expected = {0, 40, 120, (byte) 160, 0, 40, 120, (byte) 160};
        byte[] written = out.toByteArray();
        assertArrayEquals(expected, Arrays.copyOfRange(written, written.length - 8, written.length));
    }
}
