package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.KeyedDigest;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;

/**
 * Seals with AES-256-GCM. A sealed stream begins with a header: {@code SPV2}, which kind of key, the patient's number, a random salt, the key's id; segments
 * follow. Streams that begin with {@code SPV1} are older and have no key id. Immutable but for the source of random numbers, which is thread-safe.
 */
@Component(service = {IdentityVault.class, GcmIdentityVault.class})
public final class GcmIdentityVault implements IdentityVault {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final byte[] MAGIC = {'S', 'P', 'V', '2'};
    private static final byte[] WITHOUT_KEY_ID = {'S', 'P', 'V', '1'};
    /** Without the key id. */
    private static final int HEADER = MAGIC.length + 1 + 4 + SegmentCipher.SALT;

    private static final byte PATIENT_KEY = 1;
    private static final byte HELD_KEY = 2;
    /** Known to this process only: what it sealed and left behind can never be opened. */
    private static final byte SPOOL_KEY = 3;

    private static final String SPOOL = "spool/";
    private static final int LONGEST_PLACE = 200;
    private static final int LOOKUP_BYTES = 16;
    private static final int SHORTEST_REASON = 3;
    private static final int LONGEST_REASON = 200;

    private final JournalPseudonymizer assignments;
    private final AuditLog audit;
    private final byte[] heldKey;
    private final Hmac heldDigest;
    private final Hmac lookup;
    private final byte[] spoolKey = new byte[32];

    @Activate
    public GcmIdentityVault(
            @Reference KeyHolder keys, @Reference JournalPseudonymizer assignments, @Reference AuditLog audit) {
        this(keys.keys(), assignments, audit);
    }

    GcmIdentityVault(VaultKeys keys, JournalPseudonymizer assignments, AuditLog audit) {
        this.assignments = assignments;
        this.audit = audit;
        this.heldKey = keys.heldKey();
        this.heldDigest = keys.heldDigestKey();
        this.lookup = keys.lookupKey();
        RANDOM.nextBytes(spoolKey);
    }

    @Override
    public OutputStream seal(StudyContext study, String place, OutputStream to) throws VaultException {
        if (!(study instanceof JournalStudyContext context)) {
            throw new VaultException("a study context of another vault");
        }
        int number = context.patientNumber();
        return seal(PATIENT_KEY, number, assignments.dataKey(number), place, to);
    }

    /** Seals what belongs to a patient, but to no study that was received. */
    OutputStream sealFor(int patientNumber, String place, OutputStream to) throws VaultException {
        return seal(PATIENT_KEY, patientNumber, assignments.dataKey(patientNumber), place, to);
    }

    @Override
    public void admit(String action, AccessRequest request) throws VaultException {
        String refusal = refusal(request);
        audit.record(
                action,
                request.actor(),
                request.source(),
                request.subject(),
                request.reason(),
                refusal == null ? "done" : "refused",
                refusal);
        if (refusal != null) {
            throw new AccessDeniedException(refusal);
        }
    }

    @Override
    public OutputStream sealHeld(String place, OutputStream to) throws VaultException {
        return place.startsWith(SPOOL)
                ? seal(SPOOL_KEY, 0, spoolKey, place, to)
                : seal(HELD_KEY, 0, heldKey, place, to);
    }

    private OutputStream seal(byte kind, int number, byte[] dataKey, String place, OutputStream to)
            throws VaultException {
        if (place.length() > LONGEST_PLACE) {
            throw new VaultException("a place of more than " + LONGEST_PLACE + " characters");
        }
        byte[] salt = new byte[SegmentCipher.SALT];
        RANDOM.nextBytes(salt);
        byte[] header = ByteBuffer.allocate(HEADER + SegmentCipher.KEY_ID)
                .put(MAGIC)
                .put(kind)
                .putInt(number)
                .put(salt)
                .put(SegmentCipher.keyId(dataKey))
                .array();
        try {
            to.write(header);
        } catch (IOException e) {
            throw new VaultException("sealed data cannot be written", e);
        }
        return new SealingStream(to, new SegmentCipher(dataKey, salt, place, header));
    }

