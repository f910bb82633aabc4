package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.Rejection;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** Pictures of a screen are held in the real appliance, looked at, released and discarded by a person, all of it audited. */
@org.junit.jupiter.api.Tag("peers")
class QuarantineIT {

    private static final SyntheticStudy STUDY = new SyntheticStudy(new Patient(4711), Modality.CT, 4711, 1, 3, 32, 32);

    /** Captures of a size that a rule lets pass. */
    private static final SyntheticStudy CAPTURES =
            new SyntheticStudy(new Patient(4712), Modality.CT, 4712, 1, 2, 256, 256);

    private static final Duration SOON = Duration.ofMinutes(4);
    private static final String ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1";
    private static final String OF_A_VENDOR = "1.2.276.0.99.4711";

    private static final TransferSyntax SYNTAX = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

    @TempDir
    private Path folder;

    private Path write(int image, String... imageType) throws IOException {
        DataSet d = STUDY.image(1, image);
        d.setString(Tag.ImageType, imageType);
        return IthCommandsIT.write(d, folder.resolve(image + ".dcm"));
    }

    private static void change(Appliance appliance, String settings, String line, String changed) throws IOException {
        String shipped = Files.readString(Appliance.ROOT.resolve("config").resolve(settings));
        assertTrue(shipped.contains("\n" + line + "\n"), line);
        Path etc = appliance.data().resolve("etc");
        Files.createDirectories(etc.resolve("profiles"));
        Files.writeString(etc.resolve(settings), shipped.replace("\n" + line + "\n", "\n" + changed + "\n"));
    }

