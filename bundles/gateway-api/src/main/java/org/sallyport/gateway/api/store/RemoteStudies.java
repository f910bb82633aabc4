package org.sallyport.gateway.api.store;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a back end holds that the index does not know: studies from before the gateway, and series that were made of images of ours. Pseudonymous values
 * only. Beside the index, so that nothing that counts, cleans up or delivers images of ours sees it. Thread-safe.
 */
public interface RemoteStudies {

    /** Characters of the texts, and of a place, at most. */
    int LONGEST_TEXT = 255;

    int LONGEST_PLACE = 800;

    /**
     * @param pseudonym of the patient, as the back end or the vault tells it
     * @param date Study Date (0008,0020) as the back end has it, YYYYMMDD, or null
     * @param time Study Time (0008,0030), HHMMSS, or null
     */
    record Study(
            String studyInstanceUid,
            String pseudonym,
            @Nullable String date,
            @Nullable String time,
            @Nullable String description) {}

    /**
     * One series, or a part of one. Pseudonymous or new UIDs.
     *
     * @param place what the back end needs to give it, at most {@link #LONGEST_PLACE} characters: only who has put it understands that
     * @param modality Modality (0008,0060) or {@code OT}
     * @param instances how many the back end tells, at least 1
     */
    record Series(
            String seriesInstanceUid,
            String studyInstanceUid,
            String place,
            @Nullable Integer number,
            @Nullable String description,
            String modality,
            int instances) {

        public Series {
            if (place.length() > LONGEST_PLACE) {
                throw new IllegalArgumentException(
                        "a place of " + place.length() + " characters: must be at most " + LONGEST_PLACE);
            }
        }
    }

    /** A study with those of its series that the index does not know. */
    record Held(Study study, List<Series> series) {

        public Held {
            series = List.copyOf(series);
        }
    }

    /** Takes studies, many at a time. */
    @FunctionalInterface
    interface Reader {

        /** @throws IndexException ends the reading */
        void read(List<Held> some) throws IndexException;
    }

    /**
     * Puts a study and series of it, in place of what was known of these. Of several calls for one study in a round the first tells of the study.
     *
     * @param round when the round began in which the back end listed them, milliseconds since 1970
     */
    void put(Held held, long round) throws IndexException;

    /**
     * A round has ended.
     *
     * @param whole whether all was put that the back end lists: what was put before this round only is removed
     */
    void endRound(long round, boolean whole) throws IndexException;

    /** How many rounds have ended since the gateway started: whoever remembers what it has read reads again when this changes. */
    long rounds();

    void readAll(Reader reader) throws IndexException;

    Optional<Held> study(String studyInstanceUid) throws IndexException;

    /** Study Instance UIDs by pseudonym; limit 1–10,000. */
    List<String> studiesOf(String pseudonym, int limit) throws IndexException;

    /** Study Instance UID of a series. */
    Optional<String> studyOfSeries(String seriesInstanceUid) throws IndexException;
}
