package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.intake.ReturnedObjects;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.EarlierValues;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.Pseudonymizer;

/** Restores returned objects by the sealed records of the stored instances, and by what an earlier proxy kept. Immutable. */
@Component(service = ReturnedObjects.class)
public final class StoredReturnedObjects implements ReturnedObjects {

    private final Pseudonymizer pseudonymizer;
    private final IdentityVault vault;
    private final InstanceStore store;
    private final StudyIndex index;
    private final StudyFinder finder;
    private final EarlierValues earlier;
    private final SentResults sent;
    private final Path spoolFolder;

    @Activate
    public StoredReturnedObjects(
            @Reference Pseudonymizer pseudonymizer,
            @Reference IdentityVault vault,
            @Reference InstanceStore store,
            @Reference StudyIndex index,
            @Reference StudyFinder finder,
            @Reference EarlierValues earlier,
            @Reference ResultMemory memory)
            throws IOException {
        this(pseudonymizer, vault, store, index, finder, earlier, memory.results(), DataFolder.of("tmp"));
    }

    StoredReturnedObjects(
            Pseudonymizer pseudonymizer,
            IdentityVault vault,
            InstanceStore store,
            StudyIndex index,
            StudyFinder finder,
            EarlierValues earlier,
            SentResults sent,
            Path spoolFolder) {
        this.pseudonymizer = pseudonymizer;
        this.vault = vault;
        this.store = store;
        this.index = index;
        this.finder = finder;
        this.earlier = earlier;
        this.sent = sent;
        this.spoolFolder = spoolFolder;
    }

    @Override
    public Returning begin(AccessRequest request) throws IOException {
        return new ReturnedBatch(this, vault.begin(request));
    }

    Pseudonymizer pseudonymizer() {
        return pseudonymizer;
    }

    InstanceStore store() {
        return store;
    }

    StudyIndex index() {
        return index;
    }

    StudyFinder finder() {
        return finder;
    }

    EarlierValues earlier() {
        return earlier;
    }

    SentResults sent() {
        return sent;
    }

    SealedSpool newSpool() {
        return new SealedSpool(vault, spoolFolder);
    }
}
