package org.sallyport.gateway.deid.internal;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.EarlierValues;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.KeyedDigest;
import org.sallyport.gateway.api.vault.StudyContext;

/** One patient with one study and one series, which an earlier proxy sent. */
final class FakeEarlier implements EarlierValues {

    static final String PSEUDONYM = "ANON-OLD";
    static final String STUDY = "1.2.840.1.99";
    static final String SERIES = "1.2.840.1.99.1";

    /** The study as the vault tells it. */
    record OldStudy(String pseudonym, String studyInstanceUid) implements StudyContext {

        static final OldStudy ONE = new OldStudy(PSEUDONYM, STUDY);

        @Override
        public int keyGeneration() {
            return 1;
        }

        @Override
        public int dateShiftDays() {
            return FakeVault.SHIFT;
        }

        @Override
        public boolean keepsUids() {
            return true;
        }

        @Override
        public String mapUid(String originalUid) {
            return originalUid;
        }

        @Override
        public KeyedDigest newOriginalDigest() {
            return FakeVault.digest();
        }
    }

    private static List<Sheet> sheet(boolean found, @Nullable String series, Map<String, String> values) {
        return found ? List.of(new Sheet(PSEUDONYM, STUDY, series, values)) : List.of();
    }

    @Override
    public List<Sheet> patient(String pseudonym, IdentityVault.Opening opening) {
        return sheet(
                pseudonym.equals(PSEUDONYM), null, Map.of("PatientName", "DOE^J", "PatientMotherBirthName", "Roe"));
    }

    @Override
    public List<Sheet> study(String study, IdentityVault.Opening opening) {
        return sheet(
                study.equals(STUDY),
                null,
                Map.of(
                        "StudyDate",
                        "20191231",
                        "StudyDescription",
                        "Schädel",
                        "PatientID",
                        "OLD 17",
                        "PixelData",
                        "nonsense"));
    }

    @Override
    public List<Sheet> series(String series, IdentityVault.Opening opening) {
        return sheet(
                series.equals(SERIES),
                series,
                Map.of("SeriesNumber", "7", "Modality", "MR", "SeriesDate", "20191230", "OperatorsName", "Meier"));
    }

    @Override
    public List<Sheet> seriesOf(String study, IdentityVault.Opening opening) {
        return study.equals(STUDY) ? series(SERIES, opening) : List.of();
    }

    @Override
    public List<Sheet> studiesOf(String pseudonym, IdentityVault.Opening opening) {
        return sheet(pseudonym.equals(PSEUDONYM), null, Map.of());
    }

    @Override
    public List<Sheet> studiesByAccessionNumber(String accessionNumber, IdentityVault.Opening opening) {
        return sheet(accessionNumber.equals("OLD-1"), null, Map.of());
    }
}
