package org.sallyport.gateway.api.vault;

import java.io.IOException;
import java.util.List;

/**
 * Gathers what the sealed records of a study's images tell, so that a gateway elsewhere can do with it what can be done here. For the vault. Thread-safe; what it
 * gives holds identity.
 */
public interface StudyOriginals {

    /** Original UIDs of one study that are told; a study with more can be handed over in part only. */
    int MOST_UIDS = 30_000;

    /**
     * One sheet of the patient, one of the study, with its UIDs and dates, and one of each series; UIDs that it is known by are pseudonymous.
     *
     * @param studyInstanceUid pseudonymous
     * @return empty if none of its images is or was here
     */
    List<EarlierValues.Sheet> sheets(String studyInstanceUid, IdentityVault.Opening opening) throws IOException;
}
