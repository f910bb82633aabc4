package org.sallyport.ith.connector.internal;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.PatientRegister;

/** One patient who had another pseudonym before, and an id that two others share. */
enum FakeRegister implements PatientRegister {
    ONE;

    private static final Set<String> PATIENT = Set.of("ANON-1", "ANON-OLD");
    private static final Map<String, List<String>> IDS =
            Map.of("MRN 1", List.of("ANON-1"), "MRN 2", List.of("ANON-4", "ANON-5"));

    @Override
    public @Nullable String present(String pseudonym) {
        return PATIENT.contains(pseudonym) ? "ANON-1" : null;
    }

    @Override
    public Set<String> all(String pseudonym) {
        return PATIENT.contains(pseudonym) ? PATIENT : Set.of();
    }

    @Override
    public boolean isErased(String pseudonym) {
        return false;
    }

    @Override
    public List<String> find(@Nullable String issuer, String patientId) {
        return IDS.getOrDefault(patientId, List.of());
    }

    @Override
    public List<String> candidates(String uid) {
        return List.of(uid);
    }
}
