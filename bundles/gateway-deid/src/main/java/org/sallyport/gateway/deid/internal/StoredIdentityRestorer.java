package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityVault;

/** Merges a stored instance with its sealed record of originals, in tag order, streaming the pixel data. Immutable. */
@Component(service = IdentityRestorer.class)
public final class StoredIdentityRestorer implements IdentityRestorer {

    /** Wider than those of the gate: items that came as bytes of UN weigh more when they are read as the sequence they are. */
    private static final Limits LIMITS = new Limits(64, 1_000_000, 1 << 20, 96L << 20);

    private final InstanceStore store;
    private final IdentityVault vault;
    private final Path spoolFolder;

    @Activate
    public StoredIdentityRestorer(@Reference InstanceStore store, @Reference IdentityVault vault) throws IOException {
        this(store, vault, DataFolder.of("tmp"));
    }

    StoredIdentityRestorer(InstanceStore store, IdentityVault vault, Path spoolFolder) {
        this.store = store;
        this.vault = vault;
        this.spoolFolder = spoolFolder;
    }

    @Override
    public void restore(StoredInstance instance, AccessRequest request, OutputStream to) throws IOException {
        String place = "frame/" + instance.frameId();
        try (SealedSpool spool = new SealedSpool(vault, spoolFolder);
                InputStream sealed = store.openIdentity(instance);
                InputStream identity = vault.open(place, sealed, request);
                InputStream part10 = store.openPart10(instance)) {
            IdentityRecord record = IdentityRecord.read(identity, LIMITS, spool);
            Part10Reader stored = Part10Reader.open(part10, LIMITS, spool);
            String sopInstanceUid = record.originals().string(Tag.SOPInstanceUID);
            FileMetaInformation.ours(
                            instance.facts().sopClassUid(),
                            sopInstanceUid == null ? instance.facts().sopInstanceUid() : sopInstanceUid,
                            stored.transferSyntax().uid())
                    .write(to);
            merge(stored.dataSet(), record, new DataSetWriter(to, stored.transferSyntax()));
        }
    }

    private static void merge(DataSetReader stored, IdentityRecord record, DataSetWriter writer) throws IOException {
        Deque<Element> originals = new ArrayDeque<>(record.originals().elements());
        for (DataSetReader.Event event = stored.next(); event != DataSetReader.Event.END; event = stored.next()) {
            // The reader's own tag is that of the last element of the last item after a sequence.
            int tag = event == DataSetReader.Event.STREAM
                    ? stored.tag()
                    : stored.element().tag();
            while (!originals.isEmpty()
                    && Integer.compareUnsigned(originals.element().tag(), tag) < 0) {
                writer.write(originals.remove());
            }
            if (!originals.isEmpty() && originals.element().tag() == tag) {
                writer.write(originals.remove());
            } else if (event == DataSetReader.Event.STREAM) {
                writer.stream(tag, stored.vr(), stored.length(), stored.stream());
            } else if (!record.added().contains(tag)) {
                writer.write(stored.element());
            }
        }
        while (!originals.isEmpty()) {
            writer.write(originals.remove());
        }
        writer.finish();
    }
}
