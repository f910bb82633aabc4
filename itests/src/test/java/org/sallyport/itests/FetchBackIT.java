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

/**
 * With the back end's default settings images go once they are uploaded; whoever asks for them gets them back, as they were sent. What only the back end
 * holds is found and got as well.
 */
@org.junit.jupiter.api.Tag("peers")
class FetchBackIT {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String READER = "READER";
    private static final String OF_NOBODY = "2.25.4711";
    private static final String RESULT = "2.25.990000301";
    private static final SyntheticStudy CT = new SyntheticStudy(new Patient(301), Modality.CT, 301, 2, 4, 64, 64);
    private static final SyntheticStudy MR = new SyntheticStudy(new Patient(302), Modality.MR, 302, 1, 3, 64, 64);
    private static final PlantedIdentifiers PLANTED = new PlantedIdentifiers(List.of(CT.patient(), MR.patient()));

    @TempDir
    private Path folder;

    FetchBackIT() {}

    private static void node(Path etc, String name, String aet, int port, String identity) throws IOException {
        Files.writeString(
                etc.resolve("org.sallyport.node-" + name + ".cfg"),
                "aet = " + aet + "\naddress = 127.0.0.1\nport = " + port + "\npermission = read_write\nidentity = "
                        + identity + "\n");
    }

