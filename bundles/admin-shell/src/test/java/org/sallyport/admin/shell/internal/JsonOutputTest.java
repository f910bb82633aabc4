package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.delivery.RouteDirectory;
import org.sallyport.gateway.api.delivery.StudyCompletion;
import org.sallyport.gateway.api.http.HttpsPort;
import org.sallyport.gateway.api.intake.HeldObjects;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.intake.ProfileDirectory;
import org.sallyport.gateway.api.intake.TrialTreatment;
import org.sallyport.gateway.api.node.ArchiveClient;
import org.sallyport.gateway.api.node.BackEnd;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.api.store.IndexBackup;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.MappingExchange;
import org.sallyport.gateway.api.vault.MappingImport;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.VaultAdministration;
import org.sallyport.gateway.api.vault.VaultBackup;

/** Programs that run the commands get JSON from every one that they ask for it, and nothing besides. */
class JsonOutputTest {

    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    private Path folder;

    @BeforeEach
    void setFolders() throws Exception {
        System.setProperty("karaf.etc", folder.toString());
        System.setProperty("karaf.log", folder.toString());
        System.setProperty(DataFolder.PROPERTY, folder.toString());
        Files.writeString(folder.resolve("karaf.log"), "a line\n");
        // For node:remove.
        Files.writeString(folder.resolve("org.sallyport.node-ith.cfg"), "aet = PACS\n");
    }

    @AfterEach
    void clearFolders() {
        System.clearProperty("karaf.etc");
        System.clearProperty("karaf.log");
        System.clearProperty(DataFolder.PROPERTY);
    }

