package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.intake.EncryptedOriginals.Encrypted;
import org.sallyport.gateway.testkit.Certificates;
import org.sallyport.gateway.testkit.PlantedObject;
import org.sallyport.gateway.testkit.PlantedObjects;

/** What we have encrypted, as others read it by the recipient's key: GDCM, which re-identifies, and OpenSSL. */
@org.junit.jupiter.api.Tag("peers")
class EncryptedOriginalsPeerTest {

    private static final int KINDS = 8;
    private static final String ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1";

    private static Certificates research;
    private static Certificates clinic;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeKeys(@TempDir Path keys) throws Exception {
        research = Certificates.rsa(keys, "research", 2048);
        clinic = Certificates.rsa(keys, "clinic", 4096);
    }

    /** @return what it prints */
    private String run(String... command) throws IOException, InterruptedException {
        Path told = Files.createTempFile(folder, "told", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), List.of(command) + " takes too long");
        String output = Files.readString(told, StandardCharsets.ISO_8859_1);
        assertEquals(0, process.exitValue(), List.of(command) + ": " + output);
        return output;
    }

    private DataSet reidentified(Path file, Certificates recipient) throws Exception {
        Path result = Files.createTempFile(folder, "back", ".dcm");
        run(
                "gdcmanon",
                "--re-identify",
                "--key",
                recipient.key().toString(),
                "--certificate",
                recipient.certificate().toString(),
                file.toString(),
                result.toString());
        return Gate.read(Files.readAllBytes(result));
    }

    private static byte[] part10(PlantedObject object) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        FileMetaInformation.ours(
                        object.sopClassUid(),
                        object.sopInstanceUid(),
                        object.syntax().uid())
                .write(file);
        file.writeBytes(object.encoded());
        return file.toByteArray();
    }

    @Test
    void gdcmGivesBackTheOriginalOfEachKindOfObjectToEachRecipient() throws Exception {
        Profile profile = ProfileParser.read(Path.of("../../config/profiles"), "ith-default");
        int tried = 0;
        for (int i = 0; i < KINDS; i++) {
            PlantedObject object = PlantedObjects.of(i);
            Gate gate = new Gate(profile, folder);
            gate.receive(object.encoded(), object.syntax(), object.sopClassUid(), object.sopInstanceUid());
            if (gate.store.instances.isEmpty()) {
                // Held: the profile has no rule for it.
                assertEquals(ULTRASOUND, object.sopClassUid());
                continue;
            }
            Encrypted encrypted =
                    gate.encrypted(Gate.OFFICER, research.x509(), clinic.x509()).get(0);
            Path file = folder.resolve("delivered" + i + ".dcm");
            try (InputStream in = encrypted.open()) {
                Files.copy(in, file);
            }
            DataSet sent = Gate.read(part10(object));
            for (Certificates recipient : List.of(research, clinic)) {
                DataSet back = reidentified(file, recipient);
                for (Element element : back.elements()) {
                    if (!sent.contains(element.tag())) {
                        // GDCM leaves some of what de-identification added.
                        back.remove(element.tag());
                    }
                }
                assertEquals(List.of(), DataSetDifference.between(sent, back), object.sopClassUid());
            }
            tried++;
        }
        assertTrue(tried >= 6, tried + " kinds were tried");
    }

    @Test
    void opensslFindsWhatTheStandardAsksFor() throws Exception {
        Gate gate = new Gate(Gate.SHIFTED, folder);
        gate.receive(Gate.image());
        DataSet delivered;
        try (InputStream in =
                gate.encrypted(Gate.OFFICER, research.x509()).get(0).open()) {
            delivered = Gate.read(in.readAllBytes());
        }
        DataSet item = delivered.items(Tag.EncryptedAttributesSequence).get(0);
        Path content = folder.resolve("content.der");
        Files.write(
                content, Objects.requireNonNull(item.get(Tag.EncryptedContent)).bytes());
        String printed = run("openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", content.toString());
        for (String part : List.of("pkcs7-envelopedData", "issuerAndSerialNumber", "rsaEncryption", "aes-256-cbc")) {
            assertTrue(printed.contains(part), part + ": " + printed);
        }
        Path plain = folder.resolve("plain");
        run(
                "openssl",
                "cms",
                "-decrypt",
                "-binary",
                "-inform",
                "DER",
                "-in",
                content.toString(),
                "-inkey",
                research.key().toString(),
                "-out",
                plain.toString());
        try (InputStream in = Files.newInputStream(plain)) {
            DataSet originals = DataSetReader.readAll(in, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, Limits.DEFAULT)
                    .items(Tag.ModifiedAttributesSequence)
                    .get(0);
            assertEquals("DOE^JANE", originals.string(Tag.PatientName));
        }
    }
}
