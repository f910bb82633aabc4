package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.gateway.testkit.SyntheticStudy;
import org.sallyport.simulator.Fault;
import org.sallyport.simulator.IthSimulator;

/** With the back end's default settings images go once they are uploaded; whoever asks for them gets them back, as they were sent. */
@org.junit.jupiter.api.Tag("peers")
class FetchBackIT {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final SyntheticStudy CT = new SyntheticStudy(new Patient(301), Modality.CT, 301, 2, 4, 64, 64);
    private static final SyntheticStudy MR = new SyntheticStudy(new Patient(302), Modality.MR, 302, 1, 3, 64, 64);
    private static final PlantedIdentifiers PLANTED = new PlantedIdentifiers(List.of(CT.patient(), MR.patient()));

    @TempDir
    private Path folder;

    FetchBackIT() {}

    private static void node(Path etc, String name, String aet, int port) throws IOException {
        Files.writeString(
                etc.resolve("org.sallyport.node-" + name + ".cfg"),
                "aet = " + aet + "\naddress = 127.0.0.1\nport = " + port
                        + "\npermission = read_write\nidentity = original\n");
    }

    @Test
    void imagesThatWereCleanedUpComeBackFromTheBackEnd() throws Exception {
        int store = Ports.free(1).get(0);
        Path stored = Files.createDirectory(folder.resolve("stored"));
        Path etc = Files.createDirectories(folder.resolve("data/etc"));
        node(etc, "viewer", "VIEWER", 104);
        node(etc, "store", "STORE", store);
        Process receiver = new ProcessBuilder(
                        "storescp", "-aet", "STORE", "-od", stored.toString(), String.valueOf(store))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("storescp.log").toFile())
                .start();
        try (IthSimulator simulator = new IthSimulator(folder.resolve("ith"));
                Appliance appliance = new Appliance(folder.resolve("data"))
                        .with("ITH_URL", simulator.url())
                        .with("ITH_TOKEN", IthSimulator.KEY)) {
            appliance.start();
            appliance.await(
                    "the nodes are in force",
                    SOON,
                    () -> appliance.json("node:list").size() == 2);
            for (SyntheticStudy study : List.of(CT, MR)) {
                appliance.send(List.of("-aet", "VIEWER"), study.writeTo(folder.resolve("sent" + study.number())));
            }
            appliance.await("the images go", SOON, () -> isGone(appliance));
            assertEquals(11, simulator.arrivals().size());

            assertEquals(
                    "NEARLINE",
                    find(appliance, CT).get(0).string(Tag.InstanceAvailability),
                    "they are found, and said to take longer");
            awayIsSaid(appliance, simulator);
            assertOriginals(CT, get(appliance, CT));
            assertEquals(2, simulator.downloads(), "one that failed, one that is kept for a while");

            Command.Result moved = ask(appliance, MR, "movescu", "-d", "-aem", "STORE");
            assertTrue(moved.output().contains("0x0000"), moved.output());
            assertOriginals(MR, read(stored));
            for (Path file : appliance.files()) {
                assertTrue(PLANTED.firstIn(Files.readAllBytes(file)).isEmpty(), file.toString());
            }
            assertEquals(List.of(), simulator.violations());
            assertEquals(0, appliance.stop());
        } finally {
            receiver.destroyForcibly().waitFor();
        }
    }

    private static boolean isGone(Appliance appliance) throws Exception {
        JsonNode studies = appliance.jsonOnceThere("study:list");
        int gone = 0;
        for (JsonNode study : studies) {
            gone += study.path("gone").asInt();
        }
        return gone == 11;
    }

    private static Command.Result ask(Appliance appliance, SyntheticStudy study, String program, String... options)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(program, "-aet", "VIEWER", "-aec", Appliance.AET, "-S"));
        command.addAll(List.of(options));
        command.addAll(List.of("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=" + study.studyInstanceUid()));
        command.addAll(List.of("127.0.0.1", String.valueOf(appliance.dicomPort())));
        return Command.run(command);
    }

    private List<DataSet> find(Appliance appliance, SyntheticStudy study) throws Exception {
        Path into = Files.createTempDirectory(folder, "found");
        ask(appliance, study, "findscu", "-X", "-od", into.toString(), "-k", "InstanceAvailability")
                .ok();
        return read(into);
    }

    private List<DataSet> get(Appliance appliance, SyntheticStudy study) throws Exception {
        Path into = Files.createTempDirectory(folder, "got");
        ask(appliance, study, "getscu", "-v", "-od", into.toString());
        return read(into);
    }

    /** Nothing could be sent: that is said, and it is not said that there is nothing. */
    private void awayIsSaid(Appliance appliance, IthSimulator simulator) throws Exception {
        simulator.failNextDownloads(Fault.STATUS_500);
        Path into = Files.createTempDirectory(folder, "none");
        String output =
                ask(appliance, CT, "getscu", "-d", "-od", into.toString()).output();
        assertTrue(output.toLowerCase(Locale.ROOT).contains("0xa702"), output);
        assertTrue(output.contains("cannot be fetched back now"), output);
        assertEquals(List.of(), read(into));
        appliance.await(
                "it is tried again half a minute later",
                SOON,
                () -> get(appliance, CT).size() == CT.series() * CT.images());
    }

    private static List<DataSet> read(Path folder) throws IOException {
        List<DataSet> sets = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                sets.add(Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE)
                        .dataSet()
                        .readAll());
            }
        }
        return sets;
    }

    private static void assertOriginals(SyntheticStudy study, List<DataSet> got) throws IOException {
        Set<String> seen = new HashSet<>();
        for (DataSet one : got) {
            seen.add(one.string(Tag.SOPInstanceUID));
            DataSet sent = study.image(one.intValue(Tag.SeriesNumber, -1), one.intValue(Tag.InstanceNumber, -1));
            assertEquals(List.of(), DataSetDifference.between(sent, one));
        }
        assertEquals(study.series() * study.images(), seen.size());
    }
}
