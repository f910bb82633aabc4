package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.ErasureListener;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.VaultAdministration;
import org.sallyport.gateway.api.vault.VaultException;

/** Asks for role and reason, audits, and has the journal or the master key changed. Thread-safe. */
@Component(service = VaultAdministration.class)
public final class JournalAdministration implements VaultAdministration {

    private static final int SHORTEST_REASON = 3;
    private static final int LONGEST_REASON = 200;

    private final MasterKey masterKey;
    private final JournalPseudonymizer assignments;
    private final AuditLog audit;
    private final Clock clock;
    /** Replaced as they come and go. */
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<ErasureListener> listeners = List.of();

    @Activate
    public JournalAdministration(
            @Reference KeyHolder keys, @Reference JournalPseudonymizer assignments, @Reference AuditLog audit) {
        this(keys.masterKey(), assignments, audit, Clock.systemUTC());
    }

    JournalAdministration(
            MasterKey masterKey,
            JournalPseudonymizer assignments,
            AuditLog audit,
            Clock clock,
            ErasureListener... listeners) {
        this.listeners = List.of(listeners);
        this.masterKey = masterKey;
        this.assignments = assignments;
        this.audit = audit;
        this.clock = clock;
    }

    /** What is done. */
    private interface Change<T> {
        T make() throws IOException;
    }

    /** What is allowed is audited before it is done: a change that nobody could trace is not made. */
    private <T> T change(String action, AccessRequest request, Change<T> change) throws IOException {
        String refusal = refusal(request);
        audited(action, request, refusal == null ? "done" : "refused", refusal);
        if (refusal != null) {
            throw new AccessDeniedException(refusal);
        }
        try {
            return change.make();
        } catch (IOException | RuntimeException e) {
            audited(action, request, "failed", "nothing was changed, or not all");
            throw e;
        }
    }

    private void audited(String action, AccessRequest request, String outcome, @Nullable String detail)
            throws VaultException {
        audit.record(action, request.actor(), request.source(), request.subject(), request.reason(), outcome, detail);
    }

    /** Why it may not be done, for people and the audit log; null = it may. */
    static @Nullable String refusal(AccessRequest request) {
        if (!request.roles().contains(Roles.ADMINISTRATOR)) {
            return "this needs the role " + Roles.ADMINISTRATOR;
        }
        int reason = request.reason().strip().length();
        return reason < SHORTEST_REASON || reason > LONGEST_REASON
                ? "this needs a reason of " + SHORTEST_REASON + "–" + LONGEST_REASON + " characters"
                : null;
    }

    /** For changes of the journal, which throws nothing else. */
    private <T> T changeJournal(String action, AccessRequest request, Change<T> change) throws VaultException {
        try {
            return change(action, request, change);
        } catch (VaultException e) {
            throw e;
        } catch (IOException e) {
            throw new VaultException("the vault journal cannot be changed", e);
        }
    }

    @Override
    public int rotatePseudonymKey(AccessRequest request) throws VaultException {
        return changeJournal("key.rotate-pseudonym", request, assignments::nextGeneration);
    }

    @Override
    public KeyState rotateMasterKey(AccessRequest request) throws IOException {
        return whole(change("key.rotate-master", request, masterKey::rotate));
    }

    @Override
    public KeyState keys() throws IOException {
        return whole(masterKey.place());
    }

    private KeyState whole(MasterKey.Place place) {
        return new KeyState(place.provider(), place.keyId(), assignments.generation());
    }

    @Override
    public void merge(String pseudonym, String into, AccessRequest request) throws VaultException {
        changeJournal("patient.merge", request, () -> {
            assignments.merge(pseudonym, into, clock.instant());
            return true;
        });
    }

    @Override
    public void split(String pseudonym, AccessRequest request) throws VaultException {
        changeJournal("patient.split", request, () -> {
            assignments.split(pseudonym, clock.instant());
            return true;
        });
    }

    @Override
    public Instant erase(String pseudonym, AccessRequest request) throws VaultException {
        return changeJournal("patient.erase", request, () -> {
            Instant now = clock.instant();
            Set<String> pseudonyms = assignments.all(pseudonym);
            assignments.erase(pseudonym, now);
            tell(pseudonyms);
            return now;
        });
    }

    private void tell(Set<String> pseudonyms) throws VaultException {
        for (ErasureListener listener : listeners) {
            try {
                listener.erased(pseudonyms);
            } catch (IOException e) {
                throw new VaultException(
                        "the key is destroyed, but what was opened before may be in memory: start the gateway again",
                        e);
            }
        }
    }

    @Override
    public List<MergeChange> merges() throws VaultException {
        return assignments.merges();
    }
}
