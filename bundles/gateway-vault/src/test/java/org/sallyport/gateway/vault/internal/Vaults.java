package org.sallyport.gateway.vault.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;

/** What the tests of this module share. */
final class Vaults {

    static final AccessRequest OFFICER = request(Roles.PRIVACY_OFFICER, "asked by the referring hospital");

    private Vaults() {}

    static VaultKeys keys(int seed) {
        byte[] master = new byte[32];
        java.util.Arrays.fill(master, (byte) seed);
        return new VaultKeys(master);
    }

    static AccessRequest request(String role, String reason) {
        return new AccessRequest("meier", Set.of(role), "10.0.0.7", reason, "ANON-0123456789AB");
    }

    static PatientIdentity patient(@Nullable String id, String study) {
        return new PatientIdentity("Clinic", id, study);
    }

    static byte[] seal(IdentityVault vault, StudyContext study, String place, byte[] plain) throws IOException {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (OutputStream out = vault.seal(study, place, sealed)) {
            out.write(plain);
        }
        return sealed.toByteArray();
    }

    static byte[] sealHeld(IdentityVault vault, String place, byte[] plain) throws IOException {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (OutputStream out = vault.sealHeld(place, sealed)) {
            out.write(plain);
        }
        return sealed.toByteArray();
    }

    static byte[] open(IdentityVault vault, String place, byte[] sealed) throws IOException {
        try (var in = vault.open(place, new ByteArrayInputStream(sealed), OFFICER)) {
            return in.readAllBytes();
        }
    }

    /** Remembers what was recorded, as {@code action outcome reason}; fails if told to. */
    static final class RememberedAudit implements AuditLog {

        final List<String> records = new ArrayList<>();
        boolean failing;

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
            if (failing) {
                throw new VaultException("the audit log cannot be written");
            }
            records.add(String.join(" ", action, actor, subject, outcome));
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
