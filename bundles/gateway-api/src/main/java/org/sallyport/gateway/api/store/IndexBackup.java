package org.sallyport.gateway.api.store;

import java.nio.file.Path;

/** Copies the index database while it is in use. Thread-safe. */
public interface IndexBackup {

    /**
     * Makes a copy that can be put in the place of the database: the folder {@code index} in the given one.
     *
     * @param folder exists, and has no {@code index}
     * @return false if the database is a server's: that has means of its own, and nothing was written
     * @throws IndexException if the database or the disk failed; what was written is of no use
     */
    boolean backUp(Path folder) throws IndexException;
}
