package org.sallyport.gateway.scp.internal.find;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.RemoteStudies;
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
    private final RemoteStudies remote;
    private final Heads heads;
    private final IdentityDirectory directory;
    private final Supplier<AccessRequest> request;
    private IdentityDirectory.@Nullable Reading reading;

    public Details(
            View view,
            StudyIndex index,
            RemoteStudies remote,
            Heads heads,
            IdentityDirectory directory,
            Supplier<AccessRequest> request) {
        this.view = view;
        this.index = index;
        this.remote = remote;
        this.heads = heads;
        this.directory = directory;
        this.request = request;
    }

    /**
     * @param instances not deleted, in order; none if only the back end holds the series
     * @param number of instances
     * @param attributes of the series
     */
    record Series(List<StoredInstance> instances, int number, Attributes attributes, Details details) {

        boolean isAllHere() {
            return instances.size() == number && instances.stream().allMatch(StoredInstance::isHere);
        }

        /** Whether only the back end holds it: what its images are is not known. */
        boolean isRemote() {
            return instances.isEmpty();
        }

        /** Each is read when it is its turn. */
        Iterable<Image> images() {
            return () -> instances.stream()
                    .map(instance -> new Image(instance, details.lazily(instance)))
                    .iterator();
        }
    }

    record Image(StoredInstance instance, Attributes attributes) {}

    /** In the order of their numbers; then those that only the back end holds. */
    List<Series> series(String study) throws IOException {
        Map<String, List<StoredInstance>> bySeries = new LinkedHashMap<>();
        Set<String> known = new HashSet<>();
        for (StoredInstance instance : index.instances(study)) {
            known.add(instance.facts().seriesInstanceUid());
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
            series.add(new Series(instances, instances.size(), lazily(told), this));
        }
        Map<String, List<RemoteStudies.Series>> others = new LinkedHashMap<>();
        for (RemoteStudies.Series one :
                remote.study(study).map(RemoteStudies.Held::series).orElse(List.of())) {
            if (!known.contains(one.seriesInstanceUid())) {
                others.computeIfAbsent(one.seriesInstanceUid(), uid -> new ArrayList<>())
                        .add(one);
            }
        }
        for (List<RemoteStudies.Series> parts : others.values()) {
            long number =
                    parts.stream().mapToLong(RemoteStudies.Series::instances).sum();
            series.add(new Series(
                    List.of(),
                    (int) Math.min(number, Integer.MAX_VALUE),
                    Attributes.of(remoteSeries(parts.get(0))),
                    this));
        }
        return series;
    }

    /** A series that is new, or of an earlier proxy: its UID is the same in both views. */
    private DataSet remoteSeries(RemoteStudies.Series series) throws IOException {
        DataSet told = new DataSet();
        told.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        told.setString(Tag.SeriesInstanceUID, series.seriesInstanceUid());
        told.setString(Tag.Modality, series.modality());
        if (series.number() != null) {
            told.setString(Tag.SeriesNumber, series.number().toString());
        }
        if (series.description() != null) {
            told.setString(Tag.SeriesDescription, series.description());
        }
        if (view == View.ORIGINAL) {
            reading().series(series.seriesInstanceUid()).ifPresent(kept -> SheetMaker.put(told, kept.values()));
        }
        return told;
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
        Optional<IdentityDirectory.Series> series =
                reading().series(instance.facts().seriesInstanceUid());
        series.ifPresent(one -> SheetMaker.put(known, one.values()));
        Optional<IdentityDirectory.Instance> image =
                reading().instance(instance.facts().sopInstanceUid());
        image.ifPresent(one -> known.setString(Tag.SOPInstanceUID, one.originalSopInstanceUid()));
        return known;
    }

    private IdentityDirectory.Reading reading() throws IOException {
        IdentityDirectory.Reading open = reading;
        if (open == null) {
            open = directory.begin(request.get());
            reading = open;
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        heads.close();
    }
}
