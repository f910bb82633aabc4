package org.sallyport.destination.folder.internal;

import java.util.Locale;

/**
 * How a {@link FolderDestination} writes, checked once.
 *
 * @param tree a folder for each study; otherwise a ZIP for each delivery
 * @param dicomdir the folder of each study is a DICOM File-set (PS3.10 8) with a DICOMDIR
 * @param manifest SHA-256 digests stand beside what is written, as {@code sha256sum} has them
 * @param minFree bytes of the disk that are left free
 */
record FolderSettings(boolean tree, boolean dicomdir, boolean manifest, long minFree) {

    /** @throws IllegalArgumentException naming the key, the value and what is allowed */
    static FolderSettings of(FolderConfiguration c) {
        try {
            boolean tree = tree(c.layout().strip());
            boolean dicomdir = yes("dicomdir", c.dicomdir());
            if (dicomdir && !tree) {
                throw new IllegalArgumentException("dicomdir yes: needs layout = tree");
            }
            int minFree = c.min$_$free();
            if (minFree < 1 || minFree > 1 << 20) {
                throw new IllegalArgumentException("min-free " + minFree + ": must be 1–1048576 MiB");
            }
            return new FolderSettings(tree, dicomdir, yes("manifest", c.manifest()), (long) minFree << 20);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + " (org.sallyport.destination.folder-" + c.destination_name() + ".cfg)", e);
        }
    }

    private static boolean tree(String layout) {
        return switch (layout) {
            case "zip" -> false;
            case "tree" -> true;
            default -> throw new IllegalArgumentException("layout \"" + layout + "\": must be zip or tree");
        };
    }

    private static boolean yes(String key, String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "yes", "true" -> true;
            case "no", "false", "" -> false;
            default -> throw new IllegalArgumentException(key + " \"" + value + "\": must be yes or no");
        };
    }
}
