package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.vault.internal.Assignments.Patient;

/** Makes what somebody gets who is new: pseudonym, days and data key. Nothing of it is in the journal yet. Immutable. */
final class NewPatients {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final String PREFIX = "ANON-";
    private static final int DIGITS = 12;
    private static final int LONGEST_SHIFT = 3650;

    private final boolean random;
    private final KeyWrap keyWrap;

    /** @param random whether pseudonyms say nothing of ids, not even to who has the key */
    NewPatients(boolean random, KeyWrap keyWrap) {
        this.random = random;
        this.keyWrap = keyWrap;
    }

    /**
     * Somebody who is first seen, by the next number.
     *
     * @param digest of issuer and id
     * @param pseudonymKey of the generation
     */
    Patient of(byte[] digest, int generation, Hmac pseudonymKey, Assignments assignments) throws VaultException {
        byte[] seed = random ? randomBytes() : pseudonymKey.of(PatientLookup.field("pseudonym"), digest);
        String digits = HexFormat.of().withUpperCase().formatHex(seed);
        // Somebody who was erased and comes again must not be told by what is derived from the id.
        boolean isAgain = assignments.isErased(PREFIX + digits.substring(0, DIGITS));
        if (isAgain) {
            digits = HexFormat.of().withUpperCase().formatHex(randomBytes());
        }
        int length = DIGITS;
        while (assignments.isTaken(PREFIX + digits.substring(0, length))) {
            length++;
        }
        byte[] shiftSeed = random || isAgain ? randomBytes() : pseudonymKey.of(PatientLookup.field("shift"), digest);
        return called(assignments.nextNumber(), PREFIX + digits.substring(0, length), generation, shift(shiftSeed));
    }

    /** Somebody who had the pseudonym before, with other days. */
    Patient called(int number, String pseudonym, int generation) throws VaultException {
        return called(number, pseudonym, generation, shift(randomBytes()));
    }

    /** Somebody who had pseudonym and days before. */
    Patient called(int number, String pseudonym, int generation, int shiftDays) throws VaultException {
        return new Patient(number, pseudonym, generation, shiftDays, keyWrap.wrap(number, randomBytes()));
    }

    private static int shift(byte[] seed) {
        return 1 + (int) Long.remainderUnsigned(ByteBuffer.wrap(seed).getLong(), LONGEST_SHIFT);
    }

    private static byte[] randomBytes() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
