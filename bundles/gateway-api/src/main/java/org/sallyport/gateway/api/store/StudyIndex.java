package org.sallyport.gateway.api.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the index of studies; pseudonymous values only. Sees what is not yet written behind. Thread-safe. */
public interface StudyIndex {

    /** Newest first; limit 1–10,000. */
    List<StudyRecord> newest(int limit) throws IndexException;

    Optional<StudyRecord> study(String studyInstanceUid) throws IndexException;

    /** All instances of a study, here or not, newest version of each, ordered by series and instance number. */
    List<StoredInstance> instances(String studyInstanceUid) throws IndexException;

    /** The instances of one part, newest version of each within the part. */
    List<StoredInstance> instances(String studyInstanceUid, int part) throws IndexException;

    /**
     * SOP Instance UIDs of one part that another study has too, and received earlier. A SOP Instance belongs to one study (PS3.3 A.1.2), and a receiver
     * that keeps the first instance it has of a UID would not take ours.
     */
    Set<String> heldEarlier(String studyInstanceUid, int part) throws IndexException;

    /** Instances of a study that are of no part yet at this appliance. */
    List<StoredInstance> loose(String studyInstanceUid) throws IndexException;

    /** Studies that hold instances of no part yet at this appliance: still receiving, or cut off by a restart. */
    List<StudyRecord> receiving() throws IndexException;

    /** Instances kept in more than one version. */
    List<StoredInstance> conflicts(int limit) throws IndexException;

    /** How much is known, for people and monitors; what is not yet written behind may be missing. */
    Totals totals() throws IndexException;

    record Totals(long studies, long series) {}

    /**
     * @param parts how many parts were completed (0 = still receiving for the first time)
     * @param loose instances that belong to no part yet
     * @param instances here or cleaned up, without what was deleted; so are series and bytes
     * @param lastReceivedAt when the newest instance was committed
     * @param cleanedUp images that are no longer here because their deliveries were confirmed
     * @param deleted images that a person or the back end had removed
     * @param bytesHere length of the Part 10 files that are here
     */
    record StudyRecord(
            String studyInstanceUid,
            String pseudonym,
            @Nullable String studyDate,
            @Nullable String studyDescription,
            Set<String> modalities,
            String callingAet,
            int series,
            int instances,
            long bytes,
            int parts,
            int loose,
            int conflicts,
            Instant firstReceivedAt,
            Instant lastReceivedAt,
            int cleanedUp,
            int deleted,
            long bytesHere) {

        public StudyRecord {
            modalities = Set.copyOf(modalities);
        }

        /** Of which all is here. */
        public StudyRecord(
                String studyInstanceUid,
                String pseudonym,
                @Nullable String studyDate,
                @Nullable String studyDescription,
                Set<String> modalities,
                String callingAet,
                int series,
                int instances,
                long bytes,
                int parts,
                int loose,
                int conflicts,
                Instant firstReceivedAt,
                Instant lastReceivedAt) {
            this(
                    studyInstanceUid,
                    pseudonym,
                    studyDate,
                    studyDescription,
                    modalities,
                    callingAet,
                    series,
                    instances,
                    bytes,
                    parts,
                    loose,
                    conflicts,
                    firstReceivedAt,
                    lastReceivedAt,
                    0,
                    0,
                    bytes);
        }
    }
}
