package org.sallyport.itests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.simulator.FileCheck;

/** Opens every file that the back end gets with dcmftest and dciodvfy, and searches it for planted identifiers. Thread-safe. */
final class UploadedFiles implements FileCheck {

    private volatile PlantedIdentifiers planted = new PlantedIdentifiers(List.of());
    private volatile @Nullable Patient identified;

    void expectNoneOf(List<Patient> patients) {
        planted = new PlantedIdentifiers(patients);
    }

    /** From now on files have to be of this patient, by name; null = of nobody. */
    void expectIdentityOf(@Nullable Patient patient) {
        identified = patient;
    }

    @Override
    public void checkText(String text) throws IOException {
        var leak = planted.firstIn(text.getBytes(StandardCharsets.UTF_8));
        if (identified == null && leak.isPresent()) {
            throw new IOException("identifier " + leak.get() + " in a field of the form");
        }
    }

    @Override
    public void check(Path file) throws IOException, InterruptedException {
        if (!Command.run("dcmftest", file.toString()).output().startsWith("yes:")) {
            throw new IOException("dcmftest says no to " + file.getFileName());
        }
        Command.Result verified = Command.run("dciodvfy", file.toString());
        if (verified.output().contains("parse failed") || verified.output().contains("Dicom dataset read failed")) {
            throw new IOException("dciodvfy cannot read " + file.getFileName());
        }
        Patient named = identified;
        if (named != null) {
            String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
            if (!bytes.contains(named.name()) || !bytes.contains(named.id())) {
                throw new IOException("no identity in " + file.getFileName());
            }
        } else if (Files.size(file) < (64 << 20)) {
            var leak = planted.firstIn(Files.readAllBytes(file));
            if (leak.isPresent()) {
                throw new IOException("identifier " + leak.get() + " in " + file.getFileName());
            }
        }
    }
}
