package org.sallyport.admin.shell.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is installed beside the gateway, for people. Thread-safe. */
public interface Vendors {

    /**
     * A row for people.
     *
     * @param id null if it could not be installed again
     */
    record View(@Nullable Long id, String name, String version, String state, String by, String message) {}

    /** All bundles that are not the gateway's, and those that should be there and are not. */
    List<View> bundles() throws Exception;

    /**
     * Gives up one that could not be installed again.
     *
     * @param name as {@link #bundles} names it
     * @return false if there is none such
     */
    boolean forget(String name);
}