    /** A capture with text burnt in, white on black. */
    private Path capture(int image, String text) throws IOException {
        BufferedImage picture = new BufferedImage(CAPTURES.columns(), CAPTURES.rows(), BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 18));
        graphics.drawString(text, 10, 40);
        graphics.dispose();
        byte[] shades = ((DataBufferByte) picture.getRaster().getDataBuffer()).getData();
        byte[] pixels = new byte[2 * shades.length];
        for (int i = 0; i < shades.length; i++) {
            pixels[2 * i] = shades[i];
        }
        DataSet d = CAPTURES.image(1, image);
        d.setString(Tag.ImageType, "DERIVED", "SECONDARY", "SCREEN SAVE");
        d.put(Element.of(Tag.PixelData, VR.OW, pixels));
        return IthCommandsIT.write(d, folder.resolve("capture" + image + ".dcm"));
    }

    /** Of two captures that a rule lets pass. */
    private void textThatTesseractReadsHolds(Appliance appliance) throws Exception {
        Path without = capture(1, "");
        Path with = capture(2, "DOE, JANE");
        assertEquals(
                "pass as they are; if text recognition finds no text",
                trial(appliance, with).get("pixels").asText());
        appliance.send(List.of(), List.of(without, with));
        JsonNode held = appliance.json("quarantine:list");
        assertEquals(1, held.size(), held::toString);
        String reason = held.get(0).get("reason").asText();
        assertTrue(reason.startsWith("text in the pixels (frame 1) at "), reason);
        assertFalse(appliance.log().contains("JANE"), "what was read is not told");
        String id = held.get(0).get("id").asText();
        BufferedImage picture = preview(appliance, id);
        assertTrue(
                Arrays.stream(picture.getRGB(
                                0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth()))
                        .anyMatch(rgb -> (rgb & 0xFFFFFF) == 0xFF2020),
                "where it stands is framed in red");
        appliance.shell("quarantine:discard --reason test " + id).ok();
    }

    private static BufferedImage preview(Appliance appliance, String id) throws Exception {
        byte[] png = Base64.getMimeDecoder()
                .decode(appliance
                        .shell("deid:preview --reason test " + id)
                        .ok()
                        .output()
                        .strip());
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    /** The data set of an image, as it goes over the wire. */
    private static byte[] encoded(int image) throws IOException {
        return encoded(STUDY.image(1, image));
    }

    private static byte[] encoded(DataSet image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(out, SYNTAX);
        writer.write(image);
        writer.finish();
        return out.toByteArray();
    }

    private static Association associate(Appliance appliance, String callingAet) throws IOException {
        return AssociationRequester.open(
                "127.0.0.1",
                appliance.dicomPort(),
                Appliance.AET,
                callingAet,
                List.of(
                        new ProposedContext(1, AssociationRequester.VERIFICATION, List.of(SYNTAX.uid())),
                        new ProposedContext(3, Modality.CT.sopClassUid(), List.of(SYNTAX.uid()))),
                Timeouts.DEFAULT);
    }

    private static CommandSet store(Association association, int image, byte[] dataSet) throws IOException {
        return association.store(
                Modality.CT.sopClassUid(), STUDY.sopInstanceUid(1, image), SYNTAX.uid(), out -> out.write(dataSet));
    }

    private static JsonNode rowOf(JsonNode rows, String callingAet) {
        for (JsonNode row : rows) {
            if (row.get("from").asText().equals(callingAet)) {
                return row;
            }
        }
        throw new AssertionError("nothing of " + callingAet + " in " + rows);
    }

    /** Two associations at once: what one of them cannot do right is its own affair. */
    private static void brokenObjectsAreRefusedAndListed(Appliance appliance) throws Exception {
        byte[] whole = encoded(5);
        byte[] garbage = whole.clone();
        // In place of the first element's value representation.
        garbage[4] = '?';
        garbage[5] = '?';
        try (Association good = associate(appliance, "GOOD");
                Association cut = associate(appliance, "CUT");
                Association noise = associate(appliance, "NOISE")) {
            assertEquals(CommandSet.SUCCESS, store(good, 4, encoded(4)).status());
            CommandSet truncated = store(cut, 5, Arrays.copyOf(whole, whole.length - 100));
            assertEquals(0xC000, truncated.status());
            assertFalse(String.valueOf(truncated.errorComment()).isBlank());
            CommandSet unparsable = store(noise, 5, garbage);
            assertEquals(0xC000, unparsable.status());
            assertFalse(String.valueOf(unparsable.errorComment()).isBlank());
            uidsThatDoNotFitAreRefused(noise);
            assertEquals(CommandSet.SUCCESS, store(good, 5, whole).status());
            assertEquals(CommandSet.SUCCESS, cut.echo(), "its own association goes on too");
            good.release();
            cut.release();
            noise.release();
            JsonNode held = appliance.json("quarantine:list");
            for (JsonNode row : List.of(rowOf(held, "CUT"), rowOf(held, "NOISE"))) {
                assertEquals("DIAGNOSTIC", row.get("kind").asText());
            }
            assertEquals(
                    truncated.errorComment(), rowOf(held, "CUT").get("reason").asText());
            assertEquals(
                    unparsable.errorComment(),
                    rowOf(held, "NOISE").get("reason").asText());
            for (String from : List.of("CUT", "NOISE")) {
                appliance
                        .shell("quarantine:discard --reason test "
                                + rowOf(held, from).get("id").asText())
                        .ok();
            }
        }
    }

    /** Missing, malformed, too long, or others in the command than in the data set (PS3.4 B.2.3). */
    private static void uidsThatDoNotFitAreRefused(Association association) throws IOException {
        DataSet withoutStudy = STUDY.image(1, 6);
        withoutStudy.remove(Tag.StudyInstanceUID);
        DataSet malformed = STUDY.image(1, 6);
        malformed.setString(Tag.SeriesInstanceUID, "1.2.03");
        DataSet tooLong = STUDY.image(1, 6);
        tooLong.setString(Tag.StudyInstanceUID, "1." + "2".repeat(63));
        DataSet ofAnotherClass = STUDY.image(1, 6);
        ofAnotherClass.setString(Tag.SOPClassUID, Modality.MR.sopClassUid());
        List<CommandSet> answers = new ArrayList<>();
        for (DataSet wrong : List.of(withoutStudy, malformed, tooLong, ofAnotherClass, STUDY.image(1, 7))) {
            answers.add(store(association, 6, encoded(wrong)));
        }
        for (String instance : List.of("", "1.2.x", "1." + "2".repeat(63))) {
            byte[] dataSet = encoded(6);
            answers.add(
                    association.store(Modality.CT.sopClassUid(), instance, SYNTAX.uid(), out -> out.write(dataSet)));
        }
        for (CommandSet answer : answers) {
            assertEquals(0xA900, answer.status());
            assertFalse(String.valueOf(answer.errorComment()).isBlank());
        }
    }

    private static Association open(Appliance appliance, String calledAet) throws IOException {
        return AssociationRequester.open(
                "127.0.0.1",
                appliance.dicomPort(),
                calledAet,
                "ANY",
                List.of(
                        new ProposedContext(1, Modality.CT.sopClassUid(), List.of(SYNTAX.uid())),
                        new ProposedContext(3, ULTRASOUND, List.of(SYNTAX.uid())),
                        new ProposedContext(5, OF_A_VENDOR, List.of(SYNTAX.uid()))),
                Timeouts.DEFAULT);
    }

    private static List<Boolean> accepted(Association association) {
        return association.contexts().stream()
                .map(PresentationContext::isAccepted)
                .toList();
    }

    /** Any title and any class, from the moment on when the settings say so; of a class without a rule objects are held. */
    private static void titlesAndClassesAreThoseOfTheSettings(Appliance appliance) throws Exception {
        AssociationException refused = assertThrows(AssociationException.class, () -> open(appliance, "ANOTHER"));
        assertEquals(Rejection.CALLED_AET_NOT_RECOGNIZED, refused.rejection());
        try (Association association = open(appliance, Appliance.AET)) {
            assertEquals(List.of(true, false, false), accepted(association));
            association.release();
        }
        Path settings = appliance.data().resolve("etc/org.sallyport.scp.cfg");
        String shipped = Files.readString(settings);
        String changed = shipped.replace("accept-any-called-ae = no", "accept-any-called-ae = yes")
                .replace("storage-classes = ct-mr-pt", "storage-classes = all");
        assertTrue(
                changed.contains("\naccept-any-called-ae = yes\n") && changed.contains("\nstorage-classes = all\n"),
                "the file looks as it is expected to");
        Files.writeString(settings, changed);
        appliance.await("they are in force", SOON, () -> {
            open(appliance, "ANOTHER").close();
            return true;
        });
        DataSet image = STUDY.image(1, 8);
        image.setString(Tag.SOPClassUID, OF_A_VENDOR);
        byte[] dataSet = encoded(image);
        try (Association association = open(appliance, "ANOTHER")) {
            assertEquals(List.of(true, true, true), accepted(association));
            CommandSet held =
                    association.store(OF_A_VENDOR, STUDY.sopInstanceUid(1, 8), SYNTAX.uid(), out -> out.write(dataSet));
            assertEquals(CommandSet.SUCCESS, held.status());
            association.release();
        }
        JsonNode row = rowOf(appliance.json("quarantine:list"), "ANY");
        assertTrue(row.get("reason").asText().contains("no rule"), row::toString);
        appliance
                .shell("quarantine:discard --reason test " + row.get("id").asText())
                .ok();
    }

    @Test
    void peopleDecideAboutWhatIsHeld() throws Exception {
        Path screen = write(1, "DERIVED", "SECONDARY", "SCREEN SAVE");
        Path other = write(2, "DERIVED", "SECONDARY", "SCREEN SAVE");
        Path slice = write(3, "ORIGINAL", "PRIMARY", "AXIAL");
        Appliance appliance = new Appliance(folder.resolve("data"));
        change(appliance, "org.sallyport.deid.cfg", "ocr =", "ocr = /usr/bin/tesseract");
        change(
                appliance,
                "profiles/ith-default.yaml",
                "pixels: []",
                "pixels:\n  - {name: captures, modality: CT, rows: 256, columns: 256, action: keep}");
        appliance.start();
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
            appliance.send(List.of(), List.of(other, screen));
            JsonNode held = appliance.json("quarantine:list");
            assertEquals(2, held.size(), "each once, however often it comes");
            for (JsonNode row : held) {
                assertEquals("HELD", row.get("kind").asText());
                assertEquals(
                        "the pixels may hold text: a picture of a screen, by Image Type (0008,0008)",
                        row.get("reason").asText());
            }
            String id = held.get(1).get("id").asText();
            assertTrue(appliance.shell("quarantine:release --reason test " + id).exit() != 0, "no rule covers it");
            assertTrue(appliance.shell("quarantine:release --as-is " + id).exit() != 0, "and a reason is needed");
            assertEquals(32, preview(appliance, id).getWidth());
            appliance.shell("quarantine:release --as-is --reason test " + id).ok();
            appliance
                    .shell("quarantine:discard --reason test "
                            + held.get(0).get("id").asText())
                    .ok();
            appliance.send(List.of(), List.of(screen));
            assertEquals(0, appliance.json("quarantine:list").size(), "what a person let pass is known");
            appliance.await(
                    "the study goes out", SOON, () -> appliance.archives().size() == 1);
            textThatTesseractReadsHolds(appliance);
            brokenObjectsAreRefusedAndListed(appliance);
            titlesAndClassesAreThoseOfTheSettings(appliance);
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
