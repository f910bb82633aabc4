package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.delivery.internal.Awaiting.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.Request;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.intake.EncryptedOriginals;
import org.sallyport.gateway.api.intake.OriginalInstances;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.IdentityNetworks;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.OriginalReceivers;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.testkit.Certificates;

/** Who is handed originals, and what is kept of it. */
class OriginalDeliveriesTest {

    private static final String STUDY = "2.25.1";
    private static final String NODE = "dicom://PACS@10.1.2.3:104";
    private static final String SERVER = "https://10.1.2.4/dicom-web";
    private static final AccessRequest OFFICER = new AccessRequest(
            "ann", Set.of(Roles.PRIVACY_OFFICER), "shell", "the ward asked for it", STUDY + " to pacs");
    private static final String RECIPIENTS = "research-cert.pem, clinic-cert.pem";
    private static final Patience PATIENCE = new Patience(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofMinutes(5));

    private final Clock clock = Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);
    private final FakeQueue queue = new FakeQueue(clock);
    private final FakeIndex index = new FakeIndex();
    private final Set<String> allowed = ConcurrentHashMap.newKeySet();
    private final Set<String> configured = ConcurrentHashMap.newKeySet();
    private final List<String> audited = new CopyOnWriteArrayList<>();
    private final List<AccessRequest> readings = new CopyOnWriteArrayList<>();
    private final List<List<X509Certificate>> encryptedFor = new CopyOnWriteArrayList<>();
    private volatile boolean auditFails;
    private volatile boolean uploadsAllowed;
    private volatile boolean asked;
    private @Nullable OriginalDeliveries gate;
    private DeliveryEngine engine;

    @TempDir
    private Path folder;

    @TempDir
    private static Path keys;

    private static Certificates research;
    private static Certificates clinic;

    @BeforeAll
    static void makeKeys() throws Exception {
        research = Certificates.rsa(keys, "research", 2048);
        clinic = Certificates.rsa(keys, "clinic", 2048);
    }

    @BeforeEach
    void start() throws IOException {
        index.add(STUDY);
        engine = engine();
        OriginalDeliveries opened = originals();
        gate = opened;
        engine.setOriginals(opened);
        allowed.add(NODE);
        allowed.add("https://10.1.2.4:443");
        configured.add("pacs");
    }

    private DeliveryEngine engine() throws IOException {
        RetryPauses pauses = new RetryPauses(3, Duration.ofSeconds(100), Duration.ofHours(1));
        DeliveryEngine made = new DeliveryEngine(
                pauses,
                queue,
                index,
                index,
                List::of,
                properties -> List.of(),
                folder,
                new Recipients(keys, Clock.systemUTC()),
                clock,
                ZoneOffset.UTC,
                PATIENCE);
        made.addCheck(study -> Optional.empty());
        return made;
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private OriginalDeliveries originals() {
        return new OriginalDeliveries(
                this::open,
                this::encrypt,
                receivers(),
                audit(),
                (destination, key, value) -> configured.contains(destination)
                        && (key.equals(Destination.IDENTITY) ? value.equals("original") : value.equals(RECIPIENTS)));
    }

    private OriginalReceivers receivers() {
        return new OriginalReceivers() {
            @Override
            public Optional<String> refusal(Receiver receiver) {
                return allowed.contains(receiver.toString())
                        ? Optional.empty()
                        : Optional.of(receiver + " is not allowed");
            }

            @Override
            public Optional<String> uploadRefusal(Receiver backEnd, boolean asked) {
                if (!asked || !uploadsAllowed) {
                    return Optional.of(asked ? "not allowed here" : "not asked for");
                }
                return refusal(backEnd);
            }

            @Override
            public IdentityNetworks networks() {
                return IdentityNetworks.NONE;
            }
        };
    }

    /** An original is its stored SOP Instance UID with a name before it. */
    private OriginalInstances.Originals open(List<StoredInstance> instances, AccessRequest request, Runnable progress) {
        readings.add(request);
        progress.run();
        return new OriginalInstances.Originals() {
            @Override
            public List<OriginalInstances.Original> instances() {
                return instances.stream()
                        .<OriginalInstances.Original>map(FakeOriginal::new)
                        .toList();
            }

            @Override
            public boolean areQuotedIn(String text) {
                return text.contains("DOE");
            }
        };
    }

    /** An image with its original in it is its stored SOP Instance UID with a word before it. */
    private List<EncryptedOriginals.Encrypted> encrypt(
            List<StoredInstance> instances,
            List<X509Certificate> recipients,
            AccessRequest request,
            Runnable progress) {
        readings.add(request);
        encryptedFor.add(recipients);
        progress.run();
        return instances.stream()
                .<EncryptedOriginals.Encrypted>map(FakeEncrypted::new)
                .toList();
    }

    private record FakeEncrypted(StoredInstance stored) implements EncryptedOriginals.Encrypted {

        private byte[] bytes() {
            return ("SEALED " + stored.facts().sopInstanceUid()).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public long length() {
            return bytes().length;
        }

        @Override
        public long crc32() {
            return 815;
        }

        @Override
        public int leftOut() {
            return 2;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes());
        }
    }

    private record FakeOriginal(StoredInstance stored) implements OriginalInstances.Original {

        private byte[] bytes() {
            return ("DOE^JANE " + stored.facts().sopInstanceUid()).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String sopInstanceUid() {
            return "1.2.DOE." + stored.facts().sopInstanceUid();
        }

        @Override
        public String seriesInstanceUid() {
            return "1.2.DOE";
        }

        @Override
        public long length() {
            return bytes().length;
        }

        @Override
        public long crc32() {
            return 4711;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes());
        }
    }

    private AuditLog audit() {
        return new AuditLog() {
            @Override
            public void record(
                    String action,
                    String actor,
                    String source,
                    String subject,
                    String reason,
                    String outcome,
                    @Nullable String detail)
                    throws VaultException {
                if (auditFails) {
                    throw new VaultException("the disk is full");
                }
                audited.add(String.join("|", action, actor, source, subject, reason, outcome, String.valueOf(detail)));
            }

            @Override
            public List<Entry> newest(int limit) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Verification verify() {
                throw new UnsupportedOperationException();
            }
        };
    }

    private FakeDestination add(String name, @Nullable String receiver, boolean original, FakeDestination destination) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(Destination.NAME, name);
        properties.put(Destination.IDENTITY, original ? "original" : "pseudonymous");
        if (receiver != null) {
            properties.put(Destination.RECEIVER, receiver);
        }
        engine.addDestination(destination, properties);
        return destination;
    }

    private DeliveryRecord awaitEnd(long id, State state) {
        await("delivery " + id + " " + state, () -> queue.get(id).state() == state && running() == 0);
        return queue.get(id);
    }

    private int running() {
        return engine.destinations().stream().mapToInt(view -> view.running()).sum();
    }

    private void parkedWith(long id, String why) {
        String reason = String.valueOf(awaitEnd(id, State.PARKED).reason());
        assertTrue(reason.startsWith("originals are not handed over: ") && reason.contains(why), reason);
        String last = audited.get(audited.size() - 1);
        assertTrue(last.startsWith("identity.deliver|") && last.contains("|refused|") && last.endsWith(reason), last);
        assertEquals(List.of(), readings, "nothing was opened");
    }

    @Test
    void aDestinationThatIsSetSoAndAllowedIsHandedOriginalsAndAnotherIsNot() throws Exception {
        List<String> read = new CopyOnWriteArrayList<>();
        FakeDestination pacs = add("pacs", NODE, true, new FakeDestination(delivery -> {
            DeliveryInstance image = delivery.instances().get(0);
            try (InputStream in = image.open()) {
                byte[] bytes = in.readAllBytes();
                read.add(new String(bytes, StandardCharsets.US_ASCII));
                assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(bytes), image.sha256());
                assertEquals(bytes.length, image.length());
                assertEquals(bytes.length, delivery.study().bytes());
            }
            return DeliveryOutcome.delivered("all", Map.of(image.sopInstanceUid(), "kept", STUDY + ".1.1", "other"));
        }));
        FakeDestination archive = add("archive", SERVER, false, FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        await("both", () -> count(State.DELIVERED) == 2);
        assertEquals(List.of("DOE^JANE 2.25.1.1.1"), read);
        Delivery handed = pacs.handed.get(0);
        assertEquals(IdentityMode.ORIGINAL, handed.identity());
        assertEquals("1.2.DOE.2.25.1.1.1", handed.instances().get(0).sopInstanceUid());
        assertEquals("1.2.DOE", handed.instances().get(0).seriesInstanceUid());
        assertEquals(4711, handed.instances().get(0).crc32());
        assertEquals(STUDY, handed.study().studyInstanceUid(), "what is told of the study is pseudonymous");
        assertFalse((handed + " " + handed.instances()).contains("DOE"));
        assertEquals(IdentityMode.PSEUDONYMOUS, archive.handed.get(0).identity());
        assertEquals(STUDY + ".1.1", archive.handed.get(0).instances().get(0).sopInstanceUid());

        long id = idOf("pacs");
        assertEquals(Map.of(STUDY + ".1.1", "kept"), queue.receipts(id), "kept under the pseudonymous UID");
        assertEquals(
                Map.of(id, List.of(STUDY + ".1.1"), idOf("archive"), List.of(STUDY + ".1.1")),
                queue.accepted,
                "what may be cleaned up");
        String subject = "delivery " + id + " to pacs, study 2.25.1 part 1, attempt 1";
        assertEquals(
                List.of(new AccessRequest(
                        "destination pacs",
                        Set.of(Roles.PRIVACY_OFFICER),
                        NODE,
                        "destination pacs is set to identity = original",
                        subject + ", 1 images")),
                readings);
        assertEquals(
                List.of("identity.deliver|destination pacs|" + NODE + "|" + subject
                        + "|destination pacs is set to identity = original|done|1 images delivered"),
                audited);
    }

    private long idOf(String destination) {
        return queue.ofStudy(STUDY).stream()
                .filter(delivery -> delivery.destination().equals(destination))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private long count(State state) {
        return queue.ofStudy(STUDY).stream()
                .filter(delivery -> delivery.state() == state)
                .count();
    }

    @Test
    void whatIsNotAllowedIsParkedAndNeverGoesWithoutIdentityInstead() throws IOException {
        FakeDestination pacs = FakeDestination.thatTakesAll();
        allowed.clear();
        add("pacs", NODE, true, pacs);
        engine.complete(STUDY);
        parkedWith(1, NODE + " is not allowed");
        engine.removeDestination(pacs);

        allowed.add(NODE);
        add("pacs", null, true, pacs);
        engine.complete(STUDY);
        parkedWith(2, "does not say whom it delivers to");
        engine.removeDestination(pacs);

        // A plug-in that sets the property by itself.
        configured.clear();
        add("pacs", NODE, true, pacs);
        engine.complete(STUDY);
        parkedWith(3, "the destination's .cfg does not say identity = original");
        assertEquals(List.of(), pacs.handed);
    }

    @Test
    void itIsLookedAtAgainAtEachAttempt() throws IOException {
        FakeDestination pacs = add("pacs", NODE, true, new FakeDestination(delivery -> {
            allowed.clear();
            return new DeliveryOutcome.Later("busy", Duration.ZERO);
        }));
        engine.complete(STUDY);
        awaitEnd(1, State.PARKED);
        assertEquals(1, pacs.handed.size());
        assertTrue(audited.get(0).endsWith("|failed|1 images handed over, not all arrived"), audited.get(0));
        assertTrue(audited.get(1).contains("attempt 2") && audited.get(1).contains("|refused|"), audited.get(1));
    }

    @Test
    void aPersonMayOrderThemForAnAllowedNodeButNotForAServerThatIsNotSetSo() throws IOException {
        configured.clear();
        FakeDestination pacs = add("pacs", NODE, false, FakeDestination.thatTakesAll());
        FakeDestination web = add("web", SERVER, false, FakeDestination.thatTakesAll());
        long id = engine.replay(STUDY, "pacs", OFFICER).get(0);
        assertEquals(
                new Request("ann", "the ward asked for it"),
                awaitEnd(id, State.DELIVERED).request());
        assertEquals(IdentityMode.ORIGINAL, pacs.handed.get(0).identity());
        assertEquals("ann", readings.get(0).actor());
        assertEquals("the ward asked for it", readings.get(0).reason());
        assertEquals(NODE, readings.get(0).source());
        assertEquals("identity.order|ann|shell|" + STUDY + " to pacs|the ward asked for it|done|null", audited.get(0));
        readings.clear();
        parkedWith(engine.replay(STUDY, "web", OFFICER).get(0), "does not say identity = original");
        configured.add("web");
        awaitEnd(engine.replay(STUDY, "web", OFFICER).get(0), State.DELIVERED);
        assertEquals(1, web.handed.size());
        assertEquals(Map.of(), engine.apply(STUDY, OFFICER), "given to all that take it");
    }

    @Test
    void whoLacksTheRoleOrTheReasonIsRefusedAndNothingIsQueued() throws IOException {
        add("pacs", NODE, false, FakeDestination.thatTakesAll());
        for (AccessRequest wrong : List.of(
                new AccessRequest("bob", Set.of(Roles.ADMINISTRATOR), "shell", "a good reason", "s"),
                new AccessRequest("ann", Set.of(Roles.PRIVACY_OFFICER), "shell", "  no ", "s"),
                new AccessRequest("ann", Set.of(Roles.PRIVACY_OFFICER), "shell", "x".repeat(201), "s"))) {
            assertThrows(AccessDeniedException.class, () -> engine.replay(STUDY, "pacs", wrong));
            assertThrows(AccessDeniedException.class, () -> engine.apply(STUDY, wrong));
        }
        assertEquals(List.of(), queue.ofStudy(STUDY));
        assertEquals(6, audited.size());
        audited.forEach(record -> assertTrue(record.startsWith("identity.order|") && record.contains("|refused|")));
    }

    @Test
    void whatTheReceiverSaysIsWithheldIfItQuotesIdentity() throws IOException {
        FakeDestination pacs = new FakeDestination(delivery -> DeliveryOutcome.later("A700 (DOE^JANE is locked)"));
        add("pacs", NODE, true, pacs);
        engine.complete(STUDY);
        String withheld = "what the receiver said quotes the patient's identity and is not kept";
        assertEquals(withheld, awaitEnd(1, State.RETRYING).reason());
        pacs.answer = delivery -> {
            throw new IOException("no room for DOE");
        };
        assertEquals(withheld, end(State.RETRYING));
        pacs.answer = delivery -> DeliveryOutcome.refused("unknown DOE");
        assertEquals(withheld, end(State.PARKED));
        pacs.answer = delivery -> DeliveryOutcome.refused("unknown class");
        assertEquals("unknown class", end(State.PARKED));
        pacs.answer = delivery -> DeliveryOutcome.delivered(
                "DOE", Map.of(delivery.instances().get(0).sopInstanceUid(), "of DOE"));
        assertEquals(withheld, end(State.DELIVERED));
        assertFalse(queue.receipts(queue.ofStudy(STUDY).size()).toString().contains("DOE"));
        pacs.answer = delivery -> DeliveryOutcome.stopped("DOE may not");
        assertEquals(withheld, end(State.WAITING));
    }

    private @Nullable String end(State state) throws IOException {
        long before = queue.ofStudy(STUDY).size();
        engine.complete(STUDY);
        await("an outcome", () -> queue.get(before + 1).reason() != null && running() == 0);
        assertEquals(state, queue.get(before + 1).state());
        return queue.get(before + 1).reason();
    }

    @Test
    void withoutTheVaultTheyWait() throws IOException {
        OriginalDeliveries gate = originals();
        engine.setOriginals(gate);
        engine.unsetOriginals(gate);
        FakeDestination pacs = add("pacs", NODE, true, FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        assertEquals(DeliveryEngine.NO_ORIGINALS, awaitEnd(1, State.RETRYING).reason());
        assertThrows(IOException.class, () -> engine.replay(STUDY, "pacs", OFFICER));
        assertEquals(List.of(), pacs.handed);
    }

    @Test
    void whatCannotBeAuditedIsNotOrderedOrRefusedInSilence() throws IOException {
        auditFails = true;
        add("pacs", NODE, true, FakeDestination.thatTakesAll());
        assertThrows(VaultException.class, () -> engine.replay(STUDY, "pacs", OFFICER));
        allowed.clear();
        engine.complete(STUDY);
        assertTrue(String.valueOf(awaitEnd(1, State.RETRYING).reason()).contains("the disk is full"));
    }

    @Test
    void aDestinationThatIsAwayGetsWhatItWasSetTo() throws IOException {
        FakeDestination pacs = add("pacs", NODE, true, FakeDestination.thatTakesAll());
        add("archive", null, false, FakeDestination.thatTakesAll());
        engine.removeDestination(pacs);
        engine.close();
        engine = engine();
        engine.setOriginals(originals());
        add("archive", null, false, FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        assertEquals(IdentityMode.ORIGINAL, queue.get(idOf("pacs")).identity());
        assertEquals(IdentityMode.PSEUDONYMOUS, queue.get(idOf("archive")).identity());
    }

    private FakeDestination backEnd() {
        return add(BackEndRules.UPLOADS, SERVER, false, FakeDestination.thatTakesAll());
    }

    private void rules() {
        Objects.requireNonNull(gate).backEnd = new BackEndRules() {
            @Override
            public Mode mode() {
                return Mode.PRIVATE;
            }

            @Override
            public List<Node> nodes() {
                return List.of();
            }

            @Override
            public boolean proxyActive() {
                return true;
            }

            @Override
            public boolean asksForOriginals() {
                return asked;
            }

            @Override
            public Node approve(String nodeId, String actor, String source, String reason) {
                throw new UnsupportedOperationException();
            }
        };
    }

    @ParameterizedTest
    @CsvSource({
        "true,true,true,true,ORIGINAL",
        "false,true,true,true,PSEUDONYMOUS",
        "true,false,true,true,PSEUDONYMOUS",
        "true,true,false,true,PSEUDONYMOUS",
        "true,true,true,false,PSEUDONYMOUS",
        "true,false,false,true,PSEUDONYMOUS",
        "true,true,false,false,PSEUDONYMOUS",
        "true,false,true,false,PSEUDONYMOUS",
        "true,false,false,false,PSEUDONYMOUS"
    })
    void anUploadCarriesOriginalsOnlyIfTheBackEndAsksTheSettingLetsAndItsAddressMay(
            boolean rulesThere, boolean asks, boolean lets, boolean near, IdentityMode expected) throws Exception {
        if (rulesThere) {
            rules();
        }
        asked = asks;
        uploadsAllowed = lets;
        if (!near) {
            allowed.clear();
        }
        FakeDestination ith = backEnd();
        engine.complete(STUDY);
        awaitEnd(1, State.DELIVERED);
        Delivery handed = ith.handed.get(0);
        assertEquals(expected, handed.identity());
        boolean original = expected == IdentityMode.ORIGINAL;
        assertEquals(
                (original ? "1.2.DOE." : "") + STUDY + ".1.1",
                handed.instances().get(0).sopInstanceUid());
        assertEquals(original ? 1 : 0, readings.size(), "opened and audited if, and only if, it went with identity");
        assertEquals(original ? 1 : 0, audited.size(), audited.toString());
        assertEquals(List.of(STUDY + ".1.1"), queue.accepted.get(1L), "what may be cleaned up, either way");
    }

    @Test
    void anUploadWithIdentityIsAuditedWithReceiverCountAndEnd() throws IOException {
        rules();
        asked = true;
        uploadsAllowed = true;
        backEnd();
        engine.complete(STUDY);
        awaitEnd(1, State.DELIVERED);
        assertEquals(
                List.of("identity.deliver|destination ith|https://10.1.2.4:443|delivery 1 to ith, study 2.25.1 part 1,"
                        + " attempt 1|the back end asks for originals, and identified-upload = yes lets it have them|done"
                        + "|1 images delivered"),
                audited);
        assertEquals("https://10.1.2.4:443", readings.get(0).source());
        assertEquals(Set.of(Roles.PRIVACY_OFFICER), readings.get(0).roles());
    }

    @Test
    void whatAnUploadCarriesIsDecidedAtEachAttemptAnewAndStaysInIt() throws IOException {
        rules();
        uploadsAllowed = true;
        FakeDestination ith = add(BackEndRules.UPLOADS, SERVER, false, new FakeDestination(delivery -> {
            IdentityMode before = delivery.identity();
            // The back end changes its mind while the attempt runs.
            asked = !asked;
            assertEquals(before, delivery.identity());
            return delivery.attempt() < 3
                    ? new DeliveryOutcome.Later("busy", Duration.ZERO)
                    : DeliveryOutcome.delivered("taken");
        }));
        engine.complete(STUDY);
        awaitEnd(1, State.DELIVERED);
        assertEquals(
                List.of(IdentityMode.PSEUDONYMOUS, IdentityMode.ORIGINAL, IdentityMode.PSEUDONYMOUS),
                ith.handed.stream().map(Delivery::identity).toList());
        assertEquals(1, readings.size());
    }

    /** Neither by a person's order nor by identity = original in a .cfg. */
    @Test
    void nobodyElseCanHaveAnUploadCarryOriginals() throws IOException {
        rules();
        configured.add(BackEndRules.UPLOADS);
        FakeDestination ith = backEnd();
        parkedWith(engine.replay(STUDY, BackEndRules.UPLOADS, OFFICER).get(0), "not asked for");
        asked = true;
        parkedWith(engine.replay(STUDY, BackEndRules.UPLOADS, OFFICER).get(0), "not allowed here");
        assertEquals(List.of(), ith.handed);
        uploadsAllowed = true;
        awaitEnd(engine.replay(STUDY, BackEndRules.UPLOADS, OFFICER).get(0), State.DELIVERED);
        assertEquals("the ward asked for it", readings.get(0).reason());
    }

    @Test
    void whatUploadsGoByIsNothingToOtherDestinations() throws IOException {
        rules();
        asked = true;
        uploadsAllowed = true;
        FakeDestination web = add("web", SERVER, false, FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        awaitEnd(1, State.DELIVERED);
        assertEquals(IdentityMode.PSEUDONYMOUS, web.handed.get(0).identity());
        assertEquals(List.of(), readings);
    }

    private FakeDestination addFor(String name, String recipients) {
        FakeDestination destination = FakeDestination.thatTakesAll();
        engine.addDestination(
                destination, Map.of(Destination.NAME, name, Destination.ENCRYPT_FOR, " " + recipients + " "));
        return destination;
    }

    @Test
    void originalsGoAlongEncryptedForThoseWhomTheSettingsName() throws Exception {
        FakeDestination pacs = addFor("pacs", RECIPIENTS);
        List<String> read = new CopyOnWriteArrayList<>();
        pacs.answer = delivery -> {
            DeliveryInstance image = delivery.instances().get(0);
            try (InputStream in = image.open()) {
                byte[] bytes = in.readAllBytes();
                read.add(new String(bytes, StandardCharsets.US_ASCII));
                assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(bytes), image.sha256());
                assertEquals(bytes.length, image.length());
                assertEquals(bytes.length, delivery.study().bytes());
            }
            return DeliveryOutcome.delivered("all", Map.of(image.sopInstanceUid(), "kept"));
        };
        engine.complete(STUDY);
        awaitEnd(1, State.DELIVERED);
        assertEquals(List.of("SEALED " + STUDY + ".1.1"), read);
        Delivery handed = pacs.handed.get(0);
        assertEquals(IdentityMode.PSEUDONYMOUS, handed.identity());
        assertEquals(STUDY + ".1.1", handed.instances().get(0).sopInstanceUid());
        assertEquals(STUDY + ".1", handed.instances().get(0).seriesInstanceUid());
        assertEquals(815, handed.instances().get(0).crc32());
        assertEquals(Map.of(STUDY + ".1.1", "kept"), queue.receipts(1));
        assertEquals(Map.of(1L, List.of(STUDY + ".1.1")), queue.accepted);
        assertEquals(List.of(List.of(research.x509(), clinic.x509())), encryptedFor);

        String subject = "delivery 1 to pacs, study 2.25.1 part 1, attempt 1";
        assertEquals(
                List.of(new AccessRequest(
                        "destination pacs",
                        Set.of(Roles.PRIVACY_OFFICER),
                        "destination pacs",
                        "destination pacs is set to encrypt-for",
                        subject + ", 1 images")),
                readings);
        assertNull(readings.get(0).refusal());
        assertEquals(
                List.of("identity.encrypt|destination pacs|destination pacs|" + subject
                        + "|destination pacs is set to encrypt-for|done|1 images delivered, 2 attributes too long to go"
                        + " along; encrypted for "
                        + research.fingerprint().substring(0, 16) + ", "
                        + clinic.fingerprint().substring(0, 16)),
                audited);
        assertEquals(
                RECIPIENTS, engine.destination("pacs").orElseThrow().settings().get(Destination.ENCRYPT_FOR));

        // Originals that a person orders go as they are, or not at all.
        assertEquals(
                "originals are not handed over: the destination does not say whom it delivers to (receiver)",
                awaitEnd(engine.replay(STUDY, "pacs", OFFICER).get(0), State.PARKED)
                        .reason());
    }

    /** A plug-in that names recipients by itself. */
    @Test
    void nothingIsEncryptedForWhomTheAdministratorDoesNotName() throws Exception {
        FakeDestination pacs = addFor("pacs", "research-cert.pem");
        engine.complete(STUDY);
        String why = "originals are not encrypted: the destination's .cfg does not say encrypt-for = research-cert.pem";
        assertEquals(why, awaitEnd(1, State.PARKED).reason());
        assertEquals(List.of(), pacs.handed);
        assertEquals(List.of(), readings);
        assertTrue(
                audited.get(0).startsWith("identity.encrypt|") && audited.get(0).endsWith("|refused|" + why));
    }

    @Test
    void aCertificateThatIsNoLongerThereStopsItsDestinationUntilItIs() throws Exception {
        FakeDestination pacs = addFor("pacs", RECIPIENTS);
        Path there = keys.resolve("clinic-cert.pem");
        Path aside = Files.move(there, keys.resolve("aside.pem"));
        engine.complete(STUDY);
        await("the stop", () -> queue.get(1).reason() != null && running() == 0);
        String reason = String.valueOf(queue.get(1).reason());
        assertTrue(reason.contains("\"clinic-cert.pem\": there is no such file"), reason);
        assertEquals(State.WAITING, queue.get(1).state());
        assertEquals(
                DestinationDirectory.State.STOPPED, engine.destinations().get(0).state());
        assertEquals(List.of(), pacs.handed);
        Files.move(aside, there);
        engine.resume("pacs");
        awaitEnd(1, State.DELIVERED);
        assertEquals(1, pacs.handed.size());
    }

    @Test
    void withoutTheVaultNothingGoesWithoutItsOriginals() throws Exception {
        engine.unsetOriginals(Objects.requireNonNull(gate));
        FakeDestination pacs = addFor("pacs", RECIPIENTS);
        engine.complete(STUDY);
        assertEquals(DeliveryEngine.NO_ORIGINALS, awaitEnd(1, State.RETRYING).reason());
        assertEquals(List.of(), pacs.handed);
    }

    @Test
    void recipientsThatAreNoneMakeTheDestinationMisconfigured() {
        addFor("pacs", "nobody.pem");
        DestinationDirectory.View view = engine.destinations().get(0);
        assertEquals(DestinationDirectory.State.MISCONFIGURED, view.state());
        assertEquals("encrypt-for \"nobody.pem\": there is no such file in " + keys, view.message());
    }

    @Test
    void wrongSettingsAreNamed() {
        for (Map.Entry<String, String> both : Map.of(
                        "archive",
                        "not with identity = original",
                        BackEndRules.UPLOADS,
                        "not for uploads to the back end")
                .entrySet()) {
            Route route = Route.of(Map.of(
                    Destination.NAME,
                    both.getKey(),
                    Destination.IDENTITY,
                    both.getKey().equals("archive") ? "original" : "",
                    Destination.ENCRYPT_FOR,
                    "research.pem"));
            String problem = String.valueOf(route.problem());
            assertTrue(problem.startsWith("encrypt-for \"research.pem\": " + both.getValue()), problem);
        }
        for (Map.Entry<String, String> wrong : Map.of(
                        Destination.IDENTITY, "both",
                        Destination.RECEIVER, "ftp://h")
                .entrySet()) {
            Route route = Route.of(Map.of(Destination.NAME, "pacs", wrong.getKey(), wrong.getValue()));
            assertNotNull(route.problem());
            assertTrue(String.valueOf(route.problem()).startsWith(wrong.getKey() + " "));
            assertEquals(IdentityMode.PSEUDONYMOUS, route.identity());
        }
    }
}