    /** What Karaf takes for a command of the gateway. */
    static List<Class<?>> commands() throws Exception {
        Path classes = Path.of(GatewayCommand.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        String name = GatewayCommand.class.getPackageName();
        List<Class<?>> commands = new ArrayList<>();
        try (Stream<Path> files = Files.list(classes.resolve(name.replace('.', '/')))) {
            for (Path file : files.sorted().toList()) {
                String simple = file.getFileName().toString();
                if (simple.endsWith(".class")) {
                    Class<?> found = Class.forName(name + "." + simple.substring(0, simple.length() - 6));
                    if (found.isAnnotationPresent(Command.class)) {
                        commands.add(found);
                    }
                }
            }
        }
        return commands;
    }

    @Test
    void theCommandsAreFound() throws Exception {
        assertTrue(commands().containsAll(List.of(DicomEcho.class, StudyList.class, VendorList.class)));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandPrintsOneJsonTextIfAsked(Class<?> type) throws Exception {
        GatewayCommand command = (GatewayCommand) type.getDeclaredConstructor().newInstance();
        Map<Class<?>, Object> services = services();
        for (Class<?> part = type; part != null; part = part.getSuperclass()) {
            for (Field field : part.getDeclaredFields()) {
                if (field.isAnnotationPresent(IfThere.class)) {
                    field.setAccessible(true);
                    // One that is not here is one that the command can do without; else it says so.
                    field.set(command, services.get(field.getType()));
                } else if (field.isAnnotationPresent(Argument.class)) {
                    field.setAccessible(true);
                    field.set(command, argument(field));
                } else if (field.getName().equals("reason")) {
                    field.setAccessible(true);
                    field.set(command, "because");
                }
            }
        }
        command.json = true;
        String printed = Console.run(command);
        JsonNode json = new ObjectMapper()
                .reader()
                .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(printed);
        assertTrue(json.isContainerNode(), printed);
        assertFalse(json.isEmpty(), "the fakes have something to show");
    }

    private Object argument(Field field) throws Exception {
        if (field.getType() == int.class) {
            return 104;
        }
        if (field.getType() == long.class) {
            return 7L;
        }
        Map<String, Object> values = new HashMap<>();
        values.put("study", "2.25.1");
        values.put("sop", "2.25.111");
        values.put("id", new UUID(1, 2).toString());
        values.put("name", "ith");
        values.put("node", "PACS");
        values.put("aet", "PACS");
        values.put("host", "10.0.0.5");
        values.put("address", "10.0.0.5");
        values.put("keys", List.of("PatientID=4711"));
        values.put("names", List.of("gate.example"));
        values.put("pseudonym", "ANON-1");
        values.put("into", "ANON-2");
        values.put("certificate", "server.pem");
        values.put("certificates", List.of("there.pem"));
        values.put("key", "own.pem");
        values.put("database", "old.sqlite3");
        values.put("profile", "basic");
        values.put("file", Files.write(folder.resolve("image"), new byte[1]).toString());
        return Objects.requireNonNull(values.get(field.getName()), () -> "to be said above: " + field);
    }

    private static Map<Class<?>, Object> services() {
        Map<Class<?>, Object> services = new HashMap<>();
        Stream.of(dicom(), delivery(), held(), ith(), kept(), vault()).forEach(services::putAll);
        return services;
    }

    private static Map<Class<?>, Object> dicom() {
        Node node = new Node(
                "ith", "ith", "PACS", "10.0.0.5", 104, true, Node.Permission.READ, Node.Origin.BACK_END, false);
        DataSet match = new DataSet();
        match.setString(Tag.PatientID, "4711");
        return Map.of(
                DicomReceiver.class,
                new Fake<>(DicomReceiver.class)
                        .on("start", a -> null)
                        .on("stop", a -> null)
                        .on("echo", a -> 12L)
                        .on("status", a -> new DicomReceiver.Status(true, true, "SALLYPORT", 11112, null))
                        .on("listeners", a -> List.of(new DicomReceiver.ListenerView(11112, false, true, null)))
                        .on(
                                "associations",
                                a -> List.of(new DicomReceiver.AssociationView(
                                        "CT1", "SALLYPORT", "10.0.0.7", AT, 3, 4096, null)))
                        .service,
                ArchiveClient.class,
                new Fake<>(ArchiveClient.class)
                        .on("find", a -> new ArchiveClient.Found(List.of(match), true))
                        .on("move", a -> new ArchiveClient.Moved("GATE", 0, 8, 0, 1))
                        .service,
                NodeDirectory.class,
                new Fake<>(NodeDirectory.class).on("nodes", a -> List.of(node)).service,
                BackEndRules.class,
                new Fake<>(BackEndRules.class).on("approve", a -> node).service);
    }

    private static Map<Class<?>, Object> delivery() {
        DeliveryQueue.DeliveryRecord waiting = CommandsTest.delivery(DeliveryQueue.State.WAITING);
        return Map.of(
                DeliveryQueue.class,
                new Fake<>(DeliveryQueue.class)
                        .on("newest", a -> List.of(waiting))
                        .on("delivery", a -> Optional.of(waiting))
                        .on("ofStudy", a -> List.of(waiting))
                        .on("retryNow", a -> true)
                        .on("parkNow", a -> true)
                        .on("cancel", a -> true)
                        .service,
                DestinationDirectory.class,
                CommandsTest.engine()
                        .on("destinations", a -> Stream.of("ith", "to-ith")
                                .map(name -> new DestinationDirectory.View(
                                        name, DestinationDirectory.State.ACTIVE, null, null, 1))
                                .toList())
                        .on("probe", a -> Optional.of(ProbeResult.reachable("12 ms")))
                        .on("wake", a -> true)
                        .on("forget", a -> true)
                        .service,
                RouteDirectory.class,
                new Fake<>(RouteDirectory.class)
                        .on("routes", a -> List.of(new RouteDirectory.RouteView("ith", true, "(Modality=CT)", null)))
                        .on(
                                "explain",
                                a -> List.of(new RouteDirectory.Explanation(
                                        "ith", true, "it has no filter", null, List.of(), List.of(7L))))
                        .on("apply", a -> Map.of("ith", List.of(8L)))
                        .on("replay", a -> List.of(9L))
                        .service,
                StudyCompletion.class,
                new Fake<>(StudyCompletion.class).on("complete", a -> null).service);
    }

    private static Map<Class<?>, Object> held() {
        return Map.of(
                HeldObjects.class,
                new Fake<>(HeldObjects.class)
                        .on("release", a -> "stored with its study")
                        .on("discard", a -> null)
                        .on("preview", a -> new byte[100])
                        .on("studies", a -> Map.of("2.25.1", "leak: StudyID holds the patient's name"))
                        .on("releaseStudy", a -> null)
                        .service,
                Quarantine.class,
                new Fake<>(Quarantine.class)
                        .on(
                                "newest",
                                a -> List.of(new Quarantine.Entry(
                                        new UUID(1, 2),
                                        new Quarantine.Description(
                                                Quarantine.Kind.HELD,
                                                "no rule",
                                                "1.2",
                                                "1.2.1",
                                                "CT1",
                                                "10.0.0.7",
                                                AT,
                                                new byte[32]),
                                        99)))
                        .service,
                ProfileDirectory.class,
                new Fake<>(ProfileDirectory.class)
                        .on("profiles", a -> List.of(new ProfileDirectory.State("basic", true, "1", "00", null)))
                        .service,
                TrialTreatment.class,
                new Fake<>(TrialTreatment.class)
                        .on(
                                "tryOut",
                                a -> new TrialTreatment.Report(
                                        "basic 1",
                                        null,
                                        "none",
                                        List.of(new TrialTreatment.Attribute(
                                                "PatientName",
                                                "PN",
                                                TrialTreatment.Fate.CHANGED,
                                                "the pseudonym",
                                                "ANON"))))
                        .service);
    }

    private static Map<Class<?>, Object> ith() {
        return Map.of(
                BackEnd.class,
                new Fake<>(BackEnd.class)
                        .on(
                                "status",
                                a -> new BackEnd.Status(
                                        "https://ith.example",
                                        AT,
                                        3,
                                        new BackEnd.Moment(AT, "ping"),
                                        null,
                                        null,
                                        AT,
                                        null,
                                        true,
                                        "de-identified",
                                        7,
                                        2,
                                        1))
                        .on(
                                "commands",
                                a -> List.of(new BackEnd.Command(
                                        4,
                                        "c",
                                        "session.dispatch",
                                        "ses-1",
                                        7,
                                        BackEnd.CommandState.DONE,
                                        AT,
                                        AT,
                                        10,
                                        10,
                                        true,
                                        null)))
                        .on("retry", a -> true)
                        .on("cancel", a -> true)
                        .service,
                MappingImport.class,
                new Fake<>(MappingImport.class)
                        .on("run", a -> new MappingImport.Report(Map.of("patients", 3L), Map.of()))
                        .service,
                HttpsPort.class,
                new Fake<>(HttpsPort.class)
                        .on("status", a -> new HttpsPort.Status(8443, true, null, null))
                        .on("make", a -> new HttpsPort.Status(8443, true, null, null))
                        .on("take", a -> new HttpsPort.Status(8443, true, null, null))
                        .service);
    }

    private static Map<Class<?>, Object> vault() {
        VaultAdministration.KeyState keys = new VaultAdministration.KeyState("pkcs12", "wrapping-1", 2);
        return Map.of(
                VaultAdministration.class,
                new Fake<>(VaultAdministration.class)
                        .on("keys", a -> keys)
                        .on("rotateMasterKey", a -> keys)
                        .on("rotatePseudonymKey", a -> 2)
                        .on("merge", a -> null)
                        .on("erase", a -> AT)
                        .on("split", a -> null)
                        .on("merges", a -> List.of(new VaultAdministration.MergeChange(AT, "ANON-1", "ANON-2")))
                        .service,
                VaultBackup.class,
                new Fake<>(VaultBackup.class).on("backUp", a -> null).service,
                MappingExchange.class,
                new Fake<>(MappingExchange.class)
                        .on("write", a -> new MappingImport.Report(Map.of("patients", 3L), Map.of()))
                        .on("take", a -> new MappingImport.Report(Map.of("new patients", 3L), Map.of()))
                        .service,
                IndexBackup.class,
                new Fake<>(IndexBackup.class).on("backUp", a -> true).service,
                StudyFinder.class,
                new Fake<>(StudyFinder.class).on("studiesOf", a -> List.of()).service,
                PatientRegister.class,
                new Fake<>(PatientRegister.class).on("all", a -> Set.of("ANON-1")).service);
    }

    private static Map<Class<?>, Object> kept() {
        return Map.of(
                AuditLog.class,
                CommandsTest.audit()
                        .on("verify", a -> new AuditLog.Verification(12, null, "12 records"))
                        .on(
                                "newest",
                                a -> List.of(new AuditLog.Entry(
                                        9, AT, "identity.read", "ann", "shell", "2.25.1", "why", "done", null, "00")))
                        .service,
                StudyIndex.class,
                new Fake<>(StudyIndex.class)
                        .on("newest", a -> List.of(CommandsTest.study()))
                        .on("study", a -> Optional.of(CommandsTest.study()))
                        .service,
                InstanceStore.class,
                new Fake<>(InstanceStore.class)
                        .on("find", a -> Optional.of(CommandsTest.instance()))
                        .on("appliance", a -> "0123456789abcdef")
                        .service,
                IdentityRestorer.class,
                new Fake<>(IdentityRestorer.class)
                        .on("restore", a -> {
                            ((OutputStream) a.get(2)).write(new byte[100]);
                            return null;
                        })
                        .service,
                Retention.class,
                new Fake<>(Retention.class)
                        .on(
                                "accepted",
                                a -> List.of(new Retention.Accepted(7, "2.25.1", 1, "ith", AT, 3, 900, "it arrives")))
                        .on("lookNow", a -> new Retention.Removed(2, 34))
                        .on("delete", a -> new Retention.Removed(2, 34))
                        .service,
                Vendors.class,
                new Fake<>(Vendors.class)
                        .on("bundles", a -> List.of(new Vendors.View(7L, "vendor", "1.0.0", "Active", "command", "")))
                        .on("forget", a -> true)
                        .service);
    }
}
