package org.sallyport.gateway.api.vault;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Hands mappings over to a vault elsewhere, which then goes on with the same pseudonyms, UIDs and moved dates, and gives results back the identity that they
 * belong to. A file is encrypted to its recipients: CMS enveloped-data (RFC 5652), AES-256 in CBC mode, RSA. Thread-safe; one run at a time.
 */
public interface MappingExchange {

    int MOST_RECIPIENTS = 8;

    /**
     * @param pseudonyms of patients, with whoever is merged with them; empty = all
     * @param recipients files of 1–{@value #MOST_RECIPIENTS} certificates of RSA keys, PEM or DER
     * @param file is not there yet, in a folder that is; it appears with mode 0600, on stable storage and whole, or not at all
     * @throws AccessDeniedException if the role {@link Roles#PRIVACY_OFFICER} or the reason is missing; audited too
     * @throws IllegalArgumentException naming what cannot be used, and why
     */
    MappingImport.Report write(Set<String> pseudonyms, List<Path> recipients, Path file, AccessRequest request)
            throws IOException;

    /**
     * Takes over what another vault wrote. The same again changes nothing, nor does anything that contradicts what is known here, as another pseudonym for the same
     * patient: then all of it is left out.
     *
     * @param key file with the RSA key of one of the recipients, PEM or PKCS#12
     * @param passphrase of that file; may be empty
     * @param dryRun true: says what would come of it, and writes nothing
     * @return its conflicts, by {@link #CONFLICTS}, are pseudonyms; if there is one, nothing was changed
     * @throws AccessDeniedException if the role {@link Roles#PRIVACY_OFFICER} or the reason is missing; audited too
     * @throws IOException if the file is not whole, or not for that key; nothing was changed
     */
    MappingImport.Report take(Path file, Path key, char[] passphrase, AccessRequest request, boolean dryRun)
            throws IOException;

    /** What is counted and listed of conflicts. */
    String CONFLICTS = "conflicts";
}
