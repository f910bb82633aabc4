package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.persistence.EntityManager;
import javax.persistence.TypedQuery;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.intake.IdentityCompactor;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.RetentionVeto;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.Roles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go what accepted manifests list, by {@link RetentionRules}, where it lies in this appliance's packs. One thread of its own looks; {@link CleanUp} lets one remove at a time. The vetoes are a
 * copy-on-write list.
 */
@Component(service = Retention.class, immediate = true, configurationPid = "org.sallyport.retention")
@Designate(ocd = RetentionConfiguration.class)
public final class ManifestRetention implements Retention {

    private static final Logger LOG = LoggerFactory.getLogger(ManifestRetention.class);

    private static final int MOST_AT_ONCE = 200;
    /** What has to wait is looked at again after a tenth of the time that it has waited, within these. */
    private static final long SHORTEST_PAUSE_MILLIS = Duration.ofSeconds(10).toMillis();

    private static final long LONGEST_PAUSE_MILLIS = Duration.ofHours(1).toMillis();
    private static final int SHORTEST_REASON = 3;
    private static final int LONGEST_REASON = 200;
    private static final int LONGEST_WHY = 300;

    private final RetentionRules rules;
    private final Database database;
    private final FileInstanceStore store;
    private final CleanUp cleanUp;
    private final AuditLog audit;
    private final Clock clock;
    private final List<RetentionVeto> vetoes = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "clean-up"));

    @Activate
    public ManifestRetention(
            RetentionConfiguration configuration,
            @Reference Database database,
            @Reference FileInstanceStore store,
            @Reference IdentityCompactor compactor,
            @Reference AuditLog audit) {
        this(
                RetentionRules.of(configuration),
                database,
                store,
                new CleanUp(store, database, compactor, Clock.systemUTC(), CleanUp.Steps.NONE),
                audit,
                Clock.systemUTC());
        long seconds = rules.interval().toSeconds();
        timer.scheduleWithFixedDelay(this::look, 0, seconds, TimeUnit.SECONDS);
    }

    /** Looks only when told. */
    ManifestRetention(
            RetentionRules rules,
            Database database,
            FileInstanceStore store,
            CleanUp cleanUp,
            AuditLog audit,
            Clock clock) {
        this.rules = rules;
        this.database = database;
        this.store = store;
        this.cleanUp = cleanUp;
        this.audit = audit;
        this.clock = clock;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addVeto(RetentionVeto veto) {
        vetoes.add(veto);
    }

    void removeVeto(RetentionVeto veto) {
        vetoes.remove(veto);
    }

    @Deactivate
    void close() {
        timer.shutdownNow();
        try {
            if (!timer.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("the clean-up did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            look(clock.millis());
        } catch (IOException | RuntimeException | LinkageError e) {
            // Thrown on, it would end the timer.
            LOG.warn("the clean-up failed and is tried again", e);
        }
    }

    @Override
    public Removed lookNow() throws IOException {
        return look(Long.MAX_VALUE);
    }

    private Removed look(long due) throws IOException {
        cleanUp.goOn();
        if (rules.after().isEmpty()) {
            return Removed.NOTHING;
        }
        store.writer().flush();
        Removed removed = Removed.NOTHING;
        List<ManifestRow> waiting = database.inTransaction(em -> waiting(
                        em,
                        "m.destination IN :destinations AND m.settled = 0 AND m.lookAt <= :due ORDER BY m.lookAt",
                        MOST_AT_ONCE)
                .setParameter("destinations", rules.after().keySet())
                .setParameter("due", due)
                .getResultList());
        for (ManifestRow manifest : waiting) {
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
            removed = removed.plus(look(manifest));
        }
        return removed;
    }

    /** Of images in this appliance's packs: the others are their own appliances' to clean up. */
    private TypedQuery<ManifestRow> waiting(EntityManager em, String where, int limit) {
        return em.createQuery("SELECT m FROM ManifestRow m WHERE m.appliance = :own AND " + where, ManifestRow.class)
                .setParameter("own", store.appliance())
                .setMaxResults(limit);
    }

    private Removed look(ManifestRow manifest) throws IOException {
        Choice choice;
        Removed removed = Removed.NOTHING;
        try {
            choice = database.inTransaction(em -> choose(em, manifest));
            String veto = choice.rows.isEmpty() ? null : veto(manifest.studyUid, choice.rows);
            if (veto != null) {
                choice = Choice.wait(veto);
            }
            if (!choice.rows.isEmpty()) {
                removed = cleanUp.remove(manifest.studyUid, choice.rows, Presence.CLEANED_UP, em -> owed(em, manifest));
                tell(manifest, removed);
            }
        } catch (CleanUp.KeptException e) {
            choice = new Choice(List.of(), String.valueOf(e.getMessage()), false);
        } catch (IOException | RuntimeException e) {
            LOG.error(
                    "the images of delivery {} (study {}) could not be cleaned up; they stay, and it is tried again",
                    manifest.deliveryId,
                    manifest.studyUid,
                    e);
            choice = new Choice(List.of(), "it failed: see the log", false);
        }
        note(manifest, choice);
        return removed;
    }

    private void tell(ManifestRow manifest, Removed removed) throws IOException {
        LOG.info(
                "study {} part {}: {} images, {} bytes, cleaned up after delivery {} to {}",
                manifest.studyUid,
                manifest.part,
                removed.images(),
                removed.bytes(),
                manifest.deliveryId,
                manifest.destination);
        audit.record(
                "images.cleanup",
                "gateway",
                "clean-up",
                manifest.studyUid,
                "accepted by " + manifest.destination + " with delivery " + manifest.deliveryId,
                "done",
                removed.images() + " images, " + removed.bytes() + " bytes");
    }

    private void note(ManifestRow manifest, Choice choice) throws IOException {
        long now = clock.millis();
        long waited = Math.max(0, now - manifest.acceptedAt) / 10;
        database.inTransaction(em -> {
            ManifestRow row = em.find(ManifestRow.class, manifest.deliveryId);
            // Accepted anew meanwhile: it is looked at anew.
            if (row != null && row.acceptedAt == manifest.acceptedAt) {
                row.settled = choice.isSettled ? 1 : 0;
                row.keptBecause = choice.why == null ? null : Rows.fitting(choice.why, LONGEST_WHY);
                row.lookAt = now + Math.min(Math.max(waited, SHORTEST_PAUSE_MILLIS), LONGEST_PAUSE_MILLIS);
            }
            return null;
        });
    }

    /**
     * @param rows that may go now
     * @param why others stay; null = there are none
     * @param isSettled whether nothing is left when they are gone
     */
    private record Choice(List<InstanceRow> rows, @Nullable String why, boolean isSettled) {

        static Choice wait(String why) {
            return new Choice(List.of(), why, false);
        }
    }

    private Choice choose(EntityManager em, ManifestRow manifest) {
        Duration after = rules.after(manifest.destination).orElse(null);
        if (after == null) {
            return Choice.wait("deliveries to " + manifest.destination + " let nothing go (cleanup-after)");
        }
        List<InstanceRow> accepted = Manifests.accepted(em, manifest);
        if (accepted.isEmpty()) {
            return Choice.wait("what the index knows of the part is not what was accepted");
        }
        List<InstanceRow> here = accepted.stream().filter(Rows::isHere).toList();
        if (here.isEmpty()) {
            return new Choice(List.of(), null, true);
        }
        Optional<String> owed = owed(em, manifest);
        if (owed.isPresent()) {
            return Choice.wait(owed.get());
        }
        if (clock.millis() - manifest.acceptedAt < after.toMillis()) {
            return Choice.wait("kept for " + words(after) + " after delivery (cleanup-after)");
        }
        if (isKept(here)) {
            return Choice.wait("kept by the setting keep");
        }
        if (isYoung(here)) {
            return Choice.wait("kept for " + words(rules.keepFor()) + " after receipt (keep-for)");
        }
        Set<String> changed = changed(em, manifest.studyUid);
        List<InstanceRow> free =
                here.stream().filter(row -> !changed.contains(row.sopUid)).toList();
        String why = free.size() == here.size()
                ? null
                : (here.size() - free.size()) + " images are there in more than one version";
        return new Choice(free, why, free.size() == here.size());
    }

    /** Something of the study is still on its way: to a destination, or in. */
    private static Optional<String> owed(EntityManager em, ManifestRow manifest) {
        DeliveryRow delivery = em.find(DeliveryRow.class, manifest.deliveryId);
        if (delivery == null || !delivery.state.equals(State.DELIVERED.name())) {
            return Optional.of("its delivery is not confirmed");
        }
        Optional<String> owed = owed(em, manifest.studyUid, manifest.part);
        if (owed.isPresent()) {
            return owed;
        }
        boolean loose = !em.createQuery(
                        "SELECT i.frameId FROM InstanceRow i WHERE i.studyUid = :study AND i.part IS NULL",
                        String.class)
                .setParameter("study", manifest.studyUid)
                .setMaxResults(1)
                .getResultList()
                .isEmpty();
        return loose ? Optional.of("images of the study are arriving") : Optional.empty();
    }

    private static Optional<String> owed(EntityManager em, String study, int part) {
        return owing(em, study).stream()
                .map(Owing::delivery)
                .filter(row -> row.part == part)
                .findFirst()
                .map(ManifestRetention::words);
    }

    /**
     * A delivery that has not ended.
     *
     * @param leftOut series of its part that it is made without
     */
    private record Owing(DeliveryRow delivery, Set<String> leftOut) {

        boolean isOf(InstanceRow row) {
            return Objects.equals(row.part, delivery.part) && !leftOut.contains(row.seriesUid);
        }
    }

    private static List<Owing> owing(EntityManager em, String study) {
        return em
                .createQuery(
                        "SELECT d FROM DeliveryRow d WHERE d.studyUid = :study"
                                + " AND d.state NOT IN ('DELIVERED', 'CANCELLED') ORDER BY d.id",
                        DeliveryRow.class)
                .setParameter("study", study)
                .getResultList()
                .stream()
                .map(row -> new Owing(row, JpaDeliveryQueue.leftOut(em, row.id)))
                .toList();
    }

    private static Optional<String> owed(EntityManager em, String study, List<InstanceRow> rows) {
        return owing(em, study).stream()
                .filter(one -> rows.stream().anyMatch(one::isOf))
                .findFirst()
                .map(one -> words(one.delivery()));
    }

    private static String words(DeliveryRow row) {
        return "delivery " + row.id + " to " + row.destination + " is " + row.state;
    }

    /** SOP Instance UIDs of the study that are there in more than one version. */
    private static Set<String> changed(EntityManager em, String study) {
        return new HashSet<>(em.createQuery(
                        "SELECT i.sopUid FROM InstanceRow i WHERE i.studyUid = :study AND i.presence <> 'DELETED'"
                                + " GROUP BY i.sopUid HAVING COUNT(i) > 1",
                        String.class)
                .setParameter("study", study)
                .getResultList());
    }

    private boolean isKept(List<InstanceRow> rows) {
        Filter keep = rules.keep();
        return keep != null && rows.stream().anyMatch(row -> keep.match(StudyAttributes.of(row)));
    }

    private boolean isYoung(List<InstanceRow> rows) {
        Instant border = clock.instant().minus(rules.keepFor());
        return !rules.keepFor().isZero()
                && rows.stream().anyMatch(row -> StudyAttributes.receivedAt(row).isAfter(border));
    }

    private static String words(Duration duration) {
        return duration.toDays() > 0
                ? duration.toDays() + " days"
                : duration.toHours() > 0 ? duration.toHours() + " hours" : duration.toSeconds() + " seconds";
    }

    private @Nullable String veto(String study, List<InstanceRow> rows) throws IOException {
        List<StoredInstance> instances = new ArrayList<>();
        for (InstanceRow row : rows) {
            instances.add(Rows.stored(row));
        }
        for (RetentionVeto veto : vetoes) {
            Optional<String> reason = veto.reasonToKeep(study, instances);
            if (reason.isPresent()) {
                return reason.get();
            }
        }
        return null;
    }

    @Override
    public List<Accepted> accepted(int limit) throws IOException {
        JpaStudyIndex.Limits.check(limit);
        return database.inTransaction(
                em -> waiting(em, "m.settled = 0 ORDER BY m.acceptedAt, m.deliveryId", limit).getResultList().stream()
                        .map(manifest -> accepted(em, manifest))
                        .toList());
    }

    private Accepted accepted(EntityManager em, ManifestRow manifest) {
        List<InstanceRow> here =
                Manifests.accepted(em, manifest).stream().filter(Rows::isHere).toList();
        return new Accepted(
                manifest.deliveryId,
                manifest.studyUid,
                manifest.part,
                manifest.destination,
                Instant.ofEpochMilli(manifest.acceptedAt),
                here.size(),
                here.stream().mapToLong(row -> row.part10Length).sum(),
                rules.after(manifest.destination).isEmpty()
                        ? "deliveries to " + manifest.destination + " let nothing go (cleanup-after)"
                        : manifest.keptBecause);
    }

    @Override
    public Removed total() throws IOException {
        Object[] sums = database.inTransaction(
                em -> em.createQuery("SELECT SUM(f.images), SUM(f.bytes) FROM IdentityFileRow f", Object[].class)
                        .getSingleResult());
        return sums[0] == null
                ? Removed.NOTHING
                : new Removed(((Number) sums[0]).intValue(), ((Number) Objects.requireNonNull(sums[1])).longValue());
    }

    @Override
    public Removed delete(AccessRequest request, String study, @Nullable String series, boolean keepsOwed)
            throws IOException {
        String refusal = refusal(request);
        if (refusal != null) {
            record(request, study, "refused", refusal);
            throw new AccessDeniedException(refusal);
        }
        store.writer().flush();
        List<InstanceRow> all = database.inTransaction(em -> rows(em, study, series));
        if (all.isEmpty() && keepsOwed && database.inTransaction(em -> isKnown(em, study, series))) {
            // The back end says it again.
            return Removed.NOTHING;
        }
        if (all.isEmpty()) {
            throw new IOException("no images of study " + study + (series == null ? "" : ", series " + series)
                    + " are here: study:list shows which there are");
        }
        List<InstanceRow> stored = all.stream().filter(Rows::isHere).toList();
        List<InstanceRow> rows = stored.stream()
                .filter(row -> row.appliance.equals(store.appliance()))
                .toList();
        int elsewhere = stored.size() - rows.size();
        if (rows.isEmpty() && elsewhere > 0 && !keepsOwed) {
            String why = "its images are at other appliances: it has to be deleted there";
            record(request, study, "refused", why);
            throw new IOException("study " + study + " stays: " + why);
        }
        List<Owing> owing = database.inTransaction(em -> owing(em, study));
        List<InstanceRow> free = rows.stream()
                .filter(row -> row.part != null && owing.stream().noneMatch(one -> one.isOf(row)))
                .toList();
        if (free.size() < rows.size() && !keepsOwed) {
            String why = (rows.size() - free.size()) + " of its images are still owed: delivery:list and study:show"
                    + " tell to whom; deliver them, or cancel those deliveries first";
            record(request, study, "refused", why);
            throw new IOException("study " + study + " stays: " + why);
        }
        record(
                request,
                study,
                "done",
                free.size() + " images are removed" + (series == null ? "" : " of " + series)
                        + (elsewhere == 0 ? "" : "; " + elsewhere + " are at other appliances and stay there"));
        Removed removed = Removed.NOTHING;
        if (!free.isEmpty()) {
            try {
                removed = cleanUp.remove(study, free, Presence.DELETED, em -> owed(em, study, free));
            } catch (IOException e) {
                record(request, study, "refused", "it failed; nothing or not all was removed");
                throw e;
            }
        }
        deleteGone(study, series);
        return removed;
    }

    /** What was cleaned up before is deleted as well: sent again it is new. */
    private void deleteGone(String study, @Nullable String series) throws IOException {
        database.inTransaction(em -> {
            rows(em, study, series).stream()
                    .filter(row -> !Rows.isHere(row))
                    .forEach(row -> row.presence = Presence.DELETED.name());
            return null;
        });
        store.forget(study);
    }

    private static List<InstanceRow> rows(EntityManager em, String study, @Nullable String series) {
        return em
                .createQuery(
                        "SELECT i FROM InstanceRow i WHERE i.studyUid = :study AND i.presence <> 'DELETED'"
                                + " ORDER BY i.seriesNumber, i.seriesUid, i.instanceNumber, i.sopUid",
                        InstanceRow.class)
                .setParameter("study", study)
                .getResultList()
                .stream()
                .filter(row -> series == null || row.seriesUid.equals(series))
                .toList();
    }

    /** Deleted or not. */
    private static boolean isKnown(EntityManager em, String study, @Nullable String series) {
        return em
                .createQuery("SELECT DISTINCT i.seriesUid FROM InstanceRow i WHERE i.studyUid = :study", String.class)
                .setParameter("study", study)
                .getResultList()
                .stream()
                .anyMatch(uid -> series == null || uid.equals(series));
    }

    private static @Nullable String refusal(AccessRequest request) {
        if (!request.roles().contains(Roles.ADMINISTRATOR)) {
            return "deleting a study needs the role " + Roles.ADMINISTRATOR;
        }
        int reason = request.reason().strip().length();
        return reason < SHORTEST_REASON || reason > LONGEST_REASON
                ? "deleting a study needs a reason of " + SHORTEST_REASON + "–" + LONGEST_REASON + " characters"
                : null;
    }

    private void record(AccessRequest request, String study, String outcome, String detail) throws IOException {
        audit.record("images.delete", request.actor(), request.source(), study, request.reason(), outcome, detail);
    }
}
