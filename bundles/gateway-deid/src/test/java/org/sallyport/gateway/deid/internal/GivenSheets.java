package org.sallyport.gateway.deid.internal;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.sallyport.gateway.api.vault.EarlierValues;
import org.sallyport.gateway.api.vault.IdentityVault;

/** What was taken over: these sheets. */
record GivenSheets(List<Sheet> sheets) implements EarlierValues {

    private List<Sheet> all(Predicate<Sheet> which) {
        return sheets.stream().filter(which).toList();
    }

    @Override
    public List<Sheet> patient(String pseudonym, IdentityVault.Opening opening) {
        return all(sheet -> sheet.pseudonym().equals(pseudonym) && sheet.studyInstanceUid() == null);
    }

    @Override
    public List<Sheet> study(String study, IdentityVault.Opening opening) {
        return all(sheet -> Objects.equals(sheet.studyInstanceUid(), study) && sheet.seriesInstanceUid() == null);
    }

    @Override
    public List<Sheet> series(String series, IdentityVault.Opening opening) {
        return all(sheet -> Objects.equals(sheet.seriesInstanceUid(), series));
    }

    @Override
    public List<Sheet> seriesOf(String study, IdentityVault.Opening opening) {
        return all(sheet -> Objects.equals(sheet.studyInstanceUid(), study) && sheet.seriesInstanceUid() != null);
    }

    @Override
    public List<Sheet> studiesOf(String pseudonym, IdentityVault.Opening opening) {
        return all(sheet -> sheet.pseudonym().equals(pseudonym)
                && sheet.studyInstanceUid() != null
                && sheet.seriesInstanceUid() == null);
    }

    @Override
    public List<Sheet> studiesByAccessionNumber(String accessionNumber, IdentityVault.Opening opening) {
        return all(sheet -> accessionNumber.equals(sheet.values().get("AccessionNumber")));
    }
}
