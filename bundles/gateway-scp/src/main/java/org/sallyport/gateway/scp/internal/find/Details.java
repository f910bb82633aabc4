package org.sallyport.gateway.scp.internal.find;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.scp.internal.catalog.Heads;
import org.sallyport.gateway.scp.internal.catalog.SheetMaker;
import org.sallyport.gateway.scp.internal.query.Attributes;
import org.sallyport.gateway.scp.internal.query.View;

/** Series and images of a study, in the caller's view: from their heads, or from what was kept when they are no longer here. Owned by one thread. */
public final class Details implements Closeable {

    private final View view;
    private final StudyIndex index;
    private final Heads heads;
    private final IdentityDirectory directory;
    private final Supplier<AccessRequest> request;
    private IdentityDirectory.@Nullable Reading reading;

    public Details(
            View view, StudyIndex index, Heads heads, IdentityDirectory directory, Supplier<AccessRequest> request) {
        this.view = view;
        this.index = index;
        this.heads = heads;
        this.directory = directory;
        this.request = request;
    }

    /**
     * @param instances not deleted, in order
     * @param attributes of the series
     */
    record Series(List<StoredInstance> instances, Attributes attributes, Details details) {

        boolean isAllHere() {
            return instances.stream().allMatch(StoredInstance::isHere);
        }

        /** Each is read when it is its turn. */
        Iterable<Image> images() {
            return () -> instances.stream()
                    .map(instance -> new Image(instance, details.lazily(instance)))
                    .iterator();
        }
    }

    record Image(StoredInstance instance, Attributes attributes) {}

    /** In the order of their numbers. */
    List<Series> series(String study) throws IOException {
        Map<String, List<StoredInstance>> bySeries = new LinkedHashMap<>();
        for (StoredInstance instance : index.instances(study)) {
            if (instance.presence() != Presence.DELETED) {
                bySeries.computeIfAbsent(instance.facts().seriesInstanceUid(), uid -> new ArrayList<>())
                        .add(instance);
            }
        }
        List<Series> series = new ArrayList<>();
        for (List<StoredInstance> instances : bySeries.values()) {
            StoredInstance told = instances.stream()
                    .filter(StoredInstance::isHere)
                    .findFirst()
                    .orElse(instances.get(0));
            series.add(new Series(instances, lazily(told), this));
        }
        return series;
    }

    /** What can be told without opening the image is. */
    private Attributes lazily(StoredInstance instance) {
        return new Attributes() {

            private @Nullable DataSet head;

            @Override
            public List<String> strings(int tag) {
                String fact = fact(instance, tag);
                return fact != null ? List.of(fact) : head().strings(tag);
            }

            @Override
            public List<DataSet> items(int tag) {
                return head().items(tag);
            }

            private DataSet head() {
                DataSet read = head;
                if (read == null) {
                    try {
                        read = instance.isHere() ? heads.read(instance, view) : withoutImage(instance);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    head = read;
                }
                return read;
            }
        };
    }

    /** The same in both views, or in this one. */
    private @Nullable String fact(StoredInstance instance, int tag) {
        InstanceFacts facts = instance.facts();
        if (tag == Tag.Modality) {
            return facts.modality();
        }
        if (tag == Tag.SOPClassUID) {
            return facts.sopClassUid();
        }
        if (tag == Tag.AvailableTransferSyntaxUID) {
            return facts.transferSyntaxUid();
        }
        if (tag == Tag.SeriesNumber && facts.seriesNumber() != null) {
            return facts.seriesNumber().toString();
        }
        if (tag == Tag.InstanceNumber && facts.instanceNumber() != null) {
            return facts.instanceNumber().toString();
        }
        if (view == View.ORIGINAL) {
            return null;
        }
        if (tag == Tag.SeriesInstanceUID) {
            return facts.seriesInstanceUid();
        }
        if (tag == Tag.SOPInstanceUID) {
            return facts.sopInstanceUid();
        }
        return facts.attributes().get(Dictionary.keywordOf(tag));
    }

    private DataSet withoutImage(StoredInstance instance) throws IOException {
        DataSet known = new DataSet();
        known.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        if (view == View.PSEUDONYMOUS) {
            return known;
        }
        IdentityDirectory.Reading open = reading;
        if (open == null) {
            open = directory.begin(request.get());
            reading = open;
        }
        Optional<IdentityDirectory.Series> series = open.series(instance.facts().seriesInstanceUid());
        series.ifPresent(one -> SheetMaker.put(known, one.values()));
        Optional<IdentityDirectory.Instance> image =
                open.instance(instance.facts().sopInstanceUid());
        image.ifPresent(one -> known.setString(Tag.SOPInstanceUID, one.originalSopInstanceUid()));
        return known;
    }

    @Override
    public void close() throws IOException {
        heads.close();
    }
}
