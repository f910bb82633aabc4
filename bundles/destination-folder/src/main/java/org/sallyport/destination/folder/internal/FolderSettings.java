package org.sallyport.destination.folder.internal;

import java.util.Map;
import org.sallyport.gateway.support.settings.Values;

/**
 * How a {@link FolderDestination} writes, checked once.
 *
 * @param tree a folder for each study; otherwise a ZIP for each delivery
 * @param dicomdir the folder of each study is a DICOM File-set (PS3.10 8) with a DICOMDIR
 * @param manifest SHA-256 digests stand beside what is written, as {@code sha256sum} has them
 * @param minFree bytes of the disk that are left free
 */
record FolderSettings(boolean tree, boolean dicomdir, boolean manifest, long minFree) {

    /**
     * @param properties of the component, from which the configuration was made
     * @throws IllegalArgumentException naming the key, the value and what is allowed
     */
    static FolderSettings of(FolderConfiguration c, Map<String, ?> properties) {
        Values values = new Values(" (org.sallyport.destination.folder-" + c.destination_name() + ".cfg)");
        values.known(FolderConfiguration.class, properties);
        boolean tree = tree(c.layout().strip(), values);
        boolean dicomdir = values.yes("dicomdir", c.dicomdir());
        if (dicomdir && !tree) {
            throw new IllegalArgumentException("dicomdir yes: needs layout = tree" + values.place());
        }
        long minFree = values.within("min-free", c::min$_$free, 1, 1 << 20);
        return new FolderSettings(tree, dicomdir, values.yes("manifest", c.manifest()), minFree << 20);
    }

    private static boolean tree(String layout, Values values) {
        return switch (layout) {
            case "zip" -> false;
            case "tree" -> true;
            default ->
                throw new IllegalArgumentException("layout \"" + layout + "\": must be zip or tree" + values.place());
        };
    }
}
