package org.sallyport.benchmarks;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.intake.Sender;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.testkit.ActionType;
import org.sallyport.gateway.testkit.DeidScore;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedObject;
import org.sallyport.gateway.testkit.PlantedObjects;
import org.sallyport.gateway.testkit.SyntheticStudy;

/**
 * How well the shipped profile takes out identity that was planted, by the ten types of action of MIDI-B, how many ordinary images the search for identity
 * holds wrongly, and what part of the time it takes. One process, a real vault and quarantine; what would be stored is looked at and dropped.
 */
public final class Deid {

    private static final String USAGE = "usage: deid [--objects N] [--ordinary N] [--slices N] [--files FOLDER]";
    private static final String VAULT = "org.sallyport.gateway.vault.internal.";
    private static final String DEID = "org.sallyport.gateway.deid.internal.";
    private static final Sender SENDER = new Sender("BENCH", "GATE", "127.0.0.1");
    /** {@code DICM}, and the tag (0002,0000), in little endian order. */
    private static final int MAGIC = 0x4D434944;

    private static final int IMAGES_OF_A_STUDY = 100;
    /** Others have the numbers below. */
    private static final int FIRST_STUDY = 20_000_000;

    private static final int GROUP_LENGTH = 0x00000002;
    private static final int META_START = 144;
    private static final Limits LIMITS = new Limits(64, 1_000_000, 64 << 20, 256L << 20);

    private final CapturingStore store = new CapturingStore();
    private final Quarantine quarantine;
    private final Intake intake;

    private Deid(Path folder) throws Exception {
        System.setProperty(DataFolder.PROPERTY, folder.toString());
        Object keys = Components.make(VAULT + "KeyHolder");
        Object assignments = Components.make(VAULT + "JournalPseudonymizer", keys);
        Object audit = Components.make(VAULT + "FileAuditLog", keys);
        Object vault = Components.make(VAULT + "GcmIdentityVault", keys, assignments, audit);
        this.quarantine = (Quarantine)
                Components.make("org.sallyport.gateway.store.internal.FileQuarantine", Map.of("min$_$free", 1));
        Object cleaners = Components.make(DEID + "PixelCleaners");
        Map<String, Object> settings = Map.of(
                "profile", "ith-default", "profiles_folder", profiles(folder).toString());
        this.intake = (Intake) Components.make(
                DEID + "DeidIntake",
                settings,
                Components.make(DEID + "ProfileStore", settings, cleaners),
                cleaners,
                Components.make(DEID + "LeakGuard"),
                assignments,
                vault,
                store,
                quarantine,
                Components.make(DEID + "ResultMemory"));
    }

    /** The shipped profile, with a rule for the ultrasound images that are made here. */
    private static Path profiles(Path folder) throws IOException {
        Path shipped = Path.of(System.getProperty("project.root", "."), "config", "profiles");
        Path own = Files.createDirectory(folder.resolve("profiles"));
        Files.copy(shipped.resolve("descriptors.terms"), own.resolve("descriptors.terms"));
        String text = Files.readString(shipped.resolve("ith-default.yaml"));
        String rule = "\npixels:\n  - {name: banner, modality: US, manufacturer: Fantasy Imaging, blank: [[0, 0, "
                + PlantedObjects.COLUMNS + ", " + PlantedObjects.BANNER_ROWS + "]]}\n";
        Files.writeString(own.resolve("ith-default.yaml"), text.replace("\npixels: []\n", rule));
        return own;
    }

