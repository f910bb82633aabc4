package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A journal on a disk that fails when told, and tells what was done to it. */
final class FailingJournalFile extends JournalFile {

    /** Fails every force from now on. */
    boolean forceFails;

    /** Runs before each force. */
    Runnable beforeForce = () -> {};

    /** {@code write} and {@code force}, in order. */
    final List<String> done = new ArrayList<>();

    FailingJournalFile(Path file) throws IOException {
        super(file);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        done.add("write");
        super.write(bytes);
    }

    @Override
    void force() throws IOException {
        beforeForce.run();
        done.add("force");
        if (forceFails) {
            throw new IOException("Input/output error");
        }
        super.force();
    }
}
