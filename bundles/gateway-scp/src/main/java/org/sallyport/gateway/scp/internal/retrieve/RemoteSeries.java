package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.DicomDataException.Reason;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.gateway.api.intake.ReturnedObjects;
import org.sallyport.gateway.api.intake.ReturnedObjects.Kind;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returned;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returning;
import org.sallyport.gateway.api.store.ImageFetcher.Waiting;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.RemoteImages;
import org.sallyport.gateway.api.store.RemoteImages.RemoteImage;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.scp.internal.catalog.Heads;
import org.sallyport.gateway.scp.internal.query.View;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the objects of series that only the back end holds, and judges each: whether it belongs to its series, and for receivers of originals whether it
 * can be given its identity. Owned by one thread; what it gives is thread-safe.
 */
public final class RemoteSeries {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteSeries.class);

    /** Before the reason why something is not to be had. */
    static final String NOT_NOW = "held by the back end, fetching failed: ";

    private static final String NO_IDENTITY_NOW = "what the back end gave cannot be handled now";

    /** Counts that the back end tells are believed so far. */
    private static final int MOST = 100_000_000;

    private final Supplier<@Nullable RemoteImages> images;
    private final ReturnedObjects returned;
    private final View asker;
    private final Supplier<AccessRequest> request;

    /**
     * @param images null = nobody fetches now
     * @param asker what the caller sees
     * @param request under which objects get their identity back; audited when the first does
     */
    public RemoteSeries(
            Supplier<@Nullable RemoteImages> images,
            ReturnedObjects returned,
            View asker,
            Supplier<AccessRequest> request) {
        this.images = images;
        this.returned = returned;
        this.asker = asker;
        this.request = request;
    }

    /** @param missing how many cannot be sent, by the reason in plain words */
    record Fetched(List<Item> items, Map<String, Integer> missing) {

        Fetched {
            items = List.copyOf(items);
        }
    }

    /**
     * @param wanted SOP Instance UIDs as the caller knows them; empty = all
     * @param given what the receiver is given
     * @throws IOException what the waiting threw
     */
    Fetched fetch(List<RemoteStudies.Series> series, Set<String> wanted, View given, Waiting waiting)
            throws IOException {
        Run run = new Run(wanted, given, waiting);
        for (RemoteStudies.Series one : series) {
            run.take(one);
        }
        return new Fetched(run.items, run.missing);
    }

    /** One fetching. */
    private final class Run {

        private final Set<String> wanted;
        private final View given;
        private final Waiting waiting;
        private final List<Item> items = new ArrayList<>();
        private final Map<String, Integer> missing = new TreeMap<>();
        private final Set<String> seen = new HashSet<>();
        private @Nullable Returning returning;

        Run(Set<String> wanted, View given, Waiting waiting) {
            this.wanted = wanted;
            this.given = given;
            this.waiting = waiting;
        }

        private void miss(int number, String reason) {
            missing.merge(reason, number, (one, other) -> (int) Math.min((long) one + other, MOST));
        }

        void take(RemoteStudies.Series series) throws IOException {
            int number = wanted.isEmpty() ? series.instances() : Math.min(wanted.size(), series.instances());
            RemoteImages source = images.get();
            if (source == null) {
                miss(number, NOT_NOW + "no connection");
                return;
            }
            List<RemoteImage> fetched;
            try {
                fetched = source.fetch(series, waiting);
            } catch (NotFetchedException e) {
                miss(number, NOT_NOW + e.getMessage());
                return;
            }
            if (fetched.isEmpty()) {
                miss(number, NOT_NOW + "it gave no images");
            }
            List<RemoteItem> judged = new ArrayList<>();
            List<String> results = new ArrayList<>();
            for (RemoteImage image : fetched) {
                waiting.tick();
                judge(series, image, results).ifPresent(judged::add);
            }
            if (judged.isEmpty() || remember(results)) {
                judged.forEach(this::add);
            } else {
                miss(judged.size(), NO_IDENTITY_NOW);
            }
        }

        /** One that the receiver sends back to us is to be recognised. */
        private boolean remember(List<String> results) {
            try {
                if (!results.isEmpty()) {
                    returning().remember(results);
                }
                return true;
            } catch (IOException e) {
                LOG.error("results that were to be sent could not be remembered", e);
                return false;
            }
        }

        private Optional<RemoteItem> judge(RemoteStudies.Series series, RemoteImage image, List<String> results)
                throws IOException {
            String reason;
            try {
                Head head = head(image);
                if (head.study().equals(series.studyInstanceUid())
                        && head.series().equals(series.seriesInstanceUid())) {
                    return given == View.ORIGINAL ? restored(image, head, results) : Optional.of(asItIs(image, head));
                }
                reason = "what the back end gave belongs to another study or series";
            } catch (AssociationException | CancelledException e) {
                throw e;
            } catch (DicomDataException e) {
                reason = "what the back end gave cannot be read";
                LOG.warn("an object of series {} cannot be read: {}", series.seriesInstanceUid(), e.getMessage());
            } catch (NotFetchedException e) {
                reason = NOT_NOW + e.getMessage();
            } catch (IOException | RuntimeException e) {
                reason = NO_IDENTITY_NOW;
                LOG.error("an object of series {} cannot be sent", series.seriesInstanceUid(), e);
            }
            miss(1, reason);
            return Optional.empty();
        }

        private static RemoteItem asItIs(RemoteImage image, Head head) {
            return new RemoteItem(
                    image, head.sopInstance(), head.sopClass(), head.syntax(), Optional.of(head.sopInstance()), null);
        }

        private Optional<RemoteItem> restored(RemoteImage image, Head head, List<String> results) throws IOException {
            Returned told;
            try (InputStream in = image.open(waiting)) {
                told = returning().examine(in);
            }
            if (told.kind() == Kind.UNKNOWN_PATIENT) {
                miss(1, "its identity is not known: " + told.reason());
                return Optional.empty();
            }
            if (told.kind() == Kind.RESULT) {
                results.add(told.sopInstanceUid());
            }
            TransferSyntax syntax = TransferSyntax.of(told.transferSyntaxUid()).orElse(head.syntax());
            String called = asker == View.ORIGINAL ? told.sopInstanceUid() : head.sopInstance();
            return Optional.of(new RemoteItem(
                    image, head.sopInstance(), told.sopClassUid(), syntax, Optional.of(called), returning()));
        }

        /** Each once: a series may have come in parts. */
        private void add(RemoteItem item) {
            boolean meant =
                    wanted.isEmpty() || item.called().filter(wanted::contains).isPresent();
            if (meant && seen.add(item.name())) {
                items.add(item);
            }
        }

        private Returning returning() throws IOException {
            Returning begun = returning;
            if (begun == null) {
                begun = returned.begin(request.get());
                returning = begun;
            }
            return begun;
        }

        private Head head(RemoteImage image) throws IOException {
            try (InputStream in = image.open(waiting)) {
                Part10Reader file = Heads.open(in);
                DataSet head = Heads.read(file);
                return new Head(
                        uid(head, Tag.StudyInstanceUID),
                        uid(head, Tag.SeriesInstanceUID),
                        uid(head, Tag.SOPInstanceUID),
                        uid(head, Tag.SOPClassUID),
                        file.transferSyntax());
            }
        }

        private static String uid(DataSet head, int tag) throws DicomDataException {
            String uid = head.string(tag);
            if (uid == null || !Uids.isValid(uid)) {
                throw new DicomDataException(Reason.MALFORMED, "no valid UID in " + Tag.format(tag));
            }
            return uid;
        }
    }

    /** What an object says of itself, as the back end gave it. */
    private record Head(String study, String series, String sopInstance, String sopClass, TransferSyntax syntax) {}
}
