package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;

/** findscu, getscu and movescu, who ask an appliance under various AE titles. Used by one thread. */
final class QueryUsers {

    private final Appliance appliance;
    private final Path folder;
    private Path last;
    private int answers;

    /** @param folder for what they are answered */
    QueryUsers(Appliance appliance, Path folder) {
        this.appliance = appliance;
        this.folder = folder;
        this.last = folder;
    }

    static List<String> command(String program, String aet, String... options) {
        List<String> command = new ArrayList<>(List.of(program, "-aec", Appliance.AET, "-aet", aet));
        command.addAll(List.of(options));
        return command;
    }

    static void keys(List<String> command, String level, String... keys) {
        command.addAll(List.of("-k", "QueryRetrieveLevel=" + level));
        for (String key : keys) {
            command.addAll(List.of("-k", key));
        }
    }

    Command.Result run(List<String> command, String... files) throws IOException, InterruptedException {
        command.addAll(List.of("127.0.0.1", String.valueOf(appliance.dicomPort())));
        command.addAll(List.of(files));
        return Command.run(command);
    }

    private Path into(String name) throws IOException {
        last = Files.createDirectory(folder.resolve(name + answers++));
        return last;
    }

    /** Where the last answers or images are. */
    Path last() {
        return last;
    }

    /** What findscu is answered. */
    List<DataSet> find(String aet, String root, String level, String... keys) throws IOException, InterruptedException {
        Path into = into("answers");
        List<String> command = command("findscu", aet, "-v", root, "-X", "-od", into.toString());
        keys(command, level, keys);
        Command.Result result = run(command);
        if (!result.output().contains("(Success)")) {
            // In a wait it means: not yet.
            throw new IOException(result.output());
        }
        return read(into);
    }

    /** How a query ends that is not answered. */
    String refusal(String aet, String root, String level, String... keys) throws IOException, InterruptedException {
        List<String> command = command("findscu", aet, "-d", root);
        keys(command, level, keys);
        return run(command).output();
    }

    /** What getscu is sent. */
    List<DataSet> getBy(String root, String aet, String level, String... keys)
            throws IOException, InterruptedException {
        Path into = into("got");
        List<String> command = command("getscu", aet, "-v", root, "-od", into.toString());
        keys(command, level, keys);
        run(command).ok();
        return read(into);
    }

    /** Study Root. */
    List<DataSet> get(String aet, String level, String... keys) throws IOException, InterruptedException {
        return getBy("-S", aet, level, keys);
    }

    /** What movescu says of it. */
    String move(String to, String root, String level, String... keys) throws IOException, InterruptedException {
        List<String> command = command("movescu", "VIEWER", "-d", root, "-aem", to);
        keys(command, level, keys);
        return run(command).output();
    }

    String move(String to, String studyInstanceUid) throws IOException, InterruptedException {
        return move(to, "-S", "STUDY", "StudyInstanceUID=" + studyInstanceUid);
    }

    /** The files of a folder. */
    static List<DataSet> read(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        List<DataSet> sets = new ArrayList<>();
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                sets.add(Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE)
                        .dataSet()
                        .readAll());
            }
        }
        return sets;
    }

    static Set<String> values(List<DataSet> sets, int tag) {
        return sets.stream().map(set -> String.valueOf(set.string(tag))).collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Status A900 with the attribute in (0000,0901) and its name in (0000,0902), as what asked shows them of the response; the identifier that it sent is
     * shown, too.
     *
     * @param attribute as {@code 0008,0052}
     */
    static void assertRefused(String output, String attribute, String comment) {
        assertTrue(output.contains("0xa900"), output);
        assertTrue(output.contains("(0000,0901) AT (" + attribute + ")"), output);
        assertTrue(output.contains("(0000,0902) LO [" + comment), output);
    }
}
