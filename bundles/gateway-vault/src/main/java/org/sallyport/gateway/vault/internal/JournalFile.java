package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * The file of a journal, which guards it. No channel: an interrupted thread would close it, and with it the vault. Tests extend it by a failing
 * disk.
 */
class JournalFile extends RandomAccessFile {

    JournalFile(Path file) throws IOException {
        super(file.toFile(), "rw");
    }

    /** What was written is on stable storage on return. */
    void force() throws IOException {
        getFD().sync();
    }
}
