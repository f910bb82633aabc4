package org.sallyport.gateway.scp.internal.retrieve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.sallyport.gateway.scp.internal.Fakes.fake;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.scp.internal.Fakes;
import org.sallyport.gateway.scp.internal.catalog.Heads;
import org.sallyport.gateway.scp.internal.catalog.SampleSheets;
import org.sallyport.gateway.scp.internal.catalog.Sheets;
import org.sallyport.gateway.scp.internal.find.Asker;
import org.sallyport.gateway.scp.internal.find.Lookups;
import org.sallyport.gateway.scp.internal.query.BadIdentifier;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.RetrieveKeys;
import org.sallyport.gateway.scp.internal.query.View;

/** What who sees originals is given of images that were cleaned up: by the UIDs that they came with, and by no others. */
class SelectionTest {

    private static final String STUDY = "2.25.1";
    private static final String SERIES = "2.25.2";
    private static final String IMAGE = "2.25.3";
    private static final StoredInstance CLEANED_UP = new StoredInstance(
            Fakes.facts(STUDY, IMAGE, "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"),
            UUID.randomUUID(),
            "pack",
            0,
            1,
            1,
            new byte[32],
            1,
            Presence.CLEANED_UP,
            "file",
            0);

    /** Of one image, that came under these UIDs. */
    private static Selection selection(String study, String series, String image) {
        Asker asker = new Asker("CALLER", "127.0.0.1", View.ORIGINAL);
        IdentityDirectory directory = fake(
                IdentityDirectory.class,
                Map.of(
                        "begin",
                        given -> fake(
                                IdentityDirectory.Reading.class,
                                Map.of(
                                        "instance",
                                        uid -> Optional.of(new IdentityDirectory.Instance(IMAGE, SERIES, STUDY, image)),
                                        "series",
                                        uid -> Optional.of(new IdentityDirectory.Series(
                                                SERIES, STUDY, 1, "CT", Map.of("SeriesInstanceUID", series)))))));
        DataSet original = new DataSet();
        original.setString(Tag.StudyInstanceUID, study);
        StudyFinder finder = fake(StudyFinder.class, Map.of("instance", uid -> Optional.of(CLEANED_UP)
                .filter(one -> IMAGE.equals(uid[0]))));
        // A UID may be the pseudonymous one of what came under it, or be kept as it came.
        PatientRegister register =
                fake(PatientRegister.class, Map.of("candidates", uid -> switch (String.valueOf(uid[0])) {
                    case "1.1" -> List.of(STUDY, "1.1");
                    case "1.2" -> List.of(SERIES, "1.2");
                    case "1.3" -> List.of(IMAGE, "1.3");
                    default -> List.of(String.valueOf(uid[0]));
                }));
        return new Selection(
                View.ORIGINAL,
                fake(
                        StudyIndex.class,
                        Map.of("instances", uid -> STUDY.equals(uid[0]) ? List.of(CLEANED_UP) : List.of())),
                finder,
                fake(RemoteStudies.class, Map.of()),
                fake(
                        Sheets.class,
                        Map.of("sheet", uid -> Optional.of(SampleSheets.of(STUDY, original, new DataSet())))),
                new Lookups(
                        View.ORIGINAL,
                        finder,
                        fake(RemoteStudies.class, Map.of()),
                        register,
                        directory,
                        () -> asker.request("a test")),
                new Heads(
                        fake(InstanceStore.class, Map.of()),
                        fake(IdentityRestorer.class, Map.of()),
                        () -> asker.request("a test")));
    }

    private static int found(Selection selection, String level, String study, String series, String image)
            throws IOException, BadIdentifier {
        DataSet keys = new DataSet();
        keys.setString(Tag.QueryRetrieveLevel, level);
        keys.setString(Tag.StudyInstanceUID, study);
        if (!level.equals("STUDY")) {
            keys.setString(Tag.SeriesInstanceUID, series);
        }
        if (level.equals("IMAGE")) {
            keys.setString(Tag.SOPInstanceUID, image);
        }
        return selection.of(RetrieveKeys.of(Model.STUDY_ROOT, keys, false)).size();
    }

    @ParameterizedTest
    @CsvSource({"STUDY", "SERIES", "IMAGE"})
    void whatWasCleanedUpIsGivenByTheUidsThatItCameWith(String level) throws Exception {
        Selection mapped = selection("1.1", "1.2", "1.3");
        assertEquals(1, found(mapped, level, "1.1", "1.2", "1.3"));
        // Of a study that was moved over from an earlier proxy UIDs stay as they came.
        Selection kept = selection(STUDY, SERIES, IMAGE);
        assertEquals(1, found(kept, level, STUDY, SERIES, IMAGE));
    }

    @Test
    void aPseudonymousUidCountsForNothingThere() throws Exception {
        Selection mapped = selection("1.1", "1.2", "1.3");
        assertEquals(0, found(mapped, "STUDY", STUDY, "1.2", "1.3"));
        assertEquals(0, found(mapped, "SERIES", "1.1", SERIES, "1.3"));
        assertEquals(0, found(mapped, "IMAGE", "1.1", "1.2", IMAGE));
    }
}