    @Override
    public InputStream open(String place, InputStream sealed, AccessRequest request) throws IOException {
        admit("identity.read", request);
        return open(place, sealed, false);
    }

    @Override
    public Opening begin(AccessRequest request) throws IOException {
        return begin("identity.read", request);
    }

    /** For what reads identity under another name in the audit log. */
    Opening begin(String action, AccessRequest request) throws IOException {
        admit(action, request);
        return (place, from) -> open(place, from, false);
    }

    private static @org.jspecify.annotations.Nullable String refusal(AccessRequest request) {
        if (!request.roles().contains(Roles.PRIVACY_OFFICER)) {
            return "reading identity needs the role " + Roles.PRIVACY_OFFICER;
        }
        int reason = request.reason().strip().length();
        return reason < SHORTEST_REASON || reason > LONGEST_REASON
                ? "reading identity needs a reason of " + SHORTEST_REASON + "–" + LONGEST_REASON + " characters"
                : null;
    }

    @Override
    public InputStream openOwnSpool(String place, InputStream sealed) throws IOException {
        if (!place.startsWith(SPOOL)) {
            throw new VaultException("only spooled values open without a request");
        }
        return open(place, sealed, true);
    }

    private InputStream open(String place, InputStream sealed, boolean spool) throws IOException {
        byte[] header = sealed.readNBytes(HEADER);
        boolean hasKeyId = beginsWith(header, MAGIC);
        byte[] keyId = sealed.readNBytes(hasKeyId ? SegmentCipher.KEY_ID : 0);
        boolean isWhole = header.length == HEADER && keyId.length == (hasKeyId ? SegmentCipher.KEY_ID : 0);
        if (!isWhole || !hasKeyId && !beginsWith(header, WITHOUT_KEY_ID)) {
            throw new VaultException("no sealed data, or cut off");
        }
        ByteBuffer in = ByteBuffer.wrap(header, MAGIC.length, HEADER - MAGIC.length);
        byte kind = in.get();
        int number = in.getInt();
        byte[] salt = new byte[SegmentCipher.SALT];
        in.get(salt);
        if (spool != (kind == SPOOL_KEY)) {
            throw new VaultException("sealed under another kind of key than its place tells");
        }
        byte[] dataKey =
                switch (kind) {
                    case PATIENT_KEY -> assignments.dataKey(number);
                    case HELD_KEY -> heldKey;
                    case SPOOL_KEY -> spoolKey;
                    default -> throw new VaultException("sealed under a kind of key that is not known: " + kind);
                };
        if (hasKeyId) {
            requireKey(keyId, SegmentCipher.keyId(dataKey));
        }
        byte[] whole = ByteBuffer.allocate(header.length + keyId.length)
                .put(header)
                .put(keyId)
                .array();
        return new OpeningStream(sealed, new SegmentCipher(dataKey, salt, place, whole));
    }

    private static boolean beginsWith(byte[] header, byte[] magic) {
        return header.length >= magic.length && Arrays.equals(header, 0, magic.length, magic, 0, magic.length);
    }

    /** What is damaged is told from what belongs to another journal. */
    private static void requireKey(byte[] told, byte[] own) throws VaultException {
        if (!Arrays.equals(told, own)) {
            throw new VaultException("sealed under key " + HexFormat.of().formatHex(told) + ", and the vault has key "
                    + HexFormat.of().formatHex(own)
                    + " in its place: it was changed, or is of another vault; restore the journal that it belongs to");
        }
    }

    @Override
    public String lookupKey(String kind, String value) {
        byte[] digest = lookup.of(
                (kind + "\0").getBytes(StandardCharsets.US_ASCII), value.strip().getBytes(StandardCharsets.UTF_8));
        return kind.charAt(0) + HexFormat.of().formatHex(digest, 0, LOOKUP_BYTES);
    }

    @Override
    public KeyedDigest newHeldDigest() {
        return heldDigest.running();
    }
}
