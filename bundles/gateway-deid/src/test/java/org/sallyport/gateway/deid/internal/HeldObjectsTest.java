package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.image.Region;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.IntakeResult.How;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Roles;

/** What is held comes out only by a decision of a privacy officer, and whole. */
class HeldObjectsTest {

    private static final AccessRequest ADMINISTRATOR =
            new AccessRequest("adam", Set.of(Roles.ADMINISTRATOR), "shell", "a good reason", "x");
    private static final Profile CARELESS =
            Profile.of("careless", Set.of(), ProfileRule.of(Tag.SeriesDescription, Action.KEEP));

    @TempDir
    private Path folder;

    private final FakeAudit audit = new FakeAudit();
    private Instant now = Instant.parse("2024-03-01T00:00:00Z");

    private Gate gate;
    private FixedProfiles profiles;
    private StudyLeakCheck check;
    private SealedHeldObjects held;

    @BeforeEach
    void open() throws IOException {
        open(new Gate(CARELESS, folder));
    }

    private void open(Gate opened) throws IOException {
        gate = opened;
        profiles = (FixedProfiles) gate.intake.profiles();
        MemoryIndex index = new MemoryIndex(gate.store);
        PatientRegister nobodyElse = new PatientRegister() {
            @Override
            public @Nullable String present(String pseudonym) {
                return pseudonym;
            }

            @Override
            public Set<String> all(String pseudonym) {
                return Set.of(pseudonym);
            }

            @Override
            public boolean isErased(String pseudonym) {
                return false;
            }

            @Override
            public List<String> find(@Nullable String issuer, String patientId) {
                return List.of();
            }

            @Override
            public List<String> candidates(String uid) {
                return List.of(uid);
            }
        };
        check = new StudyLeakCheck(
                gate.leaks,
                gate.store,
                index,
                index,
                nobodyElse,
                gate.store,
                gate.vault,
                gate.vault,
                profiles,
                new ReleasedStudies(folder),
                Clock.fixed(now, java.time.ZoneOffset.UTC));
        held = new SealedHeldObjects(gate.intake, check, audit);
    }

