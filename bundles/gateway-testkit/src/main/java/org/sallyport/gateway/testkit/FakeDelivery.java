package org.sallyport.gateway.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.StudyFacts;

/** A delivery as the gateway would hand it over, of a generated study. Remembers what it was told. Thread-safe. */
public final class FakeDelivery implements Delivery {

    private static final int SIZE = 32;

    private final long id;
    private final int attempt;
    private final int part;
    private final SyntheticStudy generated;
    private final List<FakeInstance> instances;
    private final List<String> broken = new ArrayList<>();
    private int instancesDone;
    private long bytesDone;
    private boolean cancelled;
    private boolean ended;

    private FakeDelivery(long id, int attempt, int part, SyntheticStudy generated, List<FakeInstance> instances) {
        this.id = id;
        this.attempt = attempt;
        this.part = part;
        this.generated = generated;
        this.instances = List.copyOf(instances);
    }

    /**
     * The first attempt of a study's first part, in two series.
     *
     * @param study tells studies apart, 1–999,999; number of the delivery too
     * @param images of each series, 1–99,999
     */
    public static FakeDelivery of(int study, int images) {
        SyntheticStudy generated = study(study, images);
        return new FakeDelivery(study, 1, 1, generated, instances(generated, 1, images, 1));
    }

    /** One instance with this many bytes of pixel data, even, below 4 GiB. */
    public static FakeDelivery huge(int study, long pixels) {
        SyntheticStudy generated = study(study, 1);
        return new FakeDelivery(study, 1, 1, generated, List.of(FakeInstance.huge(generated, 1, 1, pixels)));
    }

    private static SyntheticStudy study(int study, int images) {
        return new SyntheticStudy(new Patient(study), Modality.CT, study, 2, images, SIZE, SIZE);
    }

    private static List<FakeInstance> instances(SyntheticStudy study, int first, int last, int version) {
        List<FakeInstance> made = new ArrayList<>();
        for (int s = 1; s <= study.series(); s++) {
            for (int i = first; i <= last; i++) {
                made.add(FakeInstance.of(study, s, i, version));
            }
        }
        return made;
    }

    /** The same delivery handed over once more, because its outcome was not recorded or it failed. What was to happen when it is read does not. */
    public FakeDelivery again() {
        return new FakeDelivery(
                id, attempt + 1, part, generated, instances(generated, firstImage(), lastImage(), version()));
    }

    /** Images of the study that came later, as its next part. */
    public FakeDelivery late(int images) {
        int last = lastImage();
        return new FakeDelivery(
                id + 500_000_000L, 1, part + 1, generated, instances(generated, last + 1, last + images, 1));
    }

    /** The same SOP Instances with other content, as the study's next part. */
    public FakeDelivery changed() {
        return new FakeDelivery(
                id + 600_000_000L, 1, part + 1, generated, instances(generated, firstImage(), lastImage(), 2));
    }

    private int firstImage() {
        return image(instances.get(0));
    }

    private int lastImage() {
        return image(instances.get(instances.size() - 1));
    }

    private static int image(FakeInstance instance) {
        String uid = instance.sopInstanceUid();
        return Integer.parseInt(uid.substring(uid.length() - 5));
    }

    private int version() {
        return id > 600_000_000L ? 2 : 1;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public int part() {
        return part;
    }

    @Override
    public StudyFacts study() {
        return new StudyFacts(
                FakeInstance.studyUid(generated),
                "ANON-" + String.format("%012X", generated.number()),
                "20140621",
                "CT THORAX",
                Set.of(generated.modality().name()),
                "SCANNER",
                (int) instances.stream()
                        .map(FakeInstance::seriesInstanceUid)
                        .distinct()
                        .count(),
                instances.size(),
                instances.stream().mapToLong(FakeInstance::length).sum(),
                Map.of("Modality", generated.modality().name(), "CallingAET", "SCANNER", "Images", instances.size()));
    }

    @Override
    public IdentityMode identity() {
        return IdentityMode.PSEUDONYMOUS;
    }

    @Override
    public List<DeliveryInstance> instances() {
        return List.copyOf(instances);
    }

    /** The same as {@link #instances}, to see what was done with them. */
    public List<FakeInstance> fakes() {
        return instances;
    }

    /** What may stand in no text about this delivery. */
    public PlantedIdentifiers identifiers() {
        return new PlantedIdentifiers(List.of(generated.patient()));
    }

    @Override
    public synchronized void progress(int instances, long bytes) {
        if (ended) {
            broken.add("progress was told after deliver had returned");
        }
        if (instances < instancesDone || bytes < bytesDone) {
            broken.add(
                    "progress went back from " + instancesDone + ", " + bytesDone + " to " + instances + ", " + bytes);
        }
        if (instances > this.instances.size() || bytes > study().bytes()) {
            broken.add("progress " + instances + ", " + bytes + " is more than the delivery has");
        }
        instancesDone = instances;
        bytesDone = bytes;
    }

    @Override
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /** What the gateway does when the destination goes away or a person cancels; an interrupt of the delivering thread may follow. */
    public synchronized void cancel() {
        cancelled = true;
    }

    /** The call of deliver is over: from now on instances are not to be read. Streams that are open fail. */
    synchronized void end() {
        ended = true;
        instances.forEach(FakeInstance::end);
    }

    synchronized void violated(String rule) {
        broken.add(rule);
    }

    /** What the destination did against the rules so far: streams not closed, wrong progress, reading after the end. Empty = nothing. */
    public synchronized List<String> violations() {
        List<String> all = new ArrayList<>(broken);
        if (instances.stream().anyMatch(FakeInstance::wasReadTooLate)) {
            all.add("an instance was read after deliver had returned");
        }
        all.addAll(instances.stream()
                .filter(instance -> instance.openStreams() != 0)
                .map(instance -> instance.openStreams() + " streams of an instance were not closed")
                .collect(Collectors.toList()));
        return all;
    }

    @Override
    public String toString() {
        return "delivery " + id + ", attempt " + attempt;
    }
}
