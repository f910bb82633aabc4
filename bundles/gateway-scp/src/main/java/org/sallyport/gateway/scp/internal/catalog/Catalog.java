package org.sallyport.gateway.scp.internal.catalog;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.scp.internal.query.NameMatch;
import org.sallyport.gateway.scp.internal.query.Query;
import org.sallyport.gateway.scp.internal.query.RangeMatch;
import org.sallyport.gateway.scp.internal.query.View;

/**
 * The sheets of all studies in memory, with columns that are looked through quickly. Thread-safe: a lock is held for a moment, never while a sheet is
 * handed out.
 */
final class Catalog {

    /** Slots that are looked at while the lock is held. */
    private static final int BLOCK = 16_384;

    private static final int NO_DAY = Integer.MIN_VALUE;
    /** Of the arrays, for each study: columns, a reference, the table and the header of the bytes. */
    private static final int OVERHEAD = 64;

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final long mostBytes;
    private final NameColumn names = new NameColumn();
    private byte[][] rows = new byte[1024][];
    private int[] days = new int[1024];
    private int[] treatedDays = new int[1024];
    private int[] patients = new int[1024];
    private int[] accessions = new int[1024];
    private int[] nameAt = new int[1024];
    private int[] namePairs = new int[1024];
    /** Open addressing: slot + 1, 0 = free. */
    private int[] table = new int[4096];

    private int size;
    private long rowBytes;
    private boolean full;

    /** Takes sheets one after the other. */
    @FunctionalInterface
    interface Visitor {

        /** @return whether more are wanted */
        boolean visit(StudySheet sheet) throws IOException;
    }

