package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.StudyContext;

/** Whose the sessions of the back end are, in pseudonyms: what is none may be a name. Owned by one thread, for one round. */
final class SessionOwners {

    private static final int MOST_NAMES = 1_000;

    /** Of ours, of other gateways, and of earlier proxies. */
    private static final Pattern PSEUDONYM = Pattern.compile("ANON-[0-9A-Fa-f]{8,59}");

    private final String workspace;
    private final Holdings holdings;
    private final StoppableCalls calls;
    private final StudyFinder finder;
    private final PatientRegister register;
    private final Pseudonymizer pseudonymizer;

    /** Pseudonyms by subject, the one used longest ago first; empty = it has none that could be taken for one. */
    private final Map<String, String> pseudonyms = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST_NAMES;
        }
    };

    SessionOwners(
            String workspace,
            Holdings holdings,
            StoppableCalls calls,
            StudyFinder finder,
            PatientRegister register,
            Pseudonymizer pseudonymizer) {
        this.workspace = workspace;
        this.holdings = holdings;
        this.calls = calls;
        this.finder = finder;
        this.register = register;
        this.pseudonymizer = pseudonymizer;
    }

    /** Whether the study was uploaded with identity: it is known here by another UID then, and what the back end says of it is not pseudonymous. */
    boolean wasUploadedWithIdentity(String study) throws IOException {
        for (String candidate : register.candidates(study)) {
            if (!candidate.equals(study) && finder.anyOfStudy(candidate).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** By what is known here, else by what the back end calls the subject; empty if that is no pseudonym. */
    String pseudonym(Holdings.Session session) throws IOException, InterruptedException {
        String study = session.studyInstanceUid();
        Optional<StoredInstance> any = finder.anyOfStudy(study);
        if (any.isPresent()) {
            return any.get().facts().pseudonym();
        }
        Optional<StudyContext> context = pseudonymizer.find(study);
        if (context.isPresent()) {
            return context.get().pseudonym();
        }
        String known = pseudonyms.get(session.subject());
        if (known == null) {
            known = calls.call(() -> holdings.names(workspace, session.subject())).stream()
                    .filter(this::isPseudonym)
                    .findFirst()
                    .orElse("");
            pseudonyms.put(session.subject(), known);
        }
        return known;
    }

    private boolean isPseudonym(String name) {
        return PSEUDONYM.matcher(name).matches() || register.present(name) != null;
    }
}