    private UUID hold(DataSet image) throws IOException {
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), gate.receive(image));
        return gate.store.held.get(gate.store.held.size() - 1).id();
    }

    private static DataSet ofAScreen() {
        DataSet image = Gate.image();
        image.setString(Tag.ImageType, "DERIVED", "SECONDARY", "SCREEN SAVE");
        image.setString(Tag.PhotometricInterpretation, "MONOCHROME2");
        image.setInt(Tag.SamplesPerPixel, 1);
        image.setInt(Tag.Rows, 2);
        image.setInt(Tag.Columns, 2);
        image.setInt(Tag.BitsStored, 16);
        image.setInt(Tag.HighBit, 15);
        return image;
    }

    private static DataSet withALeak() {
        DataSet image = Gate.image();
        image.setString(Tag.SeriesDescription, "Head of Jane Doe");
        return image;
    }

    private static String message(Class<? extends Exception> type, org.junit.jupiter.api.function.Executable what) {
        return String.valueOf(assertThrows(type, what).getMessage());
    }

    @Test
    void whatIsReleasedAsItIsIsTreatedStoredAndNoLongerHeld() throws Exception {
        UUID id = hold(ofAScreen());
        assertEquals("stored with its study", held.releaseAsIs(id, Gate.OFFICER));
        DataSet stored = gate.lastDataSet();
        assertTrue(String.valueOf(stored.string(Tag.PatientName)).startsWith("ANON-"));
        assertArrayEquals(
                Objects.requireNonNull(ofAScreen().get(Tag.PixelData)).bytes(),
                Objects.requireNonNull(stored.get(Tag.PixelData)).bytes());
        assertEquals("DOE^JANE", gate.restored().string(Tag.PatientName));
        assertEquals(List.of(), gate.store.held);
        assertEquals("CT_SUITE", gate.last().facts().callingAet());
        assertTrue(gate.vault.audited.contains("quarantine.release-as-is done"), gate.vault.audited.toString());
    }

    /** In whatever syntax; a person decides once. */
    @Test
    void anEqualObjectThatComesAgainIsHeldOnce() throws Exception {
        UUID id = hold(ofAScreen());
        assertEquals(id, hold(ofAScreen()), "no other");
        assertEquals(
                new IntakeResult.Kept(How.QUARANTINED),
                gate.receive(ofAScreen(), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN));
        assertEquals(1, gate.store.held.size());
        DataSet otherPixels = ofAScreen();
        otherPixels.setInt(Tag.PixelData, VR.OW, 4, 3, 2, 1);
        hold(otherPixels);
        DataSet otherText = ofAScreen();
        otherText.setString(Tag.PatientComments, "seen");
        hold(otherText);
        assertEquals(3, gate.store.held.size(), "what differs is another");
    }

    @Test
    void whatAPersonLetPassIsKnownWhenItComesAgain() throws Exception {
        held.releaseAsIs(hold(ofAScreen()), Gate.OFFICER);
        assertEquals(new IntakeResult.Kept(How.SAME), gate.receive(ofAScreen()));
        assertEquals(1, gate.store.instances.size());
        assertEquals(List.of(), gate.store.held);
        DataSet changed = ofAScreen();
        changed.setString(Tag.PatientComments, "seen");
        hold(changed);
    }

    /** Former versions held each, and wrote no digest. */
    @Test
    void ofTwoThatAreEqualTheSecondIsInItsStudyAlready() throws Exception {
        UUID id = hold(ofAScreen());
        Quarantine.Entry entry = gate.store.held.get(0);
        gate.store.held.set(0, new Quarantine.Entry(id, entry.description().with(new byte[32]), entry.length()));
        UUID again = hold(ofAScreen());
        assertNotEquals(id, again);
        held.releaseAsIs(id, Gate.OFFICER);
        assertEquals("its study has it already", held.releaseAsIs(again, Gate.OFFICER));
        assertEquals(1, gate.store.instances.size());
        assertEquals(List.of(), gate.store.held);
    }

    @Test
    void whatWasDiscardedIsHeldWhenItComesAgain() throws Exception {
        held.discard(hold(ofAScreen()), Gate.OFFICER);
        hold(ofAScreen());
        assertEquals(1, gate.store.held.size());
    }

    @Test
    void withAProfileThatCoversItAnObjectPassesAndIsBlanked() throws Exception {
        UUID id = hold(ofAScreen());
        assertEquals(
                "still held: the pixels may hold text: a picture of a screen, by Image Type (0008,0008)",
                message(IllegalStateException.class, () -> held.release(id, null, Gate.OFFICER)));
        assertEquals(1, gate.store.held.size(), "and nothing has changed");
        assertEquals(List.of(), gate.store.instances);
        profiles.others.put(
                "screens",
                new Profile(
                        "screens",
                        "1",
                        "0".repeat(64),
                        Set.of(Option.CLEAN_PIXEL_DATA),
                        List.of(),
                        List.of(),
                        List.of(new PixelRule(
                                "top", Scope.ALL, PixelRule.Verdict.BLANK, List.of(new Region(0, 0, 2, 1)))),
                        TermList.NONE,
                        null,
                        false));
        assertEquals("stored with its study", held.release(id, "screens", Gate.OFFICER));
        byte[] pixels =
                Objects.requireNonNull(gate.lastDataSet().get(Tag.PixelData)).bytes();
        assertArrayEquals(new byte[] {0, 0, 0, 0, 3, 0, 0, (byte) 0xFF}, pixels);
        assertEquals("NO", gate.lastDataSet().string(Tag.BurnedInAnnotation));
        assertEquals("screens", gate.last().facts().attributes().get("Profile"));
        assertEquals(List.of(), gate.store.held);
        assertEquals(List.of("quarantine.release refused"), audit.records, "the one that failed");
    }

    @Test
    void nobodyButAPrivacyOfficerDecides() throws Exception {
        UUID id = hold(ofAScreen());
        assertThrows(AccessDeniedException.class, () -> held.preview(id, 1, ADMINISTRATOR));
        assertThrows(AccessDeniedException.class, () -> held.release(id, null, ADMINISTRATOR));
        assertThrows(AccessDeniedException.class, () -> held.releaseAsIs(id, ADMINISTRATOR));
        assertThrows(AccessDeniedException.class, () -> held.discard(id, ADMINISTRATOR));
        assertThrows(AccessDeniedException.class, () -> held.releaseStudy("2.25.1", ADMINISTRATOR));
        assertEquals(1, gate.store.held.size());
        assertEquals(
                List.of(
                        "quarantine.preview refused",
                        "quarantine.release refused",
                        "quarantine.release-as-is refused",
                        "quarantine.discard refused",
                        "study.release refused"),
                gate.vault.audited);
    }

    @Test
    void anObjectIsDiscardedOnce() throws Exception {
        UUID id = hold(ofAScreen());
        held.discard(id, Gate.OFFICER);
        assertEquals(List.of(), gate.store.held);
        assertEquals(
                "nothing is held as " + id + ": quarantine:list shows what is",
                message(IllegalArgumentException.class, () -> held.discard(id, Gate.OFFICER)));
    }

    @Test
    void whatCouldNotBeReadIsNeitherDrawnNorReleased() throws Exception {
        gate.receive(new byte[] {8, 0, 5, 0, 'C', 'S', 99, 0}, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        Quarantine.Entry copy = gate.store.held.get(0);
        assertEquals(Quarantine.Kind.DIAGNOSTIC, copy.description().kind());
        String told = message(IllegalArgumentException.class, () -> held.releaseAsIs(copy.id(), Gate.OFFICER));
        assertTrue(told.endsWith("it can be discarded only"), told);
        held.discard(copy.id(), Gate.OFFICER);
        assertEquals(List.of(), gate.store.held);
    }

    @Test
    void aStudyUnderASecondPatientStaysHeld() throws Exception {
        gate.receive(Gate.image());
        DataSet other = Gate.image();
        other.setString(Tag.PatientID, "SOMEBODY-ELSE");
        UUID id = hold(other);
        assertEquals(
                "still held: its study is known under another patient",
                message(IllegalStateException.class, () -> held.releaseAsIs(id, Gate.OFFICER)));
        assertEquals(1, gate.store.held.size());
    }

    @Test
    void anObjectThatWasCutOffIsNotReleased() throws Exception {
        UUID id = hold(ofAScreen());
        byte[] sealed = Objects.requireNonNull(gate.store.heldBytes.get(id));
        gate.store.heldBytes.put(id, Arrays.copyOf(sealed, sealed.length - 3));
        assertThrows(IOException.class, () -> held.releaseAsIs(id, Gate.OFFICER));
        assertEquals(List.of(), gate.store.instances);
        assertEquals(1, gate.store.held.size());
    }

    @Test
    void aFrameIsDrawn() throws Exception {
        UUID id = hold(ofAScreen());
        byte[] png = held.preview(id, 1, Gate.OFFICER);
        assertEquals(2, ImageIO.read(new ByteArrayInputStream(png)).getWidth());
        assertEquals(
                "frame 2: must be 1–1",
                message(IllegalArgumentException.class, () -> held.preview(id, 2, Gate.OFFICER)));
        assertThrows(IllegalArgumentException.class, () -> held.preview(id, 0, Gate.OFFICER));
    }

    /** Where text recognition found something, who looks at it sees a frame in red; who vouches for the pixels lets them pass. */
    @Test
    void textThatWasFoundIsMarkedAndDecidedByAPerson() throws Exception {
        OcrSettings ocr = new OcrSettings(Path.of("/usr/bin/tesseract"), Set.of("*"), 1, 1, 1);
        TextRecognition finds = (samples, image, signed) -> List.of(new Region(1, 1, 1, 1));
        open(new Gate(TextCheckTest.profile(false, TextCheckTest.KEEP), DefaultIssuers.NONE, folder, ocr, finds));
        UUID id = hold(ofAScreen());
        java.awt.image.BufferedImage picture =
                ImageIO.read(new ByteArrayInputStream(held.preview(id, 1, Gate.OFFICER)));
        assertEquals(0xFF2020, picture.getRGB(1, 1) & 0xFFFFFF);
        assertFalse((picture.getRGB(0, 0) & 0xFFFFFF) == 0xFF2020);
        assertTrue(message(IllegalStateException.class, () -> held.release(id, null, Gate.OFFICER))
                .startsWith("still held: text in the pixels (frame 1) at 1,1 1×1"));
        assertEquals("stored with its study", held.releaseAsIs(id, Gate.OFFICER));
    }

    @Test
    void aStudyIsHeldUntilItsLeakIsDecided() throws Exception {
        UUID id = hold(withALeak());
        String study = FakeVault.mapped(Gate.STUDY);
        assertTrue(check.reasonToHold(study).orElse("").contains(id.toString()));
        assertEquals(Set.of(study), held.studies().keySet());
        held.releaseAsIs(id, Gate.OFFICER);
        assertEquals(Optional.empty(), check.reasonToHold(study));
        assertEquals(Map.of(), held.studies());
        assertEquals("Head of Jane Doe", gate.lastDataSet().string(Tag.SeriesDescription));
    }

    /** After a start all that waits is searched again: what a person vouched for is not held a third time, what came later is. */
    @Test
    void whoReleasesAStudyVouchesForWhatTheyWereToldAndForNothingLater() throws Exception {
        held.releaseAsIs(hold(withALeak()), Gate.OFFICER);
        String study = FakeVault.mapped(Gate.STUDY);
        Gate before = gate;
        now = now.plus(Duration.ofDays(1));
        open();
        gate.store.instances.addAll(before.store.instances);
        gate.store.part10.putAll(before.store.part10);
        gate.store.identity.putAll(before.store.identity);
        gate.vault.assigned.putAll(before.vault.assigned);
        String told = message(IllegalStateException.class, () -> held.releaseStudy(study, Gate.OFFICER));
        assertTrue(told.contains("leak: SeriesDescription holds"), told);
        held.releaseStudy(study, Gate.OFFICER);
        assertEquals(Optional.empty(), check.reasonToHold(study));
        assertNotNull(new ReleasedStudies(folder).until(study));
        String again = message(IllegalArgumentException.class, () -> held.releaseStudy(study, Gate.OFFICER));
        assertTrue(again.contains("is not held"), again);
    }

    @Test
    void aTimeThatCannotBeReadStopsTheStart() throws Exception {
        java.nio.file.Files.writeString(folder.resolve("released-studies"), "2.25.1\n");
        String told = message(IOException.class, () -> new ReleasedStudies(folder));
        assertTrue(told.contains("is damaged"), told);
        assertFalse(told.contains("2.25.1"));
    }

    @Test
    void aTimeIsRemembered() throws Exception {
        ReleasedStudies released = new ReleasedStudies(folder);
        assertEquals(Instant.MIN, released.until("2.25.1"));
        released.add("2.25.1", Instant.ofEpochMilli(1_000));
        assertEquals(Instant.ofEpochMilli(999), new ReleasedStudies(folder).until("2.25.1"));
    }

    @Test
    void aPrivateNoteOfNobodyPasses() throws Exception {
        DataSet image = Gate.image();
        image.put(Gate.text(Tag.SeriesDescription, VR.LO, "Axial head"));
        assertEquals(new IntakeResult.Kept(How.STORED), gate.receive(image));
    }
}
