package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.KeyedDigest;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.SecondPatientException;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;

/** Pseudonyms and sealing without keys: "sealed" bytes are turned around, and tell their place. */
final class FakeVault implements IdentityVault, Pseudonymizer {

    static final int SHIFT = 100;

    /** Fails every assignment. */
    boolean assignFails;

    /** Requests to read. */
    int readings;

    private final Map<String, String> patientOfStudy = new HashMap<>();
    final Map<String, PatientIdentity> assigned = new HashMap<>();
    final List<String> audited = new ArrayList<>();

    static String pseudonym(PatientIdentity identity) {
        return "ANON-"
                + new BigInteger(1, sha256(identity.issuer() + "/" + identity.patientId()))
                        .toString(16)
                        .substring(0, 12);
    }

    static String mapped(String uid) {
        return "2.25." + new BigInteger(1, Arrays.copyOf(sha256(uid), 16));
    }

    static byte[] sha256(String text) {
        return newSha256().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public StudyContext assign(PatientIdentity identity) throws VaultException {
        if (assignFails) {
            throw new VaultException("the vault journal cannot be forced to disk");
        }
        String pseudonym = pseudonym(identity);
        String known = patientOfStudy.putIfAbsent(identity.studyInstanceUid(), pseudonym);
        if (known != null && !known.equals(pseudonym)) {
            throw new SecondPatientException(mapped(identity.studyInstanceUid()));
        }
        assigned.put(identity.studyInstanceUid(), identity);
        return new Study(pseudonym, mapped(identity.studyInstanceUid()));
    }

    @Override
    public Optional<StudyContext> find(String pseudonymousStudyInstanceUid) {
        return assigned.values().stream()
                .filter(identity -> mapped(identity.studyInstanceUid()).equals(pseudonymousStudyInstanceUid))
                .map(identity -> (StudyContext) new Study(pseudonym(identity), pseudonymousStudyInstanceUid))
                .findFirst();
    }

    /** A study of {@code ANON-0123456789AB}, dates moved by {@value #SHIFT} days. */
    record Study(String pseudonym, String studyInstanceUid) implements StudyContext {

        static final Study ONE = new Study("ANON-0123456789AB", "2.25.1");

        @Override
        public int keyGeneration() {
            return 1;
        }

        @Override
        public int dateShiftDays() {
            return SHIFT;
        }

        @Override
        public String mapUid(String originalUid) {
            return mapped(originalUid);
        }

        @Override
        public KeyedDigest newOriginalDigest() {
            return digest();
        }
    }

    static KeyedDigest digest() {
        MessageDigest digest = newSha256();
        return new KeyedDigest() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                digest.update(bytes, offset, length);
            }

            @Override
            public byte[] finish() {
                return digest.digest();
            }
        };
    }

    @Override
    public OutputStream seal(StudyContext study, String place, OutputStream to) {
        return sealHeld(place, to);
    }

    @Override
    public OutputStream sealHeld(String place, OutputStream to) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        return new FilterOutputStream(plain) {
            @Override
            public void write(byte[] bytes, int offset, int length) {
                plain.write(bytes, offset, length);
            }

            private boolean closed;

            @Override
            public void close() throws IOException {
                if (closed) {
                    return;
                }
                closed = true;
                to.write((place + "\n").getBytes(StandardCharsets.UTF_8));
                to.write(turned(plain.toByteArray()));
                to.flush();
            }
        };
    }

    private static byte[] turned(byte[] bytes) {
        byte[] turned = bytes.clone();
        for (int i = 0; i < turned.length; i++) {
            turned[i] ^= (byte) 0xA5;
        }
        return turned;
    }

    @Override
    public InputStream open(String place, InputStream sealed, AccessRequest request) throws IOException {
        return begin(request).open(place, sealed);
    }

    @Override
    public Opening begin(AccessRequest request) throws IOException {
        readings++;
        admit("identity.read", request);
        return this::openOwnSpool;
    }

    @Override
    public void admit(String action, AccessRequest request) throws VaultException {
        boolean allowed = request.roles().contains(Roles.PRIVACY_OFFICER);
        audited.add(action + " " + (allowed ? "done" : "refused"));
        if (!allowed) {
            throw new AccessDeniedException("not the role");
        }
    }

    @Override
    public InputStream openOwnSpool(String place, InputStream sealed) throws IOException {
        byte[] expected = (place + "\n").getBytes(StandardCharsets.UTF_8);
        if (!Arrays.equals(expected, sealed.readNBytes(expected.length))) {
            throw new VaultException("sealed for another place");
        }
        return new FilterInputStream(new ByteArrayInputStream(turned(sealed.readAllBytes()))) {
            @Override
            public void close() throws IOException {
                sealed.close();
            }
        };
    }

    @Override
    public String lookupKey(String kind, String value) {
        return kind.charAt(0) + mapped(kind + value).substring(5, 20);
    }

    @Override
    public KeyedDigest newHeldDigest() {
        return digest();
    }
}
