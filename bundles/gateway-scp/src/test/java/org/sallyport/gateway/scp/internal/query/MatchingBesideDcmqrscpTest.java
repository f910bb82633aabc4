package org.sallyport.gateway.scp.internal.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.QueryRetrieve;
import org.sallyport.dicom.net.QueryRetrieve.Outcome;
import org.sallyport.dicom.net.QueryRetrieve.Terms;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.scp.internal.FreePort;

/**
 * The same keys and values asked of dcmtk's dcmqrscp: it answers as is written by hand, but for what is named here with the reason.
 */
@org.junit.jupiter.api.Tag("peers")
@Timeout(120)
class MatchingBesideDcmqrscpTest {

    private static final String FIND = "1.2.840.10008.5.1.4.1.2.2.1";
    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final Timeouts PATIENT = new Timeouts(SOON, SOON, SOON);

    /** Keyword, key and value for which it answers otherwise: each time it does not find what is found here. */
    private static final Set<String> OTHERWISE_THERE = Set.of(
            // Case and accents count: PS3.4 C.2.2.2.1 leaves that to the provider.
            "PatientName sample^anna SAMPLE^ANNA",
            "PatientName *anna Sample^Anna",
            "PatientName *^anna* Sample^Anna^Maria",
            "PatientName Muller^* Müller^Jürgen",
            "PatientName MÜLLER^JÜRGEN müller^jürgen",
            "PatientName Sorensen Sørensen",
            "PatientName Lodz* Łódź^Ewa",
            "PatientName Strasse Straße",
            "PatientName Aeroe* Ærøe^Bo",
            "PatientName nobody\\sample^anna Sample^Anna",
            // A name is a text: empty components at the end and spaces beside a component count (PS3.5 6.2.1).
            "PatientName Sample^Anna Sample^Anna^^^",
            "PatientName Sample^Anna^^^ Sample^Anna",
            "PatientName Sample ^ Anna Sample^Anna",
            // And its component groups are not told apart (PS3.5 6.2.1).
            "PatientName 山田^太郎 Yamada^Tarou=山田^太郎=やまだ^たろう",
            "PatientName やまだ* Yamada^Tarou=山田^太郎=やまだ^たろう",
            "PatientName =山田* Yamada^Tarou=山田^太郎=やまだ^たろう",
            "PatientName ==やまだ* Yamada^Tarou=山田^太郎=やまだ^たろう",
            "PatientName Yamada^Tarou=山田^太郎 Yamada^Tarou=山田^太郎=やまだ^たろう",
            "PatientName =* Yamada^Tarou",
            // A time with fewer digits is the moment at which it begins; here all that it leaves open.
            "StudyTime 1030 103059.999999",
            "StudyTime 10 105959",
            "StudyTime 103015.5 103015.55",
            "StudyTime 0800-1200 120059",
            // Numbers are compared as texts.
            "SeriesNumber 03 3",
            "InstanceNumber +7 7",
            "PatientWeight 61.5 61.50",
            "PatientWeight 6.15e1 61.5");

    @TempDir
    private static Path folder;

    private static @Nullable Process archive;
    private static @Nullable Association association;
    private static int studies;

    @BeforeAll
    static void start() throws Exception {
        int port = FreePort.find();
        Path store = Files.createDirectory(folder.resolve("store"));
        Path configuration = Files.writeString(
                folder.resolve("dcmqrscp.cfg"),
                "NetworkTCPPort = " + port + "\nMaxPDUSize = 16384\nMaxAssociations = 16\n"
                        + "HostTable BEGIN\nHostTable END\nVendorTable BEGIN\nVendorTable END\nAETable BEGIN\nARCHIVE "
                        + store + " RW (2000, 1024mb) ANY\nAETable END\n");
        Process started = new ProcessBuilder("dcmqrscp", "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        archive = started;
        association = open(port, started);
    }

    private static Association open(int port, Process started) throws IOException {
        long end = System.nanoTime() + SOON.toNanos();
        while (true) {
            try {
                return AssociationRequester.open(
                        "127.0.0.1",
                        port,
                        "ARCHIVE",
                        "SALLYPORT",
                        List.of(
                                new ProposedContext(1, CT, List.of(EXPLICIT.uid())),
                                new ProposedContext(3, FIND, List.of(EXPLICIT.uid()))),
                        PATIENT);
            } catch (ConnectException e) {
                if (!started.isAlive() || System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (association != null) {
            association.close();
        }
        if (archive != null) {
            archive.destroyForcibly();
            assertTrue(archive.waitFor(20, TimeUnit.SECONDS));
        }
    }

    /** Of a study, series and patient of its own. @return its Study Instance UID */
    private static String store(int tag, String value) throws IOException {
        String study = "1.2.826.0.1.3680043.10.777." + ++studies;
        DataSet image = new DataSet();
        image.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        image.setString(Tag.SOPClassUID, CT);
        image.setString(Tag.SOPInstanceUID, study + ".1.1");
        image.setString(Tag.StudyInstanceUID, study);
        image.setString(Tag.SeriesInstanceUID, study + ".1");
        image.setString(Tag.PatientID, "P" + studies);
        image.setString(Tag.PatientName, "P" + studies);
        image.setString(Tag.Modality, "CT");
        MatchingTest.put(image, tag, value);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(bytes, EXPLICIT);
        writer.write(image);
        writer.finish();
        byte[] all = bytes.toByteArray();
        assertEquals(
                0,
                Objects.requireNonNull(association)
                        .store(CT, study + ".1.1", EXPLICIT.uid(), out -> out.write(all))
                        .status());
        return String.valueOf(image.string(Tag.StudyInstanceUID));
    }

    private static boolean isFound(String study, int tag, String key) throws IOException {
        Level level = Keys.levelOf(tag).orElseThrow();
        DataSet keys = new DataSet();
        keys.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        keys.setString(Tag.QueryRetrieveLevel, level == Level.PATIENT ? "STUDY" : level.name());
        keys.setString(Tag.StudyInstanceUID, study);
        if (level == Level.IMAGE) {
            keys.setString(Tag.SeriesInstanceUID, study + ".1");
        }
        MatchingTest.put(keys, tag, key);
        List<DataSet> found = new ArrayList<>();
        Outcome outcome =
                new QueryRetrieve(Objects.requireNonNull(association)).find(FIND, keys, Terms.upTo(100), found::add);
        assertEquals(0, outcome.status(), outcome::toString);
        return found.stream().anyMatch(one -> study.equals(one.string(Tag.StudyInstanceUID)));
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @CsvSource(delimiter = '|', textBlock = MatchingRows.USUAL)
    void itAnswersTheSameUnlessThatIsNamed(String keyword, String key, String value, boolean expected)
            throws IOException {
        int tag = Dictionary.tagOf(keyword).orElseThrow();
        boolean same = !OTHERWISE_THERE.contains(keyword + " " + key + " " + value);
        assertEquals(expected == same, isFound(store(tag, value), tag, key));
    }
}
