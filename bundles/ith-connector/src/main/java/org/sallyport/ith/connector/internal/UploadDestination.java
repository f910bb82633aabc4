package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.api.archive.StudyArchive;
import org.sallyport.gateway.support.http.Reply;

/**
 * Uploads studies. What arrived of a delivery in several archives is remembered while the gateway runs, so that another attempt sends only the rest;
 * after a restart all of it is sent again, and the back end skips what it has.
 */
final class UploadDestination implements Destination {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_REMEMBERED = 1_000;
    private static final int LONGEST_RECEIPT = 100;

    /** Of a back end that tells no id. */
    private static final String ACCEPTED = "accepted";

    /** Less than the ten seconds in which a probe has to answer. */
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(9);

    private final IthHttp http;
    private final IthSettings settings;
    private final Workspace workspace;
    private final Set<HttpUriRequestBase> running = ConcurrentHashMap.newKeySet();
    private volatile boolean aborted;

    /** SOP Instance UIDs that arrived; guarded by itself, oldest deliveries forgotten first. */
    private final Map<Sent, Set<String>> arrived = new LinkedHashMap<>();

    /** Originals have other UIDs than what stands for them: what arrived of the ones is nothing to the others. */
    private record Sent(long delivery, IdentityMode identity) {

        static Sent of(Delivery delivery) {
            return new Sent(delivery.id(), delivery.identity());
        }
    }

    /** What is known of the back end's side. */
    interface Workspace {

        /** @return the workspace's id, or null before the first configuration */
        @Nullable
        String id();

        /** What uploads are to carry, now. */
        IdentityMode identity();

        /** The back end refused the key for an upload. */
        void keyRefused();

        /** The back end took the key for an upload. */
        void keyTaken();
    }

    UploadDestination(IthHttp http, IthSettings settings, Workspace workspace) {
        this.http = http;
        this.settings = settings;
        this.workspace = workspace;
    }

    /** The back end is told to skip what it has. */
    @Override
    public boolean replacesExisting() {
        return false;
    }

    @Override
    public ProbeResult probe() throws IOException, InterruptedException {
        Reply reply;
        try {
            reply = http.get(Paths.CONFIGURATION, PROBE_LIMIT);
        } catch (InterruptedIOException e) {
            return ProbeResult.unreachable("did not answer in time");
        }
        return isOk(reply)
                ? ProbeResult.reachable("answers")
                : ProbeResult.unreachable("answers with status " + reply.status());
    }

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws Exception {
        String id = workspace.id();
        if (id == null) {
            return DeliveryOutcome.later("the back end has not yet told its configuration");
        }
        if (delivery.identity() != workspace.identity()) {
            // The rules changed after it was decided, or what restores originals is not there.
            return DeliveryOutcome.later(
                    delivery.identity() == IdentityMode.ORIGINAL
                            ? "originals may no longer be uploaded"
                            : "originals are to be uploaded, and cannot be restored now");
        }
        UploadLabels labels = UploadLabels.of(delivery);
        Set<String> there = arrivedOf(delivery);
        // Planned as the first time, so that a part keeps its number.
        Deque<List<DeliveryInstance>> archives = new ArrayDeque<>();
        for (List<DeliveryInstance> planned :
                UploadPlan.archives(delivery.instances(), settings.largestArchive(), settings.partSize())) {
            archives.add(planned.stream()
                    .filter(instance -> !there.contains(instance.sopInstanceUid()))
                    .toList());
        }
        int part = 0;
        int parts = archives.size();
        String receipt = ACCEPTED;
        while (!archives.isEmpty()) {
            List<DeliveryInstance> archive = archives.remove();
            part++;
            if (archive.isEmpty()) {
                // It arrived before.
                continue;
            }
            StudyArchive zip;
            try {
                zip = StudyArchive.of(labels.studyInstanceUid(), archive);
            } catch (IllegalArgumentException e) {
                // Ours are always proper; originals come as a device made them. The message would name them.
                return DeliveryOutcome.refused("a UID of study, series or image is none, or comes twice");
            }
            Reply reply;
            try {
                reply = upload(
                        Paths.upload(id),
                        delivery,
                        UploadForm.of(
                                UploadFields.of(labels, archive, part, parts, settings.metadata()),
                                labels.fileName(),
                                zip,
                                progress(delivery)));
            } catch (InterruptedIOException e) {
                return DeliveryOutcome.later("the back end did not answer in time");
            } catch (IOException e) {
                return DeliveryOutcome.later("the upload broke off ("
                        + e.getClass().getSimpleName() + "): " + Reply.line(String.valueOf(e.getMessage())));
            }
            if (reply.isTooLarge() && archive.size() > 1) {
                List<List<DeliveryInstance>> halves = halves(archive);
                halves.forEach(archives::addFirst);
                part--;
                parts++;
                continue;
            }
            DeliveryOutcome failure = failure(reply);
            if (failure != null) {
                return failure;
            }
            workspace.keyTaken();
            receipt = receipt(reply);
            archive.forEach(instance -> there.add(instance.sopInstanceUid()));
        }
        synchronized (arrived) {
            arrived.keySet().removeIf(sent -> sent.delivery() == delivery.id());
        }
        return DeliveryOutcome.delivered(
                delivery.identity() == IdentityMode.ORIGINAL ? "with identity: " + receipt : receipt);
    }

