package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.sallyport.gateway.api.vault.PatientRegister;

/**
 * Takes original ids out of events: the back end may name a subject by either id, and what is kept of an event, shown and logged is pseudonymous.
 * Thread-safe.
 */
final class Subjects {

    private static final String IDENTIFIER = "subject_identifier";
    private static final String PATIENTS = "patients";

    private final PatientRegister register;

    Subjects(PatientRegister register) {
        this.register = register;
    }

    /** The event, with the patient's pseudonym for an original id; with none if the id is not that of one patient alone. */
    Event pseudonymous(Event event) {
        String sent = event.text(IDENTIFIER);
        if (sent.isEmpty() || register.present(sent) != null) {
            return event;
        }
        List<String> patients = register.find(null, sent);
        ObjectNode payload = event.payload().deepCopy();
        payload.put(PATIENTS, patients.size());
        payload.put(IDENTIFIER, patients.size() == 1 ? patients.get(0) : "");
        return new Event(event.type(), event.correlationId(), event.entityType(), event.entityId(), payload);
    }

    /** Whether the event's id was that of several patients, of different issuers: nobody can tell who is meant. */
    static boolean isAmbiguous(Event event) {
        return event.payload().path(PATIENTS).asInt() > 1;
    }

    /** All pseudonyms of the patient whom the event names; empty = nobody who is known here. */
    Set<String> pseudonyms(Event event) {
        return register.all(event.text(IDENTIFIER));
    }
}
