package org.sallyport.gateway.api.store;

import java.util.List;
import java.util.Optional;

/**
 * One sheet for each study: what queries ask of it, gathered once and sealed, so that it need not be gathered again after a restart. A sheet can always be
 * made anew from the study's images. Thread-safe.
 */
public interface StudySheets {

    /** Takes sheets, many at a time. */
    @FunctionalInterface
    interface Reader {

        /** @throws IndexException ends the reading */
        void read(List<Sheet> sheets) throws IndexException;
    }

    /** Reads all sheets in the order in which they were first written. */
    void readAll(Reader reader) throws IndexException;

    /** The sheet of a study if it tells of all that the index has of the study. */
    Optional<Sheet> current(String studyInstanceUid) throws IndexException;

    /** Study Instance UIDs without a sheet, or with one that is older than what the index has; at most so many. */
    List<String> outdated(int limit) throws IndexException;

    /** How often what the index has of a study has changed, as a number that grows; empty = no such study. Sees what is not yet written behind. */
    Optional<Long> revision(String studyInstanceUid) throws IndexException;

    /**
     * Writes a sheet, in place of the one that there is. One of a study that is not known is passed over.
     *
     * @param revision of the study when the sheet was begun
     */
    void write(Sheet sheet, long revision) throws IndexException;

    /** @param sealed at most 16,000 bytes; sealed for the place {@code sheet/<Study Instance UID>} */
    record Sheet(String studyInstanceUid, byte[] sealed) {

        /** Bytes of a sealed sheet. */
        public static final int LONGEST = 16_000;

        public Sheet {
            sealed = sealed.clone();
        }

        @Override
        public byte[] sealed() {
            return sealed.clone();
        }
    }
}