    public static void main(String[] arguments) throws Exception {
        Arguments given = new Arguments(List.of(arguments), USAGE);
        int objects = 8_000;
        int ordinary = 20_000;
        int slices = 4_000;
        Path files = null;
        while (given.hasNext()) {
            String option = given.next();
            switch (option) {
                case "--objects" -> objects = given.number(option, 0, 1_000_000);
                case "--ordinary" -> ordinary = given.number(option, 0, 1_000_000);
                case "--slices" -> slices = given.number(option, 0, 1_000_000);
                case "--files" -> files = Path.of(given.next());
                default -> throw given.unknown(option);
            }
        }
        Path folder = Files.createTempDirectory("bench-deid");
        try {
            Deid deid = new Deid(folder);
            if (objects > 0) {
                deid.score(objects);
            }
            if (ordinary > 0) {
                deid.falseHolds(ordinary);
            }
            if (slices > 0) {
                deid.shareOfTheSearch(slices, folder);
            }
            if (files != null) {
                deid.files(files);
            }
        } finally {
            try (Stream<Path> left = Files.walk(folder)) {
                for (Path file : left.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
        // The components' threads have nothing left to do.
        Runtime.getRuntime().halt(0);
    }

    private void score(int objects) throws IOException {
        DeidScore score = new DeidScore();
        long start = System.nanoTime();
        try (Intake.Session session = intake.open(SENDER)) {
            for (int i = 0; i < objects; i++) {
                PlantedObject object = PlantedObjects.of(i);
                session.receive(
                        new ReceivedObject(object.sopClassUid(), object.sopInstanceUid(), object.syntax()),
                        new ByteArrayInputStream(object.encoded()));
                score.add(object, store.take());
            }
        }
        for (ActionType type : ActionType.values()) {
            System.out.println(new JsonLine("deid")
                    .put("action", type.name())
                    .put("fulfilled", score.fulfilled(type))
                    .put("failed", score.failed(type)));
        }
        System.out.println(new JsonLine("deid")
                .put("action", "all")
                .put("objects", objects)
                .put("percent", 100 * score.share(), 4)
                .put("seconds", (System.nanoTime() - start) / 1e9, 1));
        score.failures().forEach(failure -> System.err.println("failed: " + failure));
    }

    private void falseHolds(int images) throws IOException {
        Map<String, Integer> outcomes = new TreeMap<>();
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        for (int i = 0; i < images; i++) {
            DataSet image = OrdinaryImages.of(i);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataSetWriter writer = new DataSetWriter(bytes, syntax);
            writer.write(image);
            writer.finish();
            outcomes.merge(outcome(image, syntax, new ByteArrayInputStream(bytes.toByteArray())), 1, Integer::sum);
        }
        tell("ordinary images", outcomes);
    }

    /**
     * Of CT images of 512 × 512 pixels, as they arrive one after the other. Network and disk are left out: with them the part is smaller.
     *
     * @param slices that are measured; half as many go before
     */
    private void shareOfTheSearch(int slices, Path folder) throws Exception {
        receive(0, slices / 2);
        SampledShare share = SampledShare.of(
                folder, "IntakeSession", Set.of("LeakGuard", "LeakScan"), () -> receive(slices / 2, slices));
        System.out.println(new JsonLine("deid")
                .put("of", "time that CT images take")
                .put("images", slices)
                .put("samples", share.whole())
                .put("searching_for_identity_percent", share.percent(), 2));
    }

    private void receive(int first, int count) throws IOException {
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        try (Intake.Session session = intake.open(SENDER)) {
            for (int i = first; i < first + count; i++) {
                SyntheticStudy study = new SyntheticStudy(
                        new Patient(i / IMAGES_OF_A_STUDY),
                        Modality.CT,
                        FIRST_STUDY + i / IMAGES_OF_A_STUDY,
                        1,
                        IMAGES_OF_A_STUDY,
                        512,
                        512);
                ByteArrayOutputStream bytes = new ByteArrayOutputStream(600_000);
                DataSetWriter writer = new DataSetWriter(bytes, syntax);
                writer.write(study.image(1, 1 + i % IMAGES_OF_A_STUDY));
                writer.finish();
                IntakeResult result = session.receive(
                        new ReceivedObject(
                                Modality.CT.sopClassUid(), study.sopInstanceUid(1, 1 + i % IMAGES_OF_A_STUDY), syntax),
                        new ByteArrayInputStream(bytes.toByteArray()));
                if (!(result instanceof IntakeResult.Kept kept) || kept.how() != IntakeResult.How.STORED) {
                    throw new IllegalStateException("an image was not stored: " + result);
                }
                store.take();
            }
        }
    }

    /** Of another object than before: what the last one left in quarantine tells why. */
    private String outcome(DataSet head, TransferSyntax syntax, InputStream dataSet) throws IOException {
        IntakeResult result;
        try (Intake.Session session = intake.open(SENDER)) {
            result = session.receive(
                    new ReceivedObject(
                            String.valueOf(head.string(Tag.SOPClassUID)),
                            String.valueOf(head.string(Tag.SOPInstanceUID)),
                            syntax),
                    dataSet);
        }
        store.take();
        if (result instanceof IntakeResult.Kept kept && kept.how() == IntakeResult.How.QUARANTINED) {
            Quarantine.Entry entry = quarantine.newest(1).get(0);
            String why = entry.description().kind() + ": " + entry.description().reason();
            quarantine.remove(entry.id());
            return why;
        }
        return result instanceof IntakeResult.Kept ? "passed" : "refused";
    }

    private static void tell(String what, Map<String, Integer> outcomes) {
        int all = outcomes.values().stream().mapToInt(Integer::intValue).sum();
        int leaks = outcomes.entrySet().stream()
                .filter(outcome -> outcome.getKey().startsWith("LEAK"))
                .mapToInt(Map.Entry::getValue)
                .sum();
        System.out.println(new JsonLine("deid")
                .put("of", what)
                .put("images", all)
                .put("passed", outcomes.getOrDefault("passed", 0))
                .put("held_as_leak", leaks)
                .put("held_as_leak_percent", all == 0 ? 0 : 100.0 * leaks / all, 4));
        outcomes.forEach((outcome, count) -> System.err.println(count + " " + outcome));
    }

    /** Part 10 files of a folder; others are passed over. */
    private void files(Path folder) throws IOException {
        Map<String, Integer> outcomes = new TreeMap<>();
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : all) {
            String outcome = file(file);
            if (outcome != null) {
                outcomes.merge(outcome, 1, Integer::sum);
            }
        }
        tell("files", outcomes);
    }

    private @Nullable String file(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = dataSetAt(bytes);
        if (at < 0) {
            return null;
        }
        DataSet whole;
        TransferSyntax syntax;
        try {
            Part10Reader reader = Part10Reader.open(new ByteArrayInputStream(bytes), LIMITS, BulkStore.REFUSE);
            syntax = reader.transferSyntax();
            whole = reader.dataSet().readAll();
        } catch (IOException e) {
            return null;
        }
        return outcome(whole, syntax, new ByteArrayInputStream(bytes, at, bytes.length));
    }

    /** Behind File Meta Information (PS3.10 7.1), whose length is its first value; -1 = that is not how the file begins. */
    private static int dataSetAt(byte[] part10) {
        ByteBuffer file = ByteBuffer.wrap(part10).order(ByteOrder.LITTLE_ENDIAN);
        if (part10.length < META_START || file.getInt(128) != MAGIC || file.getInt(132) != GROUP_LENGTH) {
            return -1;
        }
        int at = META_START + file.getInt(140);
        return at < META_START || at > part10.length ? -1 : at;
    }
}
