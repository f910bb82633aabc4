package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.vault.internal.Vaults.patient;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.VaultAdministration.KeyState;
import org.sallyport.gateway.api.vault.VaultAdministration.MergeChange;
import org.sallyport.gateway.api.vault.VaultException;

/** Keys and patients are changed by administrators only, for a reason, and on the record. */
class JournalAdministrationTest {

    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final AccessRequest ADMINISTRATOR = Vaults.request(Roles.ADMINISTRATOR, "asked by the hospital");

    @TempDir
    private Path folder;

    private final Vaults.RememberedAudit audit = new Vaults.RememberedAudit();
    private final List<String> forgotten = new ArrayList<>();
    private boolean memoryFails;
    private JournalPseudonymizer assignments;
    private JournalAdministration administration;

    @BeforeEach
    void open() throws IOException {
        MasterKey masterKey = new MasterKey(folder, KeyFile.ID, name -> null, new KeyFile(folder, "a passphrase"));
        assignments = new JournalPseudonymizer(folder, masterKey.open(), false);
        administration = new JournalAdministration(
                masterKey, assignments, audit, Clock.fixed(NOON, ZoneOffset.UTC), this::forget);
    }

    private void forget(Set<String> pseudonyms) throws IOException {
        if (memoryFails) {
            throw new IOException("the index is away");
        }
        assertTrue(pseudonyms.stream().allMatch(assignments::isErased), "its key is gone by then");
        forgotten.addAll(pseudonyms);
    }

    @AfterEach
    void close() throws IOException {
        assignments.close();
    }

    private interface Action {
        void run(AccessRequest request) throws IOException;
    }

    private List<Action> actions(String one, String other) {
        return List.of(
                administration::rotatePseudonymKey,
                administration::rotateMasterKey,
                request -> administration.merge(one, other, request),
                request -> administration.split(one, request),
                request -> administration.erase(other, request));
    }

    @Test
    void anAdministratorMayAndItIsAudited() throws Exception {
        String one = assignments.assign(patient("P1", "1.2.3")).pseudonym();
        String other = assignments.assign(patient("P2", "1.2.4")).pseudonym();
        assertEquals(new KeyState("pkcs12", "master-1", 1), administration.keys());
        for (Action action : actions(one, other)) {
            action.run(ADMINISTRATOR);
        }
        String about = " meier ANON-0123456789AB done";
        assertEquals(
                List.of(
                        "key.rotate-pseudonym" + about,
                        "key.rotate-master" + about,
                        "patient.merge" + about,
                        "patient.split" + about,
                        "patient.erase" + about),
                audit.records);
        assertEquals(new KeyState("pkcs12", "wrapping-1", 2), administration.keys());
        assertEquals(
                List.of(new MergeChange(NOON, one, other), new MergeChange(NOON, one, null)), administration.merges());
        assertEquals(Set.of(), assignments.all(other));
        assertEquals(List.of(other), forgotten);
    }

    @Test
    void whoIsErasedThoughMemoryCannotBeClearedIsErasedAllTheSame() throws Exception {
        String one = assignments.assign(patient("P1", "1.2.3")).pseudonym();
        memoryFails = true;
        VaultException e = assertThrows(VaultException.class, () -> administration.erase(one, ADMINISTRATOR));
        assertTrue(String.valueOf(e.getMessage()).contains("start the gateway again"), e.getMessage());
        assertTrue(assignments.isErased(one));
    }

    @Test
    void othersAndThoseWithoutAReasonMayNotAndThatIsAuditedToo() throws Exception {
        String one = assignments.assign(patient("P1", "1.2.3")).pseudonym();
        String other = assignments.assign(patient("P2", "1.2.4")).pseudonym();
        for (AccessRequest request : List.of(
                Vaults.OFFICER,
                Vaults.request(Roles.OPERATOR, "asked by the hospital"),
                Vaults.request(Roles.ADMINISTRATOR, " "),
                Vaults.request(Roles.ADMINISTRATOR, "x".repeat(201)))) {
            audit.records.clear();
            for (Action action : actions(one, other)) {
                assertThrows(AccessDeniedException.class, () -> action.run(request));
            }
            assertEquals(
                    5,
                    audit.records.stream()
                            .filter(line -> line.endsWith(" refused"))
                            .count());
        }
        assertEquals(new KeyState("pkcs12", "master-1", 1), administration.keys());
        assertEquals(List.of(), administration.merges());
    }

    @Test
    void whatCannotBeAuditedIsNotDone() throws Exception {
        String one = assignments.assign(patient("P1", "1.2.3")).pseudonym();
        String other = assignments.assign(patient("P2", "1.2.4")).pseudonym();
        audit.failing = true;
        for (Action action : actions(one, other)) {
            assertThrows(VaultException.class, () -> action.run(ADMINISTRATOR));
        }
        assertEquals(new KeyState("pkcs12", "master-1", 1), administration.keys());
        assertEquals(List.of(), administration.merges());
    }

    @Test
    void whatFailsIsOnTheRecord() {
        assertThrows(VaultException.class, () -> administration.split("ANON-000000000000", ADMINISTRATOR));
        assertEquals(
                List.of("patient.split meier ANON-0123456789AB done", "patient.split meier ANON-0123456789AB failed"),
                audit.records);
    }
}
