package org.sallyport.gateway.store.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.persistence.EntityManager;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StudySheets;

/** Sheets in the index database. Immutable. */
@Component(service = StudySheets.class)
public final class JpaStudySheets implements StudySheets {

    private static final int PAGE = 2_000;

    private final Database database;
    private final IndexWriter writer;
    private final int page;

    @Activate
    public JpaStudySheets(@Reference Database database, @Reference FileInstanceStore store) {
        this(database, store.writer(), PAGE);
    }

    /** @param page sheets that are read at a time */
    JpaStudySheets(Database database, IndexWriter writer, int page) {
        this.database = database;
        this.writer = writer;
        this.page = page;
    }

    @Override
    public void readAll(Reader reader) throws IndexException {
        long last = Long.MIN_VALUE;
        while (true) {
            long after = last;
            // Columns, not entities: nothing is to be changed, and there may be a million.
            List<Object[]> rows = database.inTransaction(em -> em.createQuery(
                            "SELECT s.number, s.studyUid, s.sealed FROM SheetRow s WHERE s.number > :after"
                                    + " ORDER BY s.number",
                            Object[].class)
                    .setParameter("after", after)
                    .setMaxResults(page)
                    .getResultList());
            if (rows.isEmpty()) {
                return;
            }
            List<Sheet> sheets = new ArrayList<>(rows.size());
            for (Object[] row : rows) {
                sheets.add(new Sheet((String) row[1], (byte[]) row[2]));
            }
            reader.read(sheets);
            last = ((Number) rows.get(rows.size() - 1)[0]).longValue();
        }
    }

    @Override
    public Optional<Sheet> current(String studyInstanceUid) throws IndexException {
        if (writer.hasWork()) {
            writer.flush();
        }
        return database.inTransaction(em -> {
            StudyRow study = em.find(StudyRow.class, studyInstanceUid);
            return study == null || study.sheetRevision != study.revision
                    ? Optional.<Sheet>empty()
                    : row(em, studyInstanceUid).map(row -> new Sheet(row.studyUid, row.sealed));
        });
    }

    private static Optional<SheetRow> row(EntityManager em, String study) {
        return em
                .createQuery("SELECT s FROM SheetRow s WHERE s.studyUid = :study", SheetRow.class)
                .setParameter("study", study)
                .getResultList()
                .stream()
                .findFirst();
    }

    @Override
    public List<String> outdated(int limit) throws IndexException {
        JpaStudyIndex.Limits.check(limit);
        writer.flush();
        return database.inTransaction(em -> em.createQuery(
                        "SELECT t.studyUid FROM StudyRow t WHERE t.sheetRevision <> t.revision", String.class)
                .setMaxResults(limit)
                .getResultList());
    }

    @Override
    public Optional<Long> revision(String studyInstanceUid) throws IndexException {
        if (writer.hasWork()) {
            writer.flush();
        }
        return database.inTransaction(em ->
                Optional.ofNullable(em.find(StudyRow.class, studyInstanceUid)).map(row -> row.revision));
    }

    @Override
    public void write(Sheet sheet, long revision) throws IndexException {
        byte[] sealed = sheet.sealed();
        if (sealed.length > Sheet.LONGEST) {
            throw new IllegalArgumentException("the sheet of study " + sheet.studyInstanceUid() + " takes "
                    + sealed.length + " bytes, more than " + Sheet.LONGEST);
        }
        database.inTransaction(em -> {
            // Not as an entity: the index writer changes its other columns.
            int known = em.createQuery("UPDATE StudyRow t SET t.sheetRevision = :revision WHERE t.studyUid = :study")
                    .setParameter("revision", revision)
                    .setParameter("study", sheet.studyInstanceUid())
                    .executeUpdate();
            if (known > 0) {
                write(em, sheet.studyInstanceUid(), sealed);
            }
            return null;
        });
    }

    private static void write(EntityManager em, String study, byte[] sealed) {
        Optional<SheetRow> known = row(em, study);
        SheetRow row = known.orElseGet(SheetRow::new);
        row.studyUid = study;
        row.sealed = sealed;
        if (known.isEmpty()) {
            em.persist(row);
        }
    }
}
