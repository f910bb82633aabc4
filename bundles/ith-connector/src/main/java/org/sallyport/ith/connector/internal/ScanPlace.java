package org.sallyport.ith.connector.internal;

import java.util.regex.Pattern;
import org.sallyport.gateway.api.store.NotFetchedException;

/** Where a scan lies at the back end: its own, its session's and its subject's id. */
record ScanPlace(String scan, String session, String subject) {

    /** Ids are parts of URLs: printable. */
    private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,254}[\\x21-\\x7e])?");

    private static final String SEPARATOR = "\n";

    static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    /** As one text. */
    String text() {
        return String.join(SEPARATOR, scan, session, subject);
    }

    /** @throws NotFetchedException if it is none that {@link #text} gave */
    static ScanPlace of(String text) throws NotFetchedException {
        String[] ids = text.split(SEPARATOR, -1);
        if (ids.length != 3 || !isId(ids[0]) || !isId(ids[1]) || !isId(ids[2])) {
            throw new NotFetchedException("where it lies at the back end is not known any more");
        }
        return new ScanPlace(ids[0], ids[1], ids[2]);
    }
}
