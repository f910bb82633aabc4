package org.sallyport.gateway.api.store;

import java.util.List;
import java.util.Optional;

/** Finds studies and instances in the index; pseudonymous values and keyed digests only. Sees what is not yet written behind. Thread-safe. */
public interface StudyFinder {

    /** Study Instance UIDs by pseudonym, newest first; limit 1–10,000. */
    List<String> studiesOf(String pseudonym, int limit) throws IndexException;

    /** Study Instance UIDs by a lookup key ({@link InstanceFacts#lookupKeys}); at most 10,000. */
    List<String> studiesByKey(String lookupKey) throws IndexException;

    /** One instance of each series of a study, in the order of the series' numbers. */
    List<StoredInstance> firstOfSeries(String studyInstanceUid) throws IndexException;

    /** How many series of the study are known. */
    int series(String studyInstanceUid) throws IndexException;

    /** An instance of a study. */
    Optional<StoredInstance> anyOfStudy(String studyInstanceUid) throws IndexException;

    /** An instance of a series. */
    Optional<StoredInstance> anyOfSeries(String seriesInstanceUid) throws IndexException;

    /** Newest version of an instance. */
    Optional<StoredInstance> instance(String sopInstanceUid) throws IndexException;

    /** Whether instances of the study belong to no part yet. */
    boolean isReceiving(String studyInstanceUid) throws IndexException;
}
