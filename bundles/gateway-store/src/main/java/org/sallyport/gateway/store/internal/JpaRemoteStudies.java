package org.sallyport.gateway.store.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.persistence.EntityManager;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.RemoteStudies;

/** What a back end holds, in two tables of the index database of their own. Several appliances on one database keep the same rows. Thread-safe. */
@Component(service = RemoteStudies.class)
public final class JpaRemoteStudies implements RemoteStudies {

    private static final int PAGE = 500;

    private final Database database;
    private final int page;
    private final AtomicLong rounds = new AtomicLong();

    @Activate
    public JpaRemoteStudies(@Reference Database database) {
        this(database, PAGE);
    }

    /** @param page studies that are read at a time */
    JpaRemoteStudies(Database database, int page) {
        this.database = database;
        this.page = page;
    }

    // ---- what is put

    @Override
    public void put(Held held, long round) throws IndexException {
        database.inTransaction(em -> {
            put(em, held.study(), round);
            for (Series series : held.series()) {
                put(em, series, round);
            }
            return null;
        });
    }

    private static void put(EntityManager em, Study study, long round) {
        RemoteStudyRow known = em.find(RemoteStudyRow.class, study.studyInstanceUid());
        if (known != null && known.seen == round) {
            return;
        }
        RemoteStudyRow row = known == null ? new RemoteStudyRow() : known;
        row.studyUid = study.studyInstanceUid();
        row.pseudonym = study.pseudonym();
        row.studyDate = study.date();
        row.studyTime = study.time();
        row.studyDescription = study.description();
        // Clocks of appliances differ.
        row.seen = Math.max(row.seen, round);
        if (known == null) {
            em.persist(row);
        }
    }

    private static void put(EntityManager em, Series series, long round) {
        RemoteSeriesRow known =
                em.find(RemoteSeriesRow.class, new RemoteSeriesRow.Key(series.seriesInstanceUid(), series.place()));
        RemoteSeriesRow row = known == null ? new RemoteSeriesRow() : known;
        row.seriesUid = series.seriesInstanceUid();
        row.place = series.place();
        row.studyUid = series.studyInstanceUid();
        row.seriesNumber = series.number();
        row.seriesDescription = series.description();
        row.modality = series.modality();
        row.instances = series.instances();
        row.seen = Math.max(row.seen, round);
        if (known == null) {
            em.persist(row);
        }
    }

    @Override
    public void endRound(long round, boolean whole) throws IndexException {
        if (whole) {
            database.inTransaction(em -> {
                for (String rows : List.of("RemoteSeriesRow", "RemoteStudyRow")) {
                    em.createQuery("DELETE FROM " + rows + " r WHERE r.seen < :round")
                            .setParameter("round", round)
                            .executeUpdate();
                }
                return null;
            });
        }
        rounds.incrementAndGet();
    }

    // ---- what is asked

    @Override
    public long rounds() {
        return rounds.get();
    }

    @Override
    public void readAll(Reader reader) throws IndexException {
        String last = "";
        while (true) {
            String after = last;
            List<Held> some = database.inTransaction(em -> held(
                    em,
                    em.createQuery(
                                    "SELECT t FROM RemoteStudyRow t WHERE t.studyUid > :after ORDER BY t.studyUid",
                                    RemoteStudyRow.class)
                            .setParameter("after", after)
                            .setMaxResults(page)
                            .getResultList()));
            if (some.isEmpty()) {
                return;
            }
            reader.read(some);
            last = some.get(some.size() - 1).study().studyInstanceUid();
        }
    }

    private static List<Held> held(EntityManager em, List<RemoteStudyRow> studies) {
        if (studies.isEmpty()) {
            return List.of();
        }
        Map<String, List<Series>> series = new HashMap<>();
        em
                .createQuery("SELECT s FROM RemoteSeriesRow s WHERE s.studyUid IN :studies", RemoteSeriesRow.class)
                .setParameter(
                        "studies", studies.stream().map(row -> row.studyUid).toList())
                .getResultList()
                .stream()
                .sorted(Comparator.comparing(
                                (RemoteSeriesRow row) -> row.seriesNumber,
                                Comparator.nullsLast(Comparator.naturalOrder()))
                        .thenComparing(row -> row.seriesUid)
                        .thenComparing(row -> row.place))
                .forEach(row -> series.computeIfAbsent(row.studyUid, uid -> new ArrayList<>())
                        .add(series(row)));
        return studies.stream()
                .map(row -> new Held(study(row), series.getOrDefault(row.studyUid, List.of())))
                .toList();
    }

    private static Study study(RemoteStudyRow row) {
        return new Study(row.studyUid, row.pseudonym, row.studyDate, row.studyTime, row.studyDescription);
    }

    private static Series series(RemoteSeriesRow row) {
        return new Series(
                row.seriesUid,
                row.studyUid,
                row.place,
                row.seriesNumber,
                row.seriesDescription,
                row.modality,
                row.instances);
    }

    @Override
    public Optional<Held> study(String studyInstanceUid) throws IndexException {
        return database.inTransaction(em -> {
            RemoteStudyRow row = em.find(RemoteStudyRow.class, studyInstanceUid);
            return row == null
                    ? Optional.<Held>empty()
                    : held(em, List.of(row)).stream().findFirst();
        });
    }

    @Override
    public List<String> studiesOf(String pseudonym, int limit) throws IndexException {
        JpaStudyIndex.Limits.check(limit);
        return database.inTransaction(em -> em.createQuery(
                        "SELECT t.studyUid FROM RemoteStudyRow t WHERE t.pseudonym = :pseudonym ORDER BY t.studyUid",
                        String.class)
                .setParameter("pseudonym", pseudonym)
                .setMaxResults(limit)
                .getResultList());
    }

    @Override
    public Optional<String> studyOfSeries(String seriesInstanceUid) throws IndexException {
        return database.inTransaction(em -> em
                .createQuery("SELECT s.studyUid FROM RemoteSeriesRow s WHERE s.seriesUid = :uid", String.class)
                .setParameter("uid", seriesInstanceUid)
                .setMaxResults(1)
                .getResultList()
                .stream()
                .findFirst());
    }
}
