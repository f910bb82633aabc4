package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sallyport.gateway.api.vault.StudyContext;

/** Profiles without files. */
final class FixedProfiles implements Profiles {

    Profile inForce;
    private final Map<String, Profile> ofStudies = new HashMap<>();
    final Map<String, Profile> others = new HashMap<>();

    FixedProfiles(Profile inForce) {
        this.inForce = inForce;
    }

    @Override
    public Profile inForce() {
        return inForce;
    }

    @Override
    public Profile of(StudyContext study) {
        return ofStudies.computeIfAbsent(study.studyInstanceUid(), uid -> inForce);
    }

    @Override
    public Profile named(String name) throws IOException {
        Profile found = others.get(name);
        if (found == null) {
            throw new ProfileException("profile " + name + " is missing");
        }
        return found;
    }

    @Override
    public List<String> names() {
        return List.of(inForce.name());
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }
}
