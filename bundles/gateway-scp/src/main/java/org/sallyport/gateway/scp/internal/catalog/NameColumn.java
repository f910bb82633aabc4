package org.sallyport.gateway.scp.internal.catalog;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.sallyport.gateway.scp.internal.query.NameMatch;
import org.sallyport.gateway.scp.internal.query.Names;

/** Folded names, one after the other. Not thread-safe. */
final class NameColumn {

    private static final int CHUNK_BITS = 20;
    private static final int CHUNK = 1 << CHUNK_BITS;
    /** Of a name that may have any. */
    private static final int ALL_PAIRS = -1;

    /** Of a name that is longer: it is not looked at here. */
    private static final int TOO_LONG = 255;

    private final List<byte[]> chunks = new ArrayList<>();
    private int used = CHUNK;

    /** @return where it begins */
    int add(String name) {
        byte[] folded = String.join("=", Names.groups(name)).getBytes(StandardCharsets.UTF_8);
        int length = folded.length < TOO_LONG ? folded.length : 0;
        if (used + 1 + length > CHUNK) {
            chunks.add(new byte[CHUNK]);
            used = 0;
        }
        byte[] chunk = chunks.get(chunks.size() - 1);
        int at = (chunks.size() - 1) << CHUNK_BITS | used;
        chunk[used++] = (byte) (folded.length < TOO_LONG ? length : TOO_LONG);
        System.arraycopy(folded, 0, chunk, used, length);
        used += length;
        return at;
    }

    /** Which pairs of bytes the name has that begins there, in 32 bits: what lacks one that a search needs need not be looked at. */
    int pairs(int at) {
        byte[] chunk = chunks.get(at >>> CHUNK_BITS);
        int from = (at & CHUNK - 1) + 1;
        int length = chunk[from - 1] & 0xFF;
        return length == TOO_LONG ? ALL_PAIRS : pairs(chunk, from, length);
    }

    private static int pairs(byte[] bytes, int from, int length) {
        int pairs = 0;
        for (int i = from; i < from + length - 1; i++) {
            // The upper five bits of a product by which neighbours come to lie apart.
            pairs |= 1 << (((bytes[i] & 0xFF) << 8 | bytes[i + 1] & 0xFF) * 0x9E3779B9 >>> 27);
        }
        return pairs;
    }

    long bytes() {
        return (long) chunks.size() * CHUNK;
    }

    /** What a name has to have; made once for a search. */
    static final class Search {

        private final NameMatch match;
        private final byte[] prefix;
        private final int pairs;

        Search(NameMatch match) {
            this.match = match;
            this.prefix = match.prefix().getBytes(StandardCharsets.UTF_8);
            int needed = 0;
            for (String literal : match.literals()) {
                byte[] bytes = literal.getBytes(StandardCharsets.UTF_8);
                needed |= pairs(bytes, 0, bytes.length);
            }
            this.pairs = needed;
        }

        /** @param of a name, see {@link NameColumn#pairs(int)} */
        boolean fits(int of) {
            return (of & pairs) == pairs;
        }
    }

    /** Whether the name may match: false only if it does not. */
    boolean mayMatch(int at, Search search) {
        byte[] chunk = chunks.get(at >>> CHUNK_BITS);
        int from = (at & CHUNK - 1) + 1;
        int length = chunk[from - 1] & 0xFF;
        if (length == TOO_LONG) {
            return true;
        }
        return search.prefix.length > 0
                ? hasPrefix(chunk, from, from + length, search.prefix)
                : search.match.matchesFolded(
                        List.of(new String(chunk, from, length, StandardCharsets.UTF_8).split("=", -1)));
    }

    /** Of any component group. */
    private static boolean hasPrefix(byte[] chunk, int from, int to, byte[] prefix) {
        if (startsWith(chunk, from, to, prefix)) {
            return true;
        }
        for (int i = from; i < to; i++) {
            if (chunk[i] == '=' && startsWith(chunk, i + 1, to, prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(byte[] chunk, int from, int to, byte[] prefix) {
        if (to - from < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (chunk[from + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
