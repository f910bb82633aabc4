package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.intake.EncryptedOriginals;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.IdentityVault.Opening;

/** Stored instances with their sealed records of originals in them, encrypted for others, made while they are read. Immutable. */
@Component(service = EncryptedOriginals.class)
public final class StoredEncryptedOriginals implements EncryptedOriginals {

    private final InstanceStore store;
    private final IdentityVault vault;
    private final Path spoolFolder;

    @Activate
    public StoredEncryptedOriginals(@Reference InstanceStore store, @Reference IdentityVault vault) throws IOException {
        this(store, vault, DataFolder.of("tmp"));
    }

    StoredEncryptedOriginals(InstanceStore store, IdentityVault vault, Path spoolFolder) {
        this.store = store;
        this.vault = vault;
        this.spoolFolder = spoolFolder;
    }

    /** What one instance is made of. */
    private record Source(StoredInstance stored, Opening opening, EncryptedAttributes attributes, byte[] vector) {}

    /** Made of a source: the element, and how many originals are not in it. */
    private record Sequence(Element element, int leftOut) {}

    @Override
    public List<Encrypted> open(
            List<StoredInstance> instances, List<X509Certificate> recipients, AccessRequest request, Runnable progress)
            throws IOException {
        EncryptedAttributes attributes = new EncryptedAttributes(recipients);
        Opening opening = vault.begin(request);
        List<Encrypted> opened = new ArrayList<>(instances.size());
        for (StoredInstance instance : instances) {
            Source source = new Source(instance, opening, attributes, EncryptedAttributes.newVector());
            Sequence sequence = sequence(source);
            try (InputStream in = open(instance, sequence.element())) {
                Measured measured = Measured.of(in, progress);
                opened.add(new OpenEncrypted(this, source, sequence.leftOut(), measured.length(), measured.crc32()));
            }
        }
        return List.copyOf(opened);
    }

    private Sequence sequence(Source source) throws IOException {
        StoredInstance stored = source.stored();
        DataSet originals;
        try (IdentityRecords records = new IdentityRecords(store, source.opening(), BulkStore.PASS_OVER)) {
            originals = records.read(stored).originals();
        }
        DataSet fitting = EncryptedAttributes.fitting(originals);
        int leftOut = originals.size() - fitting.size();
        if (!originals.contains(Tag.SpecificCharacterSet)) {
            // Not changed: what tells how the originals are to be read stands in what is stored, and belongs with them
            // (PS3.5 7.5.3).
            Element characterSet = storedCharacterSet(stored);
            if (characterSet != null) {
                fitting.put(characterSet);
            }
        }
        if (!originals.contains(Tag.SOPInstanceUID)) {
            // Kept by the profile; readers look for it.
            fitting.setString(Tag.SOPInstanceUID, stored.facts().sopInstanceUid());
        }
        DataSet item = source.attributes().encrypt(fitting, source.vector());
        return new Sequence(Element.sequence(Tag.EncryptedAttributesSequence, List.of(item)), leftOut);
    }

    private @Nullable Element storedCharacterSet(StoredInstance instance) throws IOException {
        try (InputStream part10 = store.openPart10(instance)) {
            DataSetReader reader = Part10Reader.open(part10, IdentityRecords.LIMITS, BulkStore.PASS_OVER)
                    .dataSet();
            while (reader.next() == DataSetReader.Event.ELEMENT
                    && Integer.compareUnsigned(reader.element().tag(), Tag.SpecificCharacterSet) <= 0) {
                if (reader.element().tag() == Tag.SpecificCharacterSet) {
                    return reader.element();
                }
            }
            return null;
        }
    }

    private InputStream open(StoredInstance instance, Element sequence) throws IOException {
        DataSet added = new DataSet();
        added.put(sequence);
        InputStream part10 = store.openPart10(instance);
        SealedSpool spool = new SealedSpool(vault, spoolFolder);
        try {
            Part10Reader stored = Part10Reader.open(part10, IdentityRecords.LIMITS, spool);
            String sopInstanceUid = instance.facts().sopInstanceUid();
            FileMetaInformation meta = FileMetaInformation.ours(
                    instance.facts().sopClassUid(),
                    sopInstanceUid,
                    stored.transferSyntax().uid());
            return new OriginalStream(
                    meta, stored, sopInstanceUid, new IdentityRecord(Set.of(), added), List.of(part10, spool));
        } catch (IOException | RuntimeException e) {
            try (part10) {
                spool.close();
            }
            throw e;
        }
    }

    private record OpenEncrypted(StoredEncryptedOriginals all, Source source, int leftOut, long length, long crc32)
            implements Encrypted {

        @Override
        public InputStream open() throws IOException {
            return all.open(source.stored(), all.sequence(source).element());
        }

        @Override
        public String toString() {
            return "Encrypted[" + length + " bytes]";
        }
    }
}
