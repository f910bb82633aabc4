package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** Several storescu at once, each sending a study of its own, and what was acknowledged to them. Used by one thread. */
final class Senders {

    static final int SIZE = 128;
    static final int FIRST = 1000;

    private static final Pattern SENDING = Pattern.compile("Sending file: .*/ct(\\d+)-(\\d+)-(\\d+)\\.dcm");

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final List<Path> outputs = new ArrayList<>();
    private int nextNumber;

    Senders(Path folder) throws IOException {
        this(folder, FIRST);
    }

    /** @param first number of the first study */
    Senders(Path folder, int first) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.nextNumber = first;
    }

    static SyntheticStudy study(int number, int images) {
        return new SyntheticStudy(new Patient(number), Modality.CT, number, 1, images, SIZE, SIZE);
    }

    /** Starts senders of a fresh study each. */
    void start(int senders, int images, int port) throws IOException {
        for (int i = 0; i < senders; i++) {
            int number = nextNumber++;
            Path files = folder.resolve("study" + number);
            study(number, images).writeTo(files);
            Path output = folder.resolve("sender" + number + ".out");
            outputs.add(output);
            processes.add(new ProcessBuilder(
                            "storescu",
                            "-v",
                            "+sd",
                            "-aec",
                            Appliance.AET,
                            "127.0.0.1",
                            String.valueOf(port),
                            files.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start());
        }
    }

    /** Fails unless an original, a Part 10 file, is what was sent, attribute by attribute. @return its key, see {@link #acknowledged} */
    static String assertOriginal(byte[] part10) throws IOException {
        DataSet original = Part10Reader.open(new ByteArrayInputStream(part10), Limits.DEFAULT, BulkStore.REFUSE)
                .dataSet()
                .readAll();
        int number = original.intValue(Tag.AcquisitionNumber, -1);
        int series = original.intValue(Tag.SeriesNumber, -1);
        int instance = original.intValue(Tag.InstanceNumber, -1);
        String key = number + "/" + series + "/" + instance;
        assertEquals(List.of(), DataSetDifference.between(study(number, 1).image(series, instance), original), key);
        return key;
    }

    boolean running() {
        return processes.stream().anyMatch(Process::isAlive);
    }

    void await() throws InterruptedException {
        for (Process process : processes) {
            if (!process.waitFor(10, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("a sender did not end");
            }
        }
        processes.clear();
    }

    /** What each sender said last. */
    String lastLines() {
        StringBuilder text = new StringBuilder();
        for (Path output : outputs) {
            try {
                List<String> lines = Files.readAllLines(output);
                lines.subList(Math.max(0, lines.size() - 5), lines.size())
                        .forEach(line -> text.append(line).append('\n'));
            } catch (IOException e) {
                text.append(e).append('\n');
            }
        }
        return text.toString();
    }

    /** Keys ({@code study/series/instance} numbers) of all images whose success was told to a sender so far. */
    Set<String> acknowledged() throws IOException {
        Set<String> keys = new TreeSet<>();
        for (Path output : outputs) {
            String sending = null;
            for (String line : Files.readAllLines(output)) {
                Matcher matcher = SENDING.matcher(line);
                if (matcher.find()) {
                    sending = matcher.group(1) + "/" + matcher.group(2) + "/" + matcher.group(3);
                } else if (line.contains("Received Store Response (Success)") && sending != null) {
                    keys.add(sending);
                }
            }
        }
        return keys;
    }
}
