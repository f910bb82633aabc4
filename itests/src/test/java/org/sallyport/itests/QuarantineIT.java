package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** Pictures of a screen are held in the real appliance, looked at, released and discarded by a person, all of it audited. */
@org.junit.jupiter.api.Tag("peers")
class QuarantineIT {

    private static final SyntheticStudy STUDY = new SyntheticStudy(new Patient(4711), Modality.CT, 4711, 1, 3, 32, 32);

    @TempDir
    private Path folder;

    private Path write(int image, String... imageType) throws IOException {
        DataSet d = STUDY.image(1, image);
        d.setString(Tag.ImageType, imageType);
        Path file = folder.resolve(image + ".dcm");
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        try (OutputStream out = Files.newOutputStream(file)) {
            FileMetaInformation.ours(Modality.CT.sopClassUid(), STUDY.sopInstanceUid(1, image), syntax.uid())
                    .write(out);
            DataSetWriter writer = new DataSetWriter(out, syntax);
            writer.write(d);
            writer.finish();
        }
        return file;
    }

    @Test
    void peopleDecideAboutWhatIsHeld() throws Exception {
        Path screen = write(1, "DERIVED", "SECONDARY", "SCREEN SAVE");
        Path other = write(2, "DERIVED", "SECONDARY", "SCREEN SAVE");
        Path slice = write(3, "ORIGINAL", "PRIMARY", "AXIAL");
        Appliance appliance = new Appliance(folder.resolve("data")).start();
        try {
            assertEquals("held", trial(appliance, screen).get("verdict").asText());
            assertEquals("passes", trial(appliance, slice).get("verdict").asText());
            String diff = appliance.shell("deid:diff " + slice).ok().output();
            assertTrue(diff.contains("Table E.1-1"), diff);
            assertFalse(diff.contains(STUDY.patient().id()), "what was there is not told");
            for (Path file : new Path[] {screen, other}) {
                Command.run(
                                "storescu",
                                "-aec",
                                Appliance.AET,
                                "127.0.0.1",
                                String.valueOf(appliance.dicomPort()),
                                file.toString())
                        .ok();
            }
            JsonNode held = appliance.json("quarantine:list");
            assertEquals(2, held.size());
            String id = held.get(1).get("id").asText();
            assertTrue(appliance.shell("quarantine:release --reason test " + id).exit() != 0, "no rule covers it");
            assertTrue(appliance.shell("quarantine:release --as-is " + id).exit() != 0, "and a reason is needed");
            byte[] png = Base64.getMimeDecoder()
                    .decode(appliance
                            .shell("deid:preview --reason test " + id)
                            .ok()
                            .output()
                            .strip());
            assertEquals(32, ImageIO.read(new ByteArrayInputStream(png)).getWidth());
            appliance.shell("quarantine:release --as-is --reason test " + id).ok();
            appliance
                    .shell("quarantine:discard --reason test "
                            + held.get(0).get("id").asText())
                    .ok();
            assertEquals(0, appliance.json("quarantine:list").size());
            appliance.await(
                    "the study goes out",
                    Duration.ofMinutes(4),
                    () -> appliance.archives().size() == 1);
            Set<String> audited = new HashSet<>();
            appliance
                    .json("audit:list")
                    .forEach(entry -> audited.add(entry.get("action").asText() + " "
                            + entry.get("outcome").asText()));
            for (String action : new String[] {
                "quarantine.release refused",
                "quarantine.preview done",
                "quarantine.release-as-is refused",
                "quarantine.release-as-is done",
                "quarantine.discard done"
            }) {
                assertTrue(audited.contains(action), action + " among " + audited);
            }
            boolean inForce = false;
            for (JsonNode profile : appliance.json("deid:profiles")) {
                assertTrue(profile.get("problem").isNull(), profile.toString());
                inForce |= profile.get("profile").asText().equals("ith-default")
                        && profile.get("in force").asBoolean();
            }
            assertTrue(inForce);
        } finally {
            appliance.stop();
        }
    }

    private static JsonNode trial(Appliance appliance, Path file) throws Exception {
        return appliance.json("deid:test", file.toString());
    }
}
