package org.sallyport.gateway.deid.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.intake.OriginalInstances;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.IdentityVault.Opening;

/** Originals of stored instances, merged with their sealed records while they are read. Immutable. */
@Component(service = OriginalInstances.class)
public final class StoredOriginals implements OriginalInstances {

    /** Wider than those of the gate: items that came as bytes of UN weigh more when they are read as the sequence they are. */
    private static final Limits LIMITS = new Limits(64, 1_000_000, 1 << 20, 96L << 20);

    private final InstanceStore store;
    private final IdentityVault vault;
    private final Path spoolFolder;

    @Activate
    public StoredOriginals(@Reference InstanceStore store, @Reference IdentityVault vault) throws IOException {
        this(store, vault, DataFolder.of("tmp"));
    }

    StoredOriginals(InstanceStore store, IdentityVault vault, Path spoolFolder) {
        this.store = store;
        this.vault = vault;
        this.spoolFolder = spoolFolder;
    }

    @Override
    public Originals open(List<StoredInstance> instances, AccessRequest request, Runnable progress) throws IOException {
        Opening opening = vault.begin(request);
        IdentityWords words = new IdentityWords();
        List<Original> originals = new ArrayList<>(instances.size());
        for (StoredInstance instance : instances) {
            try (OriginalStream original = open(instance, opening)) {
                Measured measured = Measured.of(original, progress);
                DataSet values = original.originals();
                words.add(values);
                originals.add(new OpenOriginal(
                        this,
                        opening,
                        instance,
                        uid(values, Tag.SOPInstanceUID, instance.facts().sopInstanceUid()),
                        uid(values, Tag.SeriesInstanceUID, instance.facts().seriesInstanceUid()),
                        measured.length(),
                        measured.crc32()));
            }
        }
        return new OpenOriginals(List.copyOf(originals), words);
    }

    /** @param treated what is stored, where the profile kept it */
    private static String uid(DataSet originals, int tag, String treated) {
        String original = originals.string(tag);
        return original == null ? treated : original;
    }

    private OriginalStream open(StoredInstance instance, Opening opening) throws IOException {
        Deque<Closeable> opened = new ArrayDeque<>();
        try {
            SealedSpool spool = new SealedSpool(vault, spoolFolder);
            opened.push(spool);
            IdentityRecord record;
            try (InputStream sealed = store.openIdentity(instance);
                    InputStream identity = opening.open("frame/" + instance.frameId(), sealed)) {
                record = IdentityRecord.read(identity, LIMITS, spool);
            }
            InputStream part10 = store.openPart10(instance);
            opened.push(part10);
            Part10Reader stored = Part10Reader.open(part10, LIMITS, spool);
            FileMetaInformation meta = FileMetaInformation.ours(
                    instance.facts().sopClassUid(),
                    uid(record.originals(), Tag.SOPInstanceUID, instance.facts().sopInstanceUid()),
                    stored.transferSyntax().uid());
            return new OriginalStream(meta, stored, instance.facts().sopInstanceUid(), record, List.copyOf(opened));
        } catch (IOException | RuntimeException e) {
            for (Closeable one : opened) {
                one.close();
            }
            throw e;
        }
    }

    private record OpenOriginals(List<Original> instances, IdentityWords words) implements Originals {

        @Override
        public boolean areQuotedIn(String text) {
            return words.areQuotedIn(text);
        }

        @Override
        public String toString() {
            return "Originals[" + instances.size() + "]";
        }
    }

    private record OpenOriginal(
            StoredOriginals all,
            Opening opening,
            StoredInstance stored,
            String sopInstanceUid,
            String seriesInstanceUid,
            long length,
            long crc32)
            implements Original {

        @Override
        public InputStream open() throws IOException {
            return all.open(stored, opening);
        }

        @Override
        public String toString() {
            return "Original[" + length + " bytes]";
        }
    }
}
