package org.sallyport.benchmarks;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.QueryRetrieve;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** The appliance and Orthanc with the same images, asked the same questions in turns by the same user. */
final class QueryBeside {

    private static final String VIEWER = "VIEWER";
    private static final String STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3";
    private static final String STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
    private static final String EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid();
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Timeouts TIMEOUTS = new Timeouts(PATIENCE, PATIENCE, PATIENCE);
    private static final int ROUNDS = 3;
    /** Times what is measured: a virtual machine for Java compiles what is used often while it runs. */
    private static final int WARM_UP = 10;

    private final Workbench bench;

    QueryBeside(Workbench bench) {
        this.bench = bench;
    }

    /** Does something with both systems running. */
    private interface Work {
        void run(Map<String, Receiver> systems, StorescpTarget target) throws IOException, InterruptedException;
    }

    private void with(Work work) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(bench.scratch().resolve("beside"));
        try (StorescpTarget target = StorescpTarget.start(bench, folder.resolve("target"), false)) {
            Path ours = Files.createDirectory(folder.resolve("sallyport"));
            Appliance.withoutOutbox(ours);
            node(ours, "viewer", VIEWER, 104);
            node(ours, "target", StorescpTarget.AET, target.port());
            try (Appliance appliance = Appliance.start(
                            bench, ours, Map.of("DICOM_MAX_PDU_SIZE", "131072", "DICOM_STUDY_TIMEOUT", "86400"));
                    Receiver orthanc = orthanc(Files.createDirectory(folder.resolve("orthanc")), target)) {
                Map<String, Receiver> systems = new LinkedHashMap<>();
                systems.put("sallyport", appliance.receiver());
                systems.put("orthanc", orthanc);
                work.run(systems, target);
            }
        } finally {
            Folders.delete(folder);
        }
    }

    private static void node(Path folder, String name, String aet, int port) throws IOException {
        Appliance.configure(
                folder,
                "org.sallyport.node-" + name,
                "aet = " + aet,
                "address = " + Receiver.HOST,
                "port = " + port,
                "permission = read",
                "identity = original");
    }

    private Receiver orthanc(Path folder, StorescpTarget target) throws IOException {
        int port = Readiness.freePorts(1).get(0);
        Path configuration = folder.resolve("orthanc.json");
        Files.writeString(configuration, """
                {"StorageDirectory": "%1$s", "IndexDirectory": "%1$s", "DicomPort": %2$d, "HttpServerEnabled": false,
                 "RemoteAccessAllowed": true, "MaximumPduLength": 131072, "DicomAlwaysAllowFind": true,
                 "DicomAlwaysAllowGet": true, "DicomAlwaysAllowMove": true, "LimitFindResults": 0,
                 "DicomModalities": {"viewer": ["%3$s", "127.0.0.1", 104], "target": ["%4$s", "127.0.0.1", %5$d]}}
                """.formatted(
                        folder.resolve("images"), port, VIEWER, StorescpTarget.AET, target.port()));
        Child child = bench.children()
                .start(
                        List.of("Orthanc", configuration.toString()),
                        // Both ends of a pair would stall otherwise: 40 ms for each image.
                        StorescpTarget.environment(true),
                        folder,
                        folder.resolve("output"));
        Receiver receiver = new Receiver(child, "ORTHANC", port);
        Readiness.await("orthanc", child, () -> Readiness.echoes(receiver));
        return receiver;
    }

    // ---- finding

    /** @param studies of one image each */
    void find(int studies) throws IOException, InterruptedException {
        with((systems, target) -> {
            for (Receiver system : systems.values()) {
                fill(system, studies);
            }
            Map<String, IntFunction<DataSet>> questions = new LinkedHashMap<>();
            Random random = new Random(1);
            questions.put("PatientID", i -> Finding.keys(Tag.PatientID, People.id(random.nextInt(studies))));
            questions.put(
                    "AccessionNumber",
                    i -> Finding.keys(Tag.AccessionNumber, People.accession(random.nextInt(studies))));
            questions.put("seven days", i -> {
                String day = People.date(random.nextInt(studies));
                String last = java.time.LocalDate.parse(day, java.time.format.DateTimeFormatter.BASIC_ISO_DATE)
                        .plusDays(6)
                        .format(java.time.format.DateTimeFormatter.BASIC_ISO_DATE);
                return Finding.keys(Tag.StudyDate, day + "-" + last);
            });
            questions.put("name", i -> Finding.keys(Tag.PatientName, "SMI*"));
            questions.put("all", i -> Finding.keys(Tag.PatientName, ""));
            for (Map.Entry<String, IntFunction<DataSet>> question : questions.entrySet()) {
                int tries =
                        question.getKey().equals("all") ? 5 : question.getKey().equals("name") ? 50 : 500;
                for (int round = 0; round <= ROUNDS; round++) {
                    for (Map.Entry<String, Receiver> system : systems.entrySet()) {
                        ask(
                                system.getKey(),
                                system.getValue(),
                                question.getKey(),
                                tries,
                                question.getValue(),
                                round,
                                studies);
                    }
                }
            }
        });
    }

    private static void fill(Receiver system, int studies) throws IOException {
        String ct = Modality.CT.sopClassUid();
        try (Association association = AssociationRequester.open(
                Receiver.HOST,
                system.port(),
                system.aet(),
                "BENCH",
                List.of(new ProposedContext(1, ct, List.of(EXPLICIT))),
                TIMEOUTS)) {
            for (int i = 0; i < studies; i++) {
                DataSet image = new SyntheticStudy(new Patient(i), Modality.CT, i, 1, 1, 16, 16).image(1, 1);
                image.setString(Tag.PatientName, People.name(i));
                image.setString(Tag.PatientID, People.id(i));
                image.setString(Tag.AccessionNumber, People.accession(i));
                image.setString(Tag.StudyInstanceUID, People.studyInstanceUid(i));
                image.setString(Tag.StudyDate, People.date(i));
                int status = association
                        .store(ct, String.valueOf(image.string(Tag.SOPInstanceUID)), EXPLICIT, out -> write(image, out))
                        .status();
                if (status != 0) {
                    throw new IOException(String.format("image %d was answered %04X", i, status));
                }
            }
            association.release();
        }
    }

    private static void write(DataSet image, OutputStream out) throws IOException {
        DataSetWriter writer = new DataSetWriter(out, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        writer.write(image);
        writer.finish();
    }

    /** Round 0 is for warming up, and longer. */
    private static void ask(
            String name, Receiver system, String by, int tries, IntFunction<DataSet> question, int round, int studies)
            throws IOException {
        try (Finding finding = new Finding(VIEWER, system.aet(), system.port())) {
            Finding.Times times = finding.times(1, round == 0 ? tries * WARM_UP : tries, question);
            if (round > 0) {
                System.out.println(new JsonLine("query")
                        .put("figure", "find")
                        .put("system", name)
                        .put("studies", studies)
                        .put("by", by)
                        .put("round", round)
                        .put("hits", times.hitsOfOne(), 1)
                        .put("queries_per_s", times.queriesPerSecond(), 1)
                        .put("p50_ms", times.percentile(0.5), 2)
                        .put("p95_ms", times.percentile(0.95), 2)
                        .put("matches_per_s", times.hitsOfOne() * times.queriesPerSecond(), 0));
            }
        }
    }

    // ---- fetching

    void retrieve(Shape shape, int runs) throws IOException, InterruptedException {
        with((systems, target) -> {
            List<Image> images = shape.study(1, bench.studies());
            for (Receiver system : systems.values()) {
                Transfer.run(new OwnSender(), system, images, 1);
            }
            for (int run = 1 - WARM_UP; run <= runs; run++) {
                for (Map.Entry<String, Receiver> system : systems.entrySet()) {
                    fetch(system.getKey(), system.getValue(), "C-GET discarded", shape, run);
                    // A pair that stalls takes half a minute for it.
                    if (run >= 0) {
                        fetch(system.getKey(), system.getValue(), "C-MOVE to storescp", shape, run);
                    }
                    Folders.delete(target.images());
                    Files.createDirectories(target.images());
                }
            }
        });
    }

    private static void fetch(String name, Receiver system, String way, Shape shape, int run) throws IOException {
        DataSet keys = new DataSet();
        keys.setString(Tag.QueryRetrieveLevel, "STUDY");
        keys.setString(Tag.StudyInstanceUID, shape.studyInstanceUid(1));
        String ct = shape.modality().sopClassUid();
        List<ProposedContext> contexts = new ArrayList<>();
        contexts.add(new ProposedContext(1, STUDY_GET, List.of(EXPLICIT)));
        contexts.add(new ProposedContext(3, STUDY_MOVE, List.of(EXPLICIT)));
        contexts.add(new ProposedContext(5, ct, List.of(EXPLICIT)));
        try (Association association = AssociationRequester.open(
                Receiver.HOST,
                system.port(),
                system.aet(),
                VIEWER,
                contexts,
                AssociationRequester.Options.DEFAULT
                        .withTimeouts(TIMEOUTS)
                        .withRoles(QueryRetrieve.asProviderOf(List.of(ct))))) {
            QueryRetrieve user = new QueryRetrieve(association);
            long start = System.nanoTime();
            QueryRetrieve.Outcome outcome = way.startsWith("C-GET")
                    ? user.get(STUDY_GET, keys, () -> false, store -> 0, numbers -> {})
                    : user.move(STUDY_MOVE, keys, StorescpTarget.AET, () -> false, numbers -> {});
            double seconds = (System.nanoTime() - start) / 1e9;
            association.release();
            if (outcome.status() != 0 || outcome.subOperations().completed() != shape.images()) {
                throw new IOException(name + ", " + way + ": " + outcome.status() + " " + outcome.subOperations());
            }
            if (run > 0) {
                System.out.println(new JsonLine("query")
                        .put("figure", "retrieve")
                        .put("system", name)
                        .put("shape", shape.name())
                        .put("way", way)
                        .put("run", run)
                        .put("images_per_s", shape.images() / seconds, 0));
            }
        }
    }
}
