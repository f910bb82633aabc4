package org.sallyport.admin.shell.internal;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The time in the name of a file or folder that a command makes. */
final class Stamp {

    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Stamp() {}

    static String now() {
        return FORMAT.format(Instant.now());
    }
}
