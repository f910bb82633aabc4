package org.sallyport.ith.api.internal;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEndRegistration;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.VaultException;

/** A gateway with one patient, a back end that admits whoever has a good token, and an audit that remembers. */
final class FakeParts implements Parts, DicomReceiver, BackEndRegistration, BackEndRules, StudyIndex {

    static final Instant NOW = Instant.parse("2026-03-04T05:06:07.089Z");

    /** {@code {"sub":"4711","preferred_username":"jane.doe"}}, signed by nobody. */
    static final String GOOD_TOKEN =
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0NzExIiwicHJlZmVycmVkX3VzZXJuYW1lIjoiamFuZS5kb2UifQ.c2ln";

    final AuditLog audit = new FakeAudit();
    final FakeDirectory directory = new FakeDirectory(audit);
    final List<AuditLog.Entry> audited = new CopyOnWriteArrayList<>();
    final List<String> askedTokens = new CopyOnWriteArrayList<>();
    volatile boolean receiving = true;
    volatile boolean isConnected = true;
    volatile boolean knowsProfile = true;
    volatile boolean answers = true;
    volatile boolean isReady = true;
    volatile boolean auditWorks = true;

    @Override
    public DicomReceiver receiver() {
        return this;
    }

    @Override
    public @Nullable BackEndRegistration backEnd() {
        return isConnected ? this : null;
    }

    @Override
    public @Nullable BackEndRules rules() {
        return isConnected ? this : null;
    }

    @Override
    public StudyIndex index() {
        return this;
    }

    @Override
    public @Nullable IdentityDirectory identity() {
        return isReady ? directory : null;
    }

    @Override
    public AuditLog audit() {
        return audit;
    }

    // ---- the listener

    @Override
    public Status status() {
        return new Status(true, receiving, "DICOMRCV", 11_112, receiving ? null : "vault is locked");
    }

    @Override
    public List<ListenerView> listeners() {
        return List.of();
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}

    @Override
    public List<AssociationView> associations() {
        return List.of();
    }

    @Override
    public long echo(String calledAet, String host, int port) {
        return 0;
    }

    @Override
    public long echo(Node node) {
        return 0;
    }

    // ---- the back end

    @Override
    public Optional<Profile> profile() {
        return knowsProfile ? Optional.of(new Profile("proxy-1", "ws-1", "gateway", true)) : Optional.empty();
    }

    @Override
    public String address() {
        return "10.1.2.3";
    }

    @Override
    public Map<String, Boolean> reachability() {
        return Map.of("a", true, "b", false, "off", true);
    }

    @Override
    public boolean admits(String token) throws IOException {
        askedTokens.add(token);
        if (!answers) {
            throw new IOException("no connection");
        }
        return token.equals(GOOD_TOKEN) || token.startsWith("good");
    }

    @Override
    public Mode mode() {
        return Mode.PRIVATE;
    }

    @Override
    public List<Node> nodes() {
        return List.of(node("a", true), node("b", true), node("c", true), node("off", false));
    }

    private static Node node(String id, boolean active) {
        return new Node(id, id, "AET", "10.0.0.1", 104, active, Node.Permission.READ, Node.Origin.BACK_END, false);
    }

    @Override
    public boolean proxyActive() {
        return true;
    }

    @Override
    public boolean asksForOriginals() {
        return false;
    }

    @Override
    public Node approve(String nodeId, String actor, String source, String reason) {
        throw new UnsupportedOperationException();
    }

    // ---- the index

    @Override
    public List<StudyRecord> newest(int limit) {
        List<StudyRecord> studies = new ArrayList<>();
        for (int i = 1; i <= limit; i++) {
            studies.add(new StudyRecord(
                    "2.25." + i,
                    FakeDirectory.PSEUDONYM,
                    null,
                    null,
                    Set.of("CT"),
                    "CT1",
                    3,
                    30,
                    1_000,
                    i % 2,
                    0,
                    0,
                    NOW,
                    NOW));
        }
        return studies;
    }

    @Override
    public Optional<StudyRecord> study(String studyInstanceUid) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StoredInstance> instances(String studyInstanceUid) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StoredInstance> instances(String studyInstanceUid, int part) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<String> heldEarlier(String studyInstanceUid, int part) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StoredInstance> loose(String studyInstanceUid) {
        return List.of();
    }

    @Override
    public List<StudyRecord> receiving() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StoredInstance> conflicts(int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Totals totals() {
        return new Totals(12, 34);
    }

    /** Remembers. */
    final class FakeAudit implements AuditLog {

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
            if (!auditWorks) {
                throw new VaultException("the audit log cannot be written");
            }
            audited.add(new Entry(
                    audited.size() + 1, NOW, action, actor, source, subject, reason, outcome, detail, "hash"));
        }

        @Override
        public List<Entry> newest(int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Verification verify() {
            throw new UnsupportedOperationException();
        }
    }
}
