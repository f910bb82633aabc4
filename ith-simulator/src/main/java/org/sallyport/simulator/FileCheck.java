package org.sallyport.simulator;

import java.io.IOException;
import java.nio.file.Path;

/** Looks at each file that was uploaded. */
public interface FileCheck {

    /** Takes everything. */
    FileCheck NONE = file -> {};

    /** @throws IOException saying what is wrong with it */
    void check(Path file) throws IOException, InterruptedException;
}
