package org.sallyport.gateway.api.vault;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Original values that were taken over from an earlier proxy's database, or from another gateway: of patients, studies and series whose images never passed
 * here. For the gateway's own bundles; what is read is sealed, so that it takes an audited {@link IdentityVault.Opening}. Thread-safe.
 */
public interface EarlierValues {

    /** By any of the patient's pseudonyms. */
    List<Sheet> patient(String pseudonym, IdentityVault.Opening opening) throws IOException;

    List<Sheet> study(String studyInstanceUid, IdentityVault.Opening opening) throws IOException;

    List<Sheet> series(String seriesInstanceUid, IdentityVault.Opening opening) throws IOException;

    List<Sheet> seriesOf(String studyInstanceUid, IdentityVault.Opening opening) throws IOException;

    List<Sheet> studiesOf(String pseudonym, IdentityVault.Opening opening) throws IOException;

    List<Sheet> studiesByAccessionNumber(String accessionNumber, IdentityVault.Opening opening) throws IOException;

    /**
     * What is known of one patient, study or series. Holds identity.
     *
     * @param studyInstanceUid null at the level of the patient; the one that it goes by outside
     * @param seriesInstanceUid null above the level of the series; the one that it goes by outside
     * @param values by DICOM keyword, several values with a backslash between; of a study also {@link #UIDS} and {@link #DATES}
     */
    record Sheet(
            String pseudonym,
            @Nullable String studyInstanceUid,
            @Nullable String seriesInstanceUid,
            Map<String, String> values) {

        /** In place of a keyword: original UIDs that were mapped in the study's images. */
        public static final String UIDS = "original UIDs";

        /** In place of a keyword: original dates that were moved in the study's images. */
        public static final String DATES = "original dates";

        public Sheet {
            values = Map.copyOf(values);
        }

        @Override
        public String toString() {
            return "Sheet[sealed]";
        }
    }
}
