package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityVault;

/** Merges an instance, as stored or as given back, with its sealed record of originals, in tag order, streaming the pixel data. Immutable. */
@Component(service = IdentityRestorer.class)
public final class StoredIdentityRestorer implements IdentityRestorer {

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
        try (Restoring restoring = begin(request);
                InputStream part10 = store.openPart10(instance)) {
            restoring.restore(instance, part10, to);
        }
    }

    @Override
    public void restore(StoredInstance instance, InputStream part10, AccessRequest request, OutputStream to)
            throws IOException {
        try (Restoring restoring = begin(request)) {
            restoring.restore(instance, part10, to);
        }
    }

    @Override
    public Restoring begin(AccessRequest request) throws IOException {
        return new StoredRestoring(vault.begin(request));
    }

    private final class StoredRestoring implements Restoring {

        private final SealedSpool spool = new SealedSpool(vault, spoolFolder);
        private final IdentityRecords records;

        StoredRestoring(IdentityVault.Opening opening) {
            this.records = new IdentityRecords(store, opening, spool);
        }

        @Override
        public void restore(StoredInstance instance, InputStream part10, OutputStream to) throws IOException {
            try {
                merge(instance, records.read(instance), Part10Reader.open(part10, IdentityRecords.LIMITS, spool), to);
            } finally {
                // Of this image only.
                spool.close();
            }
        }

        @Override
        public InputStream open(StoredInstance instance, InputStream part10) throws IOException {
            try {
                IdentityRecord record = records.read(instance);
                Part10Reader stored = Part10Reader.open(part10, IdentityRecords.LIMITS, spool);
                // The spool holds values of this image only.
                return new OriginalStream(
                        meta(instance, record, stored),
                        stored,
                        instance.facts().sopInstanceUid(),
                        record,
                        List.of(part10, spool));
            } catch (IOException | RuntimeException e) {
                try (part10) {
                    spool.close();
                }
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            records.close();
        }
    }

    private static void merge(StoredInstance instance, IdentityRecord record, Part10Reader stored, OutputStream to)
            throws IOException {
        DataSetReader reader = stored.dataSet();
        List<Element> start = upToUid(reader);
        Element last = start.isEmpty() ? null : start.get(start.size() - 1);
        if (last == null || !instance.facts().sopInstanceUid().equals(uid(last))) {
            throw new IOException(
                    "the object is not the instance " + instance.facts().sopInstanceUid());
        }
        meta(instance, record, stored).write(to);
        merge(start, reader, record, new DataSetWriter(to, stored.transferSyntax()));
    }

    private static FileMetaInformation meta(StoredInstance instance, IdentityRecord record, Part10Reader stored) {
        String sopInstanceUid = record.originals().string(Tag.SOPInstanceUID);
        return FileMetaInformation.ours(
                instance.facts().sopClassUid(),
                sopInstanceUid == null ? instance.facts().sopInstanceUid() : sopInstanceUid,
                stored.transferSyntax().uid());
    }

    /** The elements up to SOP Instance UID (0008,0018), if it is there: nothing is given out of an object that is another one. */
    private static List<Element> upToUid(DataSetReader reader) throws IOException {
        List<Element> start = new ArrayList<>();
        while (reader.next() == DataSetReader.Event.ELEMENT) {
            start.add(reader.element());
            if (Integer.compareUnsigned(reader.element().tag(), Tag.SOPInstanceUID) >= 0) {
                break;
            }
        }
        return start;
    }

    private static @Nullable String uid(Element element) {
        DataSet one = new DataSet();
        one.put(element);
        return one.string(Tag.SOPInstanceUID);
    }

    private static void merge(List<Element> start, DataSetReader stored, IdentityRecord record, DataSetWriter writer)
            throws IOException {
        Deque<Element> originals = new ArrayDeque<>(record.originals().elements());
        for (Element element : start) {
            writeBefore(element.tag(), originals, writer);
            write(element, originals, record, writer);
        }
        for (DataSetReader.Event event = stored.next(); event != DataSetReader.Event.END; event = stored.next()) {
            // The reader's own tag is that of the last element of the last item after a sequence.
            int tag = event == DataSetReader.Event.STREAM
                    ? stored.tag()
                    : stored.element().tag();
            writeBefore(tag, originals, writer);
            if (event == DataSetReader.Event.ELEMENT) {
                write(stored.element(), originals, record, writer);
            } else if (!originals.isEmpty() && originals.element().tag() == tag) {
                writer.write(originals.remove());
            } else {
                writer.stream(tag, stored.vr(), stored.length(), stored.stream());
            }
        }
        while (!originals.isEmpty()) {
            writer.write(originals.remove());
        }
        writer.finish();
    }

    private static void writeBefore(int tag, Deque<Element> originals, DataSetWriter writer) throws IOException {
        while (!originals.isEmpty()
                && Integer.compareUnsigned(originals.element().tag(), tag) < 0) {
            writer.write(originals.remove());
        }
    }

    private static void write(Element stored, Deque<Element> originals, IdentityRecord record, DataSetWriter writer)
            throws IOException {
        if (!originals.isEmpty() && originals.element().tag() == stored.tag()) {
            writer.write(originals.remove());
        } else if (!record.isAdded(stored.tag()) && !record.originals().contains(stored.tag())) {
            // The last for what comes out of order: its original was written where it belongs.
            writer.write(stored);
        }
    }
}
