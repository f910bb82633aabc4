package org.sallyport.dicom.data;

import java.math.BigInteger;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Unique identifiers (PS3.5 9). */
public final class Uids {

    /** Longest UID, characters. */
    public static final int LONGEST = 64;

    /** Implementation Class UID (PS3.7 D.3.3.2) of this project. */
    public static final String IMPLEMENTATION_CLASS = "2.25.168498241213420958120957741043262358213";

    /** Implementation Version Name (PS3.7 D.3.3.2), at most 16 characters. */
    public static final String IMPLEMENTATION_VERSION = "SALLYPORT_1";

    private Uids() {}

    /** Whether this is a UID by PS3.5 9.1: digits and dots, at most 64, no component empty or with a leading zero. */
    public static boolean isValid(@Nullable String uid) {
        if (uid == null || uid.isEmpty() || uid.length() > LONGEST) {
            return false;
        }
        int start = 0;
        for (int i = 0; i <= uid.length(); i++) {
            char c = i < uid.length() ? uid.charAt(i) : '.';
            if (c == '.') {
                if (i == start || i - start > 1 && uid.charAt(start) == '0') {
                    return false;
                }
                start = i + 1;
            } else if (c < '0' || c > '9') {
                return false;
            }
        }
        return true;
    }

    /** A UID made from a UUID: {@code 2.25.} and its value as a decimal number (PS3.5 B.2). */
    public static String fromUuid(UUID uuid) {
        byte[] bytes = new byte[17];
        for (int i = 0; i < 8; i++) {
            bytes[1 + i] = (byte) (uuid.getMostSignificantBits() >>> 56 - 8 * i);
            bytes[9 + i] = (byte) (uuid.getLeastSignificantBits() >>> 56 - 8 * i);
        }
        return "2.25." + new BigInteger(bytes);
    }
}
