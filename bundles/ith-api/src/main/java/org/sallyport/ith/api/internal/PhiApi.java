package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.IdentityDirectory.Reading;
import org.sallyport.gateway.api.vault.Roles;

/** Tells original values to a caller who was let in. What is told is audited before it is looked up. Immutable. */
final class PhiApi {

    /** Characters of an audited subject; the audit cuts at 500. */
    private static final int LONGEST_SUBJECT = 480;

    private static final String OTHER = "(not a pseudonym)";

    /** Calls: level → single and batch; and the one for all of a study. */
    private static final Map<String, Endpoint> ENDPOINTS = Map.of(
            "phi-metadata", new Endpoint(Level.STUDY, false, PhiApi::whole),
            "phi-metadata/patient", new Endpoint(Level.PATIENT, false, PhiApi::patient),
            "phi-metadata/study", new Endpoint(Level.STUDY, false, PhiApi::study),
            "phi-metadata/series", new Endpoint(Level.SERIES, false, PhiApi::series),
            "phi-metadata/patient/batch", new Endpoint(Level.PATIENT, true, PhiApi::patient),
            "phi-metadata/study/batch", new Endpoint(Level.STUDY, true, PhiApi::study),
            "phi-metadata/series/batch", new Endpoint(Level.SERIES, true, PhiApi::series));

    private record Endpoint(Level level, boolean isBatch, Lookup lookup) {}

    private interface Lookup {
        Optional<Found> of(Reading reading, String key) throws IOException;
    }

    /** @param key the pseudonymous one */
    private record Found(String key, ObjectNode body) {}

    private final PhiAudit audit;

    PhiApi(PhiAudit audit) {
        this.audit = audit;
    }

    static boolean has(String path) {
        return ENDPOINTS.containsKey(path);
    }

    private static Endpoint endpoint(String path) {
        Endpoint endpoint = ENDPOINTS.get(path);
        if (endpoint == null) {
            throw new IllegalArgumentException("no such call");
        }
        return endpoint;
    }

    /**
     * @throws Refused if the request is not as it has to be, or nothing is known by its key
     * @throws IOException if vault, packs or index cannot be read, or the audit not be written
     */
    Answer tell(IdentityDirectory directory, Call call, Bearer bearer, ObjectNode request) throws Refused, IOException {
        Endpoint endpoint = endpoint(call.path());
        Level level = endpoint.level();
        List<String> asked = endpoint.isBatch() ? level.many(request) : List.of(level.one(request));
        Map<String, Found> found = new HashMap<>();
        for (List<String> some : inSubjects(level, new LinkedHashSet<>(asked))) {
            Reading reading = directory.begin(new AccessRequest(
                    PhiAudit.actor(bearer),
                    // The administrator lets those read whom the back end admits, by phi-api = on.
                    Set.of(Roles.PRIVACY_OFFICER),
                    call.client().source(),
                    PhiAudit.reason(call.path()),
                    subject(level, some)));
            for (String key : some) {
                endpoint.lookup().of(reading, key).ifPresent(one -> found.put(key, one));
            }
        }
        auditOthers(call, bearer, level, found);
        return endpoint.isBatch() ? batch(asked, found) : single(found.get(asked.get(0)));
    }

    private void auditOthers(Call call, Bearer bearer, Level level, Map<String, Found> found) throws IOException {
        Set<String> others = new LinkedHashSet<>();
        found.forEach((key, one) -> {
            if (!level.isPseudonymous(key)) {
                others.add(one.key());
            }
        });
        for (List<String> some : inSubjects(level, others)) {
            audit.told(call.client(), bearer, call.path(), String.join(" ", some));
        }
    }

    private static Answer single(@Nullable Found found) {
        return found == null ? Answer.error(404, "Nothing is known by this key.") : Answer.of(200, found.body());
    }

    private static Answer batch(List<String> asked, Map<String, Found> found) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode results = body.putArray("results");
        Set<String> notFound = new LinkedHashSet<>();
        for (String key : new LinkedHashSet<>(asked)) {
            Found one = found.get(key);
            if (one == null) {
                notFound.add(key);
            } else {
                results.add(one.body());
            }
        }
        body.put("total", results.size()).put("requested", asked.size());
        ArrayNode list = body.putArray("not_found");
        notFound.forEach(list::add);
        return Answer.of(200, body);
    }

    /** Parts of which each fits into one record. */
    private static List<List<String>> inSubjects(Level level, Set<String> keys) {
        List<List<String>> parts = new ArrayList<>();
        List<String> part = new ArrayList<>();
        int length = 0;
        for (String key : keys) {
            int own = written(level, key).length() + 1;
            if (length + own > LONGEST_SUBJECT) {
                parts.add(part);
                part = new ArrayList<>();
                length = 0;
            }
            part.add(key);
            length += own;
        }
        if (!part.isEmpty()) {
            parts.add(part);
        }
        return parts;
    }

    /**
     * What a call that is refused asked for, for the audit.
     *
     * @param request null = it could not be read
     */
    static String asked(String path, @Nullable ObjectNode request) {
        Endpoint endpoint = endpoint(path);
        Level level = endpoint.level();
        try {
            if (request != null) {
                return subject(level, endpoint.isBatch() ? level.many(request) : List.of(level.one(request)));
            }
        } catch (Refused e) {
            // Told below.
        }
        return "(not told)";
    }

    private static String subject(Level level, List<String> keys) {
        return String.join(
                " ", keys.stream().map(key -> written(level, key)).distinct().toList());
    }

    private static String written(Level level, String key) {
        return level.isPseudonymous(key) ? key : OTHER;
    }

    private static Optional<Found> patient(Reading reading, String key) throws IOException {
        return reading.patient(key).map(patient -> new Found(patient.pseudonym(), Originals.patient(key, patient)));
    }

    private static Optional<Found> study(Reading reading, String key) throws IOException {
        return reading.study(key).map(study -> new Found(study.studyInstanceUid(), Originals.study(study)));
    }

    private static Optional<Found> series(Reading reading, String key) throws IOException {
        return reading.series(key).map(series -> new Found(series.seriesInstanceUid(), Originals.series(series)));
    }

    private static Optional<Found> whole(Reading reading, String key) throws IOException {
        IdentityDirectory.Study study = reading.study(key).orElse(null);
        return study == null
                ? Optional.empty()
                : Optional.of(new Found(
                        study.studyInstanceUid(), Originals.whole(study, reading.seriesOf(study.studyInstanceUid()))));
    }
}