    @Test
    void imagesThatWereCleanedUpComeBackFromTheBackEnd() throws Exception {
        int store = Ports.free(1).get(0);
        Path stored = Files.createDirectory(folder.resolve("stored"));
        Path etc = Files.createDirectories(folder.resolve("data/etc"));
        node(etc, "viewer", "VIEWER", 104, "original");
        node(etc, "store", "STORE", store, "original");
        node(etc, "reader", READER, 104, "pseudonymous");
        Process receiver = new ProcessBuilder(
                        "storescp", "-aet", "STORE", "-od", stored.toString(), String.valueOf(store))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("storescp.log").toFile())
                .start();
        try (IthSimulator simulator = new IthSimulator(folder.resolve("ith"));
                Appliance appliance = new Appliance(folder.resolve("data"))
                        .with("ITH_URL", simulator.url())
                        .with("ITH_TOKEN", IthSimulator.KEY)
                        .with("ITH_SYNCHRONISE", "1")
                        .with("DICOM_STUDY_TIMEOUT", "1")) {
            appliance.start();
            appliance.await(
                    "the nodes are in force",
                    SOON,
                    () -> appliance.json("node:list").size() == 3);
            for (SyntheticStudy study : List.of(CT, MR)) {
                appliance.send(List.of("-aet", "VIEWER"), study.writeTo(folder.resolve("sent" + study.number())));
            }
            appliance.await("the images go", SOON, () -> isGone(appliance));
            assertEquals(11, simulator.arrivals().size());

            assertEquals(
                    "NEARLINE",
                    find(appliance, CT).get(0).string(Tag.InstanceAvailability),
                    "they are found, and said to take longer");
            aStudyOfNobodyIsForWhoSeesPseudonyms(appliance, simulator);
            int downloads = simulator.downloads();
            awayIsSaid(appliance, simulator);

            // What has failed is left alone for half a minute, and all else goes on.
            Command.Result moved = ask(appliance, MR, "movescu", "-d", "-aem", "STORE");
            assertTrue(moved.output().contains("0x0000"), moved.output());
            assertOriginals(MR, read(stored));
            aResultIsFoundAndGotWithItsIdentity(appliance, simulator);
            assertEquals(downloads + 3, simulator.downloads(), "the one that failed, of the MR study, of the result");

            appliance.await(
                    "it is tried again half a minute later",
                    SOON,
                    () -> get(appliance, CT).size() == CT.series() * CT.images() + 1);
            List<DataSet> study = get(appliance, CT);
            assertTrue(
                    study.removeIf(one -> RESULT.equals(one.string(Tag.SeriesInstanceUID))),
                    "the result belongs to it");
            assertOriginals(CT, study);
            assertEquals(downloads + 4, simulator.downloads(), "one more, that is kept for a while");
            appliance.await(
                    "the study of nobody is asked for again, too",
                    SOON,
                    () -> got(appliance, READER, "STUDY", "StudyInstanceUID=" + OF_NOBODY)
                                    .size()
                            == 1);
            for (Path file : appliance.files()) {
                assertTrue(PLANTED.firstIn(Files.readAllBytes(file)).isEmpty(), file.toString());
            }
            assertEquals(List.of(), simulator.violations());
            assertEquals(0, appliance.stop());
        } finally {
            receiver.destroyForcibly().waitFor();
        }
    }

    /** An uploaded image of the CT study, as another object. */
    private Path made(IthSimulator simulator, String patient, String study, String series, String sop)
            throws IOException {
        DataSet made = uploaded(simulator);
        DataSet reference = new DataSet();
        reference.setString(Tag.ReferencedSOPInstanceUID, String.valueOf(made.string(Tag.SOPInstanceUID)));
        made.setItems(Tag.SourceImageSequence, reference);
        made.setString(Tag.PatientID, patient);
        made.setString(Tag.PatientName, patient);
        made.setString(Tag.StudyInstanceUID, study);
        made.setString(Tag.SeriesInstanceUID, series);
        made.setString(Tag.SOPInstanceUID, sop);
        Path file = IthCommandsIT.write(made, folder.resolve(sop + ".dcm"));
        simulator.holds(patient, study, series, sop, file);
        return file;
    }

    /** The first image of the CT study, as the back end has it. */
    private static DataSet uploaded(IthSimulator simulator) throws IOException {
        for (String sop : simulator.arrivals().keySet()) {
            DataSet one = set(simulator.held(sop));
            if ("CT".equals(one.string(Tag.Modality))
                    && one.intValue(Tag.SeriesNumber, -1) == 1
                    && one.intValue(Tag.InstanceNumber, -1) == 1) {
                return one;
            }
        }
        throw new IllegalStateException("it was not uploaded");
    }

    /** What only the back end holds, of a patient who is not known here. */
    private void aStudyOfNobodyIsForWhoSeesPseudonyms(Appliance appliance, IthSimulator simulator) throws Exception {
        String patient = "ANON-000000000000";
        made(simulator, patient, OF_NOBODY, OF_NOBODY + "1", OF_NOBODY + "11");
        appliance.await(
                "it is found",
                SOON,
                () -> found(appliance, READER, "STUDY", "PatientID=" + patient, "StudyInstanceUID").stream()
                        .map(one -> one.string(Tag.StudyInstanceUID))
                        .toList()
                        .equals(List.of(OF_NOBODY)));
        DataSet series = found(
                        appliance,
                        READER,
                        "SERIES",
                        "StudyInstanceUID=" + OF_NOBODY,
                        "SeriesInstanceUID",
                        "InstanceAvailability")
                .get(0);
        assertEquals(OF_NOBODY + "1", series.string(Tag.SeriesInstanceUID));
        assertEquals("NEARLINE", series.string(Tag.InstanceAvailability));
        assertEquals(
                List.of(),
                found(appliance, "VIEWER", "STUDY", "StudyInstanceUID=" + OF_NOBODY),
                "nobody is shown it under a real name, or among real names");
        assertEquals(List.of(), got(appliance, "VIEWER", "STUDY", "StudyInstanceUID=" + OF_NOBODY));

        simulator.failNextDownloads(Fault.STATUS_500);
        Path into = Files.createTempDirectory(folder, "none");
        String output = query(
                        appliance,
                        READER,
                        "getscu",
                        "STUDY",
                        List.of("-d", "-od", into.toString()),
                        "StudyInstanceUID=" + OF_NOBODY)
                .output();
        assertTrue(output.toLowerCase(Locale.ROOT).contains("0xa702"), output);
        assertTrue(output.contains("held by the back end, fetching failed"), output);
        assertEquals(List.of(), read(into));
    }

    /** A series that the back end made of a study of ours. */
    private void aResultIsFoundAndGotWithItsIdentity(Appliance appliance, IthSimulator simulator) throws Exception {
        DataSet of = uploaded(simulator);
        String study = String.valueOf(of.string(Tag.StudyInstanceUID));
        String series = RESULT;
        Path file = made(simulator, String.valueOf(of.string(Tag.PatientID)), study, series, series + ".1");
        String ours = "StudyInstanceUID=" + CT.studyInstanceUid();
        appliance.await(
                "it is found in its study",
                SOON,
                () ->
                        found(
                                        appliance,
                                        "VIEWER",
                                        "SERIES",
                                        ours,
                                        "SeriesInstanceUID=" + series,
                                        "InstanceAvailability")
                                .stream()
                                .map(one -> one.string(Tag.InstanceAvailability))
                                .toList()
                                .equals(List.of("NEARLINE")));
        appliance.await("it is counted with its study, a moment later", SOON, () -> found(
                        appliance,
                        "VIEWER",
                        "STUDY",
                        ours,
                        "PatientID=" + CT.patient().id(),
                        "NumberOfStudyRelatedSeries",
                        "NumberOfStudyRelatedInstances")
                .stream()
                .map(one -> one.string(Tag.NumberOfStudyRelatedSeries) + " series, "
                        + one.string(Tag.NumberOfStudyRelatedInstances) + " images")
                .toList()
                .equals(List.of("3 series, 9 images")));

        List<DataSet> restored = got(appliance, "VIEWER", "SERIES", ours, "SeriesInstanceUID=" + series);
        assertEquals(1, restored.size());
        DataSet result = restored.get(0);
        assertEquals(CT.patient().id(), result.string(Tag.PatientID));
        assertEquals(CT.patient().name(), result.string(Tag.PatientName));
        assertEquals(CT.studyInstanceUid(), result.string(Tag.StudyInstanceUID));
        assertEquals(series + ".1", result.string(Tag.SOPInstanceUID));
        assertEquals(
                CT.sopInstanceUid(1, 1),
                result.items(Tag.SourceImageSequence).get(0).string(Tag.ReferencedSOPInstanceUID));
        List<DataSet> asItIs =
                got(appliance, READER, "SERIES", "StudyInstanceUID=" + study, "SeriesInstanceUID=" + series);
        assertEquals(1, asItIs.size());
        assertEquals(List.of(), DataSetDifference.between(set(file), asItIs.get(0)));
    }

    static Command.Result query(
            Appliance appliance, String aet, String program, String level, List<String> options, String... keys)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(program, "-aet", aet, "-aec", Appliance.AET, "-S"));
        command.addAll(options);
        command.addAll(List.of("-k", "QueryRetrieveLevel=" + level));
        for (String key : keys) {
            command.addAll(List.of("-k", key));
        }
        command.addAll(List.of("127.0.0.1", String.valueOf(appliance.dicomPort())));
        return Command.run(command);
    }

    private List<DataSet> found(Appliance appliance, String aet, String level, String... keys) throws Exception {
        Path into = Files.createTempDirectory(folder, "found");
        query(appliance, aet, "findscu", level, List.of("-X", "-od", into.toString()), keys)
                .ok();
        return read(into);
    }

    private List<DataSet> got(Appliance appliance, String aet, String level, String... keys) throws Exception {
        Path into = Files.createTempDirectory(folder, "got");
        query(appliance, aet, "getscu", level, List.of("-od", into.toString()), keys);
        return read(into);
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
    }

    static List<DataSet> read(Path folder) throws IOException {
        List<DataSet> sets = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            sets.add(set(file));
        }
        return sets;
    }

    private static DataSet set(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE)
                    .dataSet()
                    .readAll();
        }
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
