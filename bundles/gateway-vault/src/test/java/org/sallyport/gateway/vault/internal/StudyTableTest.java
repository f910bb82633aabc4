package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.vault.internal.Assignments.Study;

class StudyTableTest {

    private final StudyTable table = new StudyTable();
    private final Map<UUID, Study> beside = new HashMap<>();

    private void put(int uid, int patient, int shift, String pseudonym, boolean keepsUids) {
        Study study = new Study(new UUID(uid, uid), patient, 1, shift, pseudonym, keepsUids);
        table.put(study);
        beside.put(study.uid(), study);
    }

    @Test
    void aStudyKeepsWhatItHadWhenItsPatientHasAnotherNameNow() {
        for (int uid = 0; uid < 3_000; uid++) {
            put(uid, uid / 3, 10, "ANON-" + uid / 3, false);
        }
        put(5_000, 7, 10, "OTHER", false);
        put(5_001, 7, 10, "OTHER", true);
        put(5_002, 7, 10, "OTHER", false);
        put(5_003, 7, -3, "OTHER", false);
        put(30, 2_000, 4, "TAKEN-OVER", true);
        beside.forEach((uid, study) -> assertEquals(study, table.get(uid)));
        Map<UUID, Study> told = new HashMap<>();
        table.forEach(study -> told.put(study.uid(), study));
        assertEquals(beside, told);
        assertNull(table.get(new UUID(1, 2)));
    }
}