    private Set<String> arrivedOf(Delivery delivery) {
        synchronized (arrived) {
            if (arrived.size() > MOST_REMEMBERED) {
                arrived.remove(arrived.keySet().iterator().next());
            }
            return arrived.computeIfAbsent(Sent.of(delivery), sent -> new HashSet<>());
        }
    }

    /** The later half first: they are put in front of the others one by one. */
    private static List<List<DeliveryInstance>> halves(List<DeliveryInstance> archive) {
        int middle = archive.size() / 2;
        return List.of(archive.subList(middle, archive.size()), archive.subList(0, middle));
    }

    /** Of the whole delivery, beyond what arrived of it before. */
    private StudyArchive.Progress progress(Delivery delivery) {
        Set<String> there = arrivedOf(delivery);
        // Of what arrived something may have been taken out of the delivery since.
        List<DeliveryInstance> counted = delivery.instances().stream()
                .filter(instance -> there.contains(instance.sopInstanceUid()))
                .toList();
        long bytesBefore = counted.stream().mapToLong(DeliveryInstance::length).sum();
        int before = counted.size();
        return (done, bytes) -> {
            if (delivery.isCancelled()) {
                throw new InterruptedUpload();
            }
            delivery.progress(before + done, bytesBefore + bytes);
        };
    }

    private Reply upload(String path, Delivery delivery, UploadForm form) throws IOException, InterruptedException {
        HttpUriRequestBase[] request = new HttpUriRequestBase[1];
        try {
            return http.post(path, form, started -> {
                request[0] = started;
                running.add(started);
                if (aborted) {
                    throw new InterruptedUpload();
                }
            });
        } catch (IOException | RuntimeException e) {
            if (aborted || delivery.isCancelled()) {
                InterruptedException interrupted = new InterruptedException("the upload was broken off");
                interrupted.initCause(e);
                throw interrupted;
            }
            throw e;
        } finally {
            if (request[0] != null) {
                running.remove(request[0]);
            }
        }
    }

    /** @return null if the archive was accepted */
    private @Nullable DeliveryOutcome failure(Reply reply) {
        if (isOk(reply)) {
            return isAcceptance(reply)
                    ? null
                    : DeliveryOutcome.later("the back end answered " + reply.status() + " without a JSON object");
        }
        if (reply.refusesUs()) {
            workspace.keyRefused();
            return DeliveryOutcome.stopped("the back end refuses the gateway's key (status " + reply.status()
                    + "): correct ITH_TOKEN, or have it activated there");
        }
        if (reply.isTemporary()) {
            return new DeliveryOutcome.Later(
                    "the back end answered " + reply.status() + " " + reply.text(), reply.retryAfter());
        }
        if (reply.isTooLarge()) {
            return DeliveryOutcome.refused("the back end does not take an image of this size (413)");
        }
        if (reply.status() < 400) {
            // A redirection is not followed: the key would go elsewhere.
            return DeliveryOutcome.later("the back end answered with status " + reply.status() + ": is ITH_URL right?");
        }
        return DeliveryOutcome.refused("the back end answered " + reply.status() + " " + reply.text());
    }

    /** What the back end answers when it has done what was asked. */
    static boolean isOk(Reply reply) {
        return reply.status() == 200 || reply.status() == 201;
    }

    private static boolean isAcceptance(Reply reply) {
        try {
            JsonNode node = JSON.readTree(reply.body());
            return node != null && node.isObject() && !node.isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private static String receipt(Reply reply) throws IOException {
        JsonNode node = JSON.readTree(reply.body());
        String id = Reply.line(node.path("id").asText(""));
        return id.isEmpty() ? ACCEPTED : Reply.cut(id, LONGEST_RECEIPT);
    }

    /** Ends what is being sent, for good. */
    void abort() {
        aborted = true;
        running.forEach(HttpUriRequestBase::abort);
    }

    /** Ends an upload from inside its writing. */
    private static final class InterruptedUpload extends RuntimeException {

        private static final long serialVersionUID = 1L;

        InterruptedUpload() {
            super("cancelled", null, false, false);
        }
    }
}
