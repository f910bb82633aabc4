package org.sallyport.admin.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A passphrase in a file: on the command line it would be seen. */
final class PassphraseFile {

    private static final int LONGEST = 1_024;

    private PassphraseFile() {}

    /**
     * @param option value of {@code --passphrase-file}
     * @return the first line; empty if there is no such file to be read
     */
    static char[] read(@Nullable String option) throws IOException {
        if (option == null) {
            return new char[0];
        }
        Path file = Path.of(option);
        if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
            throw new IllegalArgumentException(
                    "--passphrase-file " + file + ": must be a file of at most " + LONGEST + " bytes");
        }
        return Files.readString(file).lines().findFirst().orElse("").toCharArray();
    }
}
