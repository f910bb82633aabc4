package org.sallyport.destination.folder.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.destination.folder.internal.FakeDelivery.Instance;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** Our DICOMDIR read by dcmtk and dicom3tools, and the manifest by sha256sum. */
@Tag("peers")
class DicomdirPeerTest {

    private static final Pattern REFERENCED = Pattern.compile("\\(0004,1500\\) CS \\[([^\\]]+)\\]");

    @TempDir
    private Path folder;

    private List<DeliveryInstance> study(int series, int images) throws IOException {
        new SyntheticStudy(new Patient(1), Modality.CT, 1, series, images, 16, 16).writeTo(folder.resolve("made"));
        List<DeliveryInstance> instances = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder.resolve("made"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                DataSet image;
                try (InputStream in = Files.newInputStream(file)) {
                    image = Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE)
                            .dataSet()
                            .readAll();
                }
                byte[] bytes = Files.readAllBytes(file);
                instances.add(new Instance(
                        String.valueOf(image.string(org.sallyport.dicom.data.Tag.SeriesInstanceUID)),
                        String.valueOf(image.string(org.sallyport.dicom.data.Tag.SOPInstanceUID)),
                        new String(bytes, StandardCharsets.ISO_8859_1),
                        bytes.length,
                        () -> {}));
            }
        }
        return instances;
    }

    private Path out() throws IOException {
        return Files.createDirectories(folder.resolve("out"));
    }

    private static FakeDelivery part(int part, List<DeliveryInstance> instances) {
        return new FakeDelivery(17, part, "ANON-1", "2.25.1", instances);
    }

    private record Result(int exit, String output) {}

    private static Result run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        return new Result(process.waitFor(), output);
    }

    private static Set<String> referenced(String dump) {
        Set<String> files = new TreeSet<>();
        Matcher matcher = REFERENCED.matcher(dump);
        while (matcher.find()) {
            files.add(matcher.group(1).strip().replace('\\', '/'));
        }
        return files;
    }

    private static Set<String> there(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return new TreeSet<>(files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .filter(path -> path.contains("/"))
                    .toList());
        }
    }

    @Test
    void everyFileIsInTheDirectoryAfterEachPart() throws Exception {
        List<DeliveryInstance> all = study(2, 3);
        FolderDestination destination = new FolderDestination(out(), new FolderSettings(true, true, true, 0));
        Path root = out().resolve("ANON-1_2.25.1");
        for (List<DeliveryInstance> part : List.of(all.subList(0, 4), all.subList(4, 6), all.subList(0, 4))) {
            destination.deliver(part(1, part));
            Result dump = run(root, "dcmdump", "+L", "DICOMDIR");
            assertEquals(0, dump.exit(), dump.output());
            assertEquals(there(root), referenced(dump.output()));
            Result sums = run(root, "sha256sum", "--check", "--strict", "MANIFEST");
            assertEquals(0, sums.exit(), sums.output());
        }
        assertEquals(6, there(root).size());
        there(root).forEach(path -> assertTrue(path.matches("[A-Z0-9_]{1,8}/[A-Z0-9_]{1,8}"), path));
        assertEquals(7, Files.readAllLines(root.resolve("MANIFEST")).size());
    }

    @Test
    void dciodvfyFindsNoErrorAndTheOffsetsLeadThrough() throws Exception {
        new FolderDestination(out(), new FolderSettings(true, true, false, 0)).deliver(part(1, study(2, 2)));
        Path root = out().resolve("ANON-1_2.25.1");
        Result verified = run(root, "dciodvfy", "DICOMDIR");
        List<String> errors = verified.output()
                .lines()
                .filter(line -> line.startsWith("Error"))
                .toList();
        assertEquals(List.of(), errors);
        // Walks by the offsets.
        Result walked = run(root, "dcdirdmp", "DICOMDIR");
        assertEquals(0, walked.exit(), walked.output());
        assertFalse(walked.output().contains("Error"), walked.output());
        for (String type : List.of("PATIENT", "STUDY", "SERIES", "IMAGE")) {
            assertTrue(walked.output().contains(type), walked.output());
        }
    }

    @Test
    void dcmmkdirAddsToIt() throws Exception {
        List<DeliveryInstance> all = study(1, 3);
        FolderDestination destination = new FolderDestination(out(), new FolderSettings(true, true, false, 0));
        destination.deliver(part(1, all));
        Path root = out().resolve("ANON-1_2.25.1");
        Path own = Files.copy(root.resolve("DICOMDIR"), root.resolve("COPY"));
        List<String> command = new ArrayList<>(Arrays.asList("dcmmkdir", "+A", "+D", "COPY", "-W"));
        command.addAll(there(root));
        Result added = run(root, command.toArray(String[]::new));
        assertEquals(0, added.exit(), added.output());
        String before = run(root, "dcmdump", "+L", "DICOMDIR").output();
        String after = run(root, "dcmdump", "+L", own.toString()).output();
        // It knew all of them: nothing stands there twice.
        assertEquals(referenced(before), referenced(after));
        assertEquals(
                before.lines().filter(line -> line.contains("[IMAGE]")).count(),
                after.lines().filter(line -> line.contains("[IMAGE]")).count());
    }
}
