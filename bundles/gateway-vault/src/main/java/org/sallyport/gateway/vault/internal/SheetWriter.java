package org.sallyport.gateway.vault.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.IdentityVault.Opening;
import org.sallyport.gateway.vault.internal.Assignments.Patient;
import org.sallyport.gateway.vault.internal.EarlierFolder.Found;
import org.sallyport.gateway.vault.internal.EarlierFolder.SheetKey;
import org.sallyport.gateway.vault.internal.EarlierProxy.By;

/** Seals sheets of originals under their patients' keys, into files that appear when they are full, or at the end. Owned by one thread. */
final class SheetWriter implements Closeable {

    private static final int ENTRIES_OF_A_FILE = 500_000;

    private final EarlierProxy proxy;
    private final EarlierFolder folder;
    private final JournalPseudonymizer assignments;
    private final GcmIdentityVault vault;
    private @Nullable EarlierFileBuilder file;

    SheetWriter(EarlierProxy proxy, EarlierFolder folder, JournalPseudonymizer assignments, GcmIdentityVault vault) {
        this.proxy = proxy;
        this.folder = folder;
        this.assignments = assignments;
        this.vault = vault;
    }

    /** By what it is found; by the first one alone it is told from others. */
    private List<SheetKey> keys(Sheet sheet) {
        String study = sheet.studyInstanceUid();
        String series = sheet.seriesInstanceUid();
        if (study == null) {
            return List.of(proxy.key(By.PATIENT, sheet.pseudonym()));
        }
        if (series != null) {
            return List.of(proxy.key(By.SERIES, series), proxy.key(By.SERIES_OF_STUDY, study));
        }
        List<SheetKey> keys =
                new ArrayList<>(List.of(proxy.key(By.STUDY, study), proxy.key(By.STUDY_OF_PATIENT, sheet.pseudonym())));
        String accession = sheet.values().get("AccessionNumber");
        if (accession != null && !accession.isBlank()) {
            keys.add(proxy.key(By.ACCESSION, accession));
        }
        return keys;
    }

    /** Whether one of the same patient, study or series is in a file that is finished. */
    boolean isThere(Sheet sheet) throws IOException {
        return folder.has(keys(sheet).get(0));
    }

    /** Whether just this one is in a file that is finished. */
    boolean isKnown(Sheet sheet, Opening opening) throws IOException {
        for (Found found : folder.find(keys(sheet).get(0))) {
            try (InputStream in = opening.open(found.place(), found.sealed())) {
                if (SheetCode.read(in).equals(sheet)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Of somebody who is known; of others nothing is written. */
    void add(Sheet sheet) throws IOException {
        Patient patient = assignments.patientCalled(sheet.pseudonym());
        if (patient == null) {
            return;
        }
        EarlierFileBuilder to = file;
        if (to == null) {
            to = new EarlierFileBuilder(folder);
            file = to;
        }
        to.add(keys(sheet), (place, out) -> {
            try (OutputStream sealed = vault.sealFor(patient.number(), place, out)) {
                SheetCode.write(sheet, sealed);
            }
        });
        if (to.size() >= ENTRIES_OF_A_FILE) {
            finish();
        }
    }

    /** What was added is durable and found on return. */
    void finish() throws IOException {
        EarlierFileBuilder full = file;
        file = null;
        if (full != null) {
            full.finish();
        }
    }

    /** What was not finished is dropped. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
