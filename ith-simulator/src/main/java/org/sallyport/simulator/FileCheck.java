package org.sallyport.simulator;

import java.io.IOException;
import java.nio.file.Path;

/** Looks at each file that was uploaded, and at each text beside them. */
public interface FileCheck {

    /** Takes everything. */
    FileCheck NONE = file -> {};

    /** @throws IOException saying what is wrong with it */
    void check(Path file) throws IOException, InterruptedException;

    /**
     * @param text of a form's field
     * @throws IOException saying what is wrong with it
     */
    default void checkText(String text) throws IOException {
        // Nothing, unless it is known what must not stand there.
    }
}