    Catalog(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Puts a sheet, in place of the one of the same study; one that has no room is left out for good. */
    void put(StudySheet sheet) {
        lock.writeLock().lock();
        try {
            int slot = find(sheet.studyInstanceUid());
            if (slot < 0) {
                add(sheet);
            } else {
                rowBytes += sheet.bytes().length - rows[slot].length;
                set(slot, sheet, StudySheet.kept(rows[slot]));
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Puts a sheet unless there is one of the same study. */
    void putIfAbsent(StudySheet sheet) {
        lock.writeLock().lock();
        try {
            if (find(sheet.studyInstanceUid()) < 0) {
                add(sheet);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void add(StudySheet sheet) {
        if (full || bytes() + sheet.bytes().length + OVERHEAD > mostBytes) {
            full = true;
            return;
        }
        if (size == rows.length) {
            grow();
        }
        if (2 * (size + 1) > table.length) {
            rehash();
        }
        rowBytes += sheet.bytes().length;
        set(size, sheet, null);
        enter(size, hash(sheet.studyInstanceUid()));
        size++;
    }

    private void set(int slot, StudySheet sheet, @Nullable StudySheet before) {
        rows[slot] = sheet.bytes();
        days[slot] = day(sheet, View.ORIGINAL);
        treatedDays[slot] = day(sheet, View.PSEUDONYMOUS);
        patients[slot] = first(sheet, Tag.PatientID).hashCode();
        accessions[slot] = first(sheet, Tag.AccessionNumber).hashCode();
        String name = first(sheet, Tag.PatientName);
        if (before == null || !first(before, Tag.PatientName).equals(name)) {
            nameAt[slot] = names.add(name);
            namePairs[slot] = names.pairs(nameAt[slot]);
        }
    }

    private static String first(StudySheet sheet, int tag) {
        List<String> values = sheet.attributes(View.ORIGINAL).strings(tag);
        return values.isEmpty() ? "" : values.get(0);
    }

    private static int day(StudySheet sheet, View view) {
        List<String> dates = sheet.attributes(view).strings(Tag.StudyDate);
        return dates.isEmpty() ? NO_DAY : RangeMatch.dayOf(dates.get(0)).orElse(NO_DAY);
    }

    private void grow() {
        int capacity = rows.length + rows.length / 2;
        rows = Arrays.copyOf(rows, capacity);
        days = Arrays.copyOf(days, capacity);
        treatedDays = Arrays.copyOf(treatedDays, capacity);
        patients = Arrays.copyOf(patients, capacity);
        accessions = Arrays.copyOf(accessions, capacity);
        nameAt = Arrays.copyOf(nameAt, capacity);
        namePairs = Arrays.copyOf(namePairs, capacity);
    }

    private void rehash() {
        table = new int[table.length * 2];
        for (int slot = 0; slot < size; slot++) {
            enter(slot, hash(StudySheet.kept(rows[slot]).studyInstanceUid()));
        }
    }

    private void enter(int slot, int hash) {
        int at = hash & table.length - 1;
        while (table[at] != 0) {
            at = at + 1 & table.length - 1;
        }
        table[at] = slot + 1;
    }

    /** @return -1 if it is not here */
    private int find(String studyInstanceUid) {
        int at = hash(studyInstanceUid) & table.length - 1;
        while (table[at] != 0) {
            int slot = table[at] - 1;
            if (StudySheet.kept(rows[slot]).studyInstanceUid().equals(studyInstanceUid)) {
                return slot;
            }
            at = at + 1 & table.length - 1;
        }
        return -1;
    }

    private static int hash(String text) {
        int hash = text.hashCode() * 0x9E3779B9;
        return hash ^ hash >>> 15;
    }

    Optional<StudySheet> get(String studyInstanceUid) {
        lock.readLock().lock();
        try {
            int slot = find(studyInstanceUid);
            return slot < 0 ? Optional.empty() : Optional.of(StudySheet.kept(rows[slot]));
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Whether some had no room. */
    boolean isFull() {
        lock.readLock().lock();
        try {
            return full;
        } finally {
            lock.readLock().unlock();
        }
    }

    int size() {
        lock.readLock().lock();
        try {
            return size;
        } finally {
            lock.readLock().unlock();
        }
    }

    private long bytes() {
        return rowBytes + (long) size * OVERHEAD + names.bytes();
    }

    /** Every sheet that may meet the query's conditions, the newest studies first; those that come meanwhile may be among them or not. */
    void scan(Query query, View view, Visitor visitor) throws IOException {
        Filter filter = new Filter(query, view);
        int end = size();
        while (end > 0) {
            int start = Math.max(0, end - BLOCK);
            byte[][] some = filter.in(start, end);
            for (byte[] row : some) {
                if (!visitor.visit(StudySheet.kept(row))) {
                    return;
                }
            }
            end = start;
        }
    }

    /** What the columns tell of a query. */
    private final class Filter {

        private final View view;
        private final @Nullable RangeMatch dates;
        private final NameColumn.@Nullable Search name;
        private final @Nullable Integer patient;
        private final @Nullable Integer accession;
        private byte[][] found = new byte[64][];

        Filter(Query query, View view) {
            boolean originals = view == View.ORIGINAL;
            Map<Integer, String> exact = query.exact();
            NameMatch match = query.name();
            String id = exact.get(Tag.PatientID);
            String number = exact.get(Tag.AccessionNumber);
            this.view = view;
            this.dates = query.dates();
            this.name = match == null || !originals ? null : new NameColumn.Search(match);
            this.patient = id == null || !originals ? null : Integer.valueOf(id.hashCode());
            this.accession = number == null || !originals ? null : Integer.valueOf(number.hashCode());
        }

        byte[][] in(int start, int end) {
            lock.readLock().lock();
            try {
                int count = 0;
                for (int slot = end - 1; slot >= start; slot--) {
                    if (passes(slot)) {
                        if (count == found.length) {
                            found = Arrays.copyOf(found, 2 * count);
                        }
                        found[count++] = rows[slot];
                    }
                }
                return Arrays.copyOf(found, count);
            } finally {
                lock.readLock().unlock();
            }
        }

        private boolean passes(int slot) {
            if (patient != null && patients[slot] != patient || accession != null && accessions[slot] != accession) {
                return false;
            }
            RangeMatch range = dates;
            if (range != null) {
                int day = view == View.ORIGINAL ? days[slot] : treatedDays[slot];
                if (day == NO_DAY || day < range.firstDay() || day > range.lastDay()) {
                    return false;
                }
            }
            return name == null || name.fits(namePairs[slot]) && names.mayMatch(nameAt[slot], name);
        }
    }
}
