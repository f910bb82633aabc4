package org.sallyport.gateway.vault.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.vault.internal.Assignments.Study;

/** Studies by their UIDs. What the studies of one patient have in common is kept once. Not thread-safe. */
final class StudyTable {

    private record Common(int patient, int generation, int shiftDays, String pseudonym, boolean keepsUids) {

        private Study of(UUID uid) {
            return new Study(uid, patient, generation, shiftDays, pseudonym, keepsUids);
        }
    }

    /** Their places in the list. */
    private final NumberTable studies = new NumberTable();

    private final List<Common> common = new ArrayList<>();
    /** By the patient's number: the place behind the newest; 0 = none. */
    private int[] newest = new int[16];

    @Nullable
    Study get(UUID uid) {
        int at = studies.get(uid);
        return at == NumberTable.NONE ? null : common.get(at).of(uid);
    }

    /** In place of the one that there is. */
    void put(Study study) {
        Common wanted = new Common(
                study.patient(), study.generation(), study.shiftDays(), study.pseudonym(), study.keepsUids());
        if (study.patient() >= newest.length) {
            newest = Arrays.copyOf(newest, Math.max(study.patient() + 1, newest.length + newest.length / 2));
        }
        int behind = newest[study.patient()];
        if (behind == 0 || !common.get(behind - 1).equals(wanted)) {
            common.add(wanted);
            behind = common.size();
            newest[study.patient()] = behind;
        }
        studies.put(study.uid(), behind - 1);
    }

    void forEach(Consumer<Study> visitor) {
        studies.forEach((uid, at) -> visitor.accept(common.get(at).of(uid)));
    }
}
