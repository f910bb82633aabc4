package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.EarlierMappings;
import org.sallyport.gateway.api.vault.EarlierValues;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.vault.internal.EarlierFolder.Found;
import org.sallyport.gateway.vault.internal.EarlierFolder.SheetKey;

/** What was taken over from an earlier proxy or another gateway, below {@code vault/earlier}. Immutable; one run of taking over at a time is the caller's business. */
@Component(service = {EarlierValues.class, EarlierMappings.class, EarlierProxy.class})
public final class EarlierProxy implements EarlierValues, EarlierMappings {

    private final EarlierFolder folder;
    private final JournalPseudonymizer assignments;
    private final GcmIdentityVault vault;
    private final Hmac lookup;

    @Activate
    public EarlierProxy(
            @Reference KeyHolder keys, @Reference JournalPseudonymizer assignments, @Reference GcmIdentityVault vault)
            throws IOException {
        this(DataFolder.privateFolder(DataFolder.of("vault").resolve("earlier")), keys.keys(), assignments, vault);
    }

    EarlierProxy(Path folder, VaultKeys keys, JournalPseudonymizer assignments, GcmIdentityVault vault)
            throws IOException {
        this.folder = new EarlierFolder(folder);
        this.assignments = assignments;
        this.vault = vault;
        this.lookup = keys.lookupKey();
    }

    @Deactivate
    void close() {
        folder.close();
    }

    /** What a sheet is found by. */
    enum By {
        PATIENT,
        STUDY,
        SERIES,
        SERIES_OF_STUDY,
        STUDY_OF_PATIENT,
        ACCESSION
    }

    SheetKey key(By by, String value) {
        return SheetKey.of(lookup.of(
                ("earlier/" + by.name() + "\0").getBytes(StandardCharsets.US_ASCII),
                value.strip().getBytes(StandardCharsets.UTF_8)));
    }

    private List<Sheet> find(By by, String value, IdentityVault.Opening opening) throws IOException {
        List<Sheet> sheets = new ArrayList<>();
        for (Found found : folder.find(key(by, value))) {
            try (InputStream in = opening.open(found.place(), found.sealed())) {
                sheets.add(SheetCode.read(in));
            } catch (ErasedException e) {
                // Of a patient who was erased nothing is known any more.
            }
        }
        return sheets;
    }

    @Override
    public List<Sheet> patient(String pseudonym, IdentityVault.Opening opening) throws IOException {
        return find(By.PATIENT, pseudonym, opening);
    }

    @Override
    public List<Sheet> study(String studyInstanceUid, IdentityVault.Opening opening) throws IOException {
        return find(By.STUDY, studyInstanceUid, opening);
    }

    @Override
    public List<Sheet> series(String seriesInstanceUid, IdentityVault.Opening opening) throws IOException {
        return find(By.SERIES, seriesInstanceUid, opening);
    }

    @Override
    public List<Sheet> seriesOf(String studyInstanceUid, IdentityVault.Opening opening) throws IOException {
        return find(By.SERIES_OF_STUDY, studyInstanceUid, opening);
    }

    @Override
    public List<Sheet> studiesOf(String pseudonym, IdentityVault.Opening opening) throws IOException {
        return find(By.STUDY_OF_PATIENT, pseudonym, opening);
    }

    @Override
    public List<Sheet> studiesByAccessionNumber(String accessionNumber, IdentityVault.Opening opening)
            throws IOException {
        return find(By.ACCESSION, accessionNumber, opening);
    }

    @Override
    public Run begin(AccessRequest request, List<String> issuers, boolean dryRun) throws IOException {
        vault.admit("mappings.import", request);
        if (issuers.isEmpty()) {
            throw new IllegalArgumentException("no issuer: an empty text stands for images that name none");
        }
        return new EarlierRun(newWriter(), assignments, issuers, dryRun);
    }

    SheetWriter newWriter() {
        return new SheetWriter(this, folder, assignments, vault);
    }
}
