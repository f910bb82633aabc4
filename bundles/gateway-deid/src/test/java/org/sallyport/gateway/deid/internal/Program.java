package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Programs that stand in for tesseract and do what it should not. */
final class Program {

    /** A command that answers as tesseract does if there is no text. */
    static final String NO_WORDS =
            "printf 'level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\t"
                    + "width\\theight\\tconf\\ttext\\n'";

    private Program() {}

    /** A shell script of some commands. */
    static Path in(Path folder, String... commands) throws IOException {
        Path file = Files.writeString(folder.resolve("program"), "#!/bin/sh\n" + String.join("\n", commands) + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
}
