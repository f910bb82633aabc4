package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.Request;
import org.sallyport.gateway.api.intake.EncryptedOriginals;
import org.sallyport.gateway.api.intake.OriginalInstances;
import org.sallyport.gateway.api.intake.OriginalInstances.Originals;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.OriginalReceivers;
import org.sallyport.gateway.api.vault.Roles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides, at each attempt anew, whether a destination is handed originals, and has it audited: who asked or which setting, what, where to, how many, and
 * how it ended; never values. Holds nothing that changes, but for the rules of the back end, which Declarative Services set and any thread reads.
 */
@Component(service = OriginalDeliveries.class)
public final class OriginalDeliveries {

    private static final Logger LOG = LoggerFactory.getLogger(OriginalDeliveries.class);

    private static final String ACTION = "identity.deliver";
    private static final String ORIGINAL = "original";
    private static final int SHORTEST_REASON = 3;
    private static final int LONGEST_REASON = 200;

    private final OriginalInstances originals;
    private final OriginalReceivers receivers;
    private final AuditLog audit;
    private final LocalWord word;
    private final EncryptedDeliveries encrypted;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable BackEndRules backEnd;

    /** What the administrator wrote about a destination. */
    @FunctionalInterface
    interface LocalWord {

        /** Whether the destination's own .cfg has the key with just this value; what a plug-in says of itself is no answer. */
        boolean says(String destination, String key, String value) throws IOException;
    }

    @Activate
    public OriginalDeliveries(
            @Reference OriginalInstances originals,
            @Reference EncryptedOriginals encryptedOriginals,
            @Reference OriginalReceivers receivers,
            @Reference AuditLog audit,
            @Reference ConfigurationAdmin configurations) {
        this(
                originals,
                encryptedOriginals,
                receivers,
                audit,
                (destination, key, value) -> says(configurations, destination, key, value));
    }

    OriginalDeliveries(
            OriginalInstances originals,
            EncryptedOriginals encryptedOriginals,
            OriginalReceivers receivers,
            AuditLog audit,
            LocalWord word) {
        this.originals = originals;
        this.receivers = receivers;
        this.audit = audit;
        this.word = word;
        this.encrypted = new EncryptedDeliveries(encryptedOriginals, audit, word);
    }

    private static boolean says(ConfigurationAdmin configurations, String destination, String key, String said)
            throws IOException {
        try {
            Configuration[] own = configurations.listConfigurations("(" + Destination.NAME + "=" + destination + ")");
            for (Configuration one : own == null ? new Configuration[0] : own) {
                Object value =
                        one.getProperties() == null ? null : one.getProperties().get(key);
                if (value != null && value.toString().strip().equals(said)) {
                    return true;
                }
            }
            return false;
        } catch (InvalidSyntaxException e) {
            throw new IOException("destination " + destination + " has no name", e);
        }
    }

    /** The same for originals that go along encrypted. */
    EncryptedDeliveries encrypted() {
        return encrypted;
    }

    /**
     * A person orders originals.
     *
     * @throws AccessDeniedException if the role or the reason is missing; audited
     */
    void admit(AccessRequest request) throws IOException {
        String refusal = null;
        int reason = request.reason().strip().length();
        if (!request.roles().contains(Roles.PRIVACY_OFFICER)) {
            refusal = "sending identity needs the role " + Roles.PRIVACY_OFFICER;
        } else if (reason < SHORTEST_REASON || reason > LONGEST_REASON) {
            refusal = "sending identity needs a reason of " + SHORTEST_REASON + "–" + LONGEST_REASON + " characters";
        }
        audit.record(
                "identity.order",
                request.actor(),
                request.source(),
                request.subject(),
                request.reason(),
                refusal == null ? "done" : "refused",
                refusal);
        if (refusal != null) {
            throw new AccessDeniedException(refusal);
        }
    }

    /**
     * What this attempt is to carry. As ordered, but that uploads to the back end carry originals whenever it asks for them and may have them: what was
     * ordered while it did not goes with them too.
     */
    IdentityMode mode(DeliveryRecord delivery, Route route) {
        return isUpload(route) && uploadRefusal(route) == null ? IdentityMode.ORIGINAL : delivery.identity();
    }

    private static boolean isUpload(Route route) {
        return route.name().equals(BackEndRules.UPLOADS);
    }

    private @Nullable String uploadRefusal(Route route) {
        BackEndRules rules = backEnd;
        Receiver receiver = route.receiver();
        if (rules == null || receiver == null) {
            return "the rules of the back end are not there";
        }
        return receivers.uploadRefusal(receiver, rules.asksForOriginals()).orElse(null);
    }

    /** Why this destination may not have the originals of this delivery, which is audited then; empty = it may. */
    Optional<String> refusal(DeliveryRecord delivery, Route route) throws IOException {
        String why = reasonAgainst(delivery, route);
        if (why != null) {
            record(delivery, route, "refused", why);
        }
        return Optional.ofNullable(why);
    }

    private @Nullable String reasonAgainst(DeliveryRecord delivery, Route route) throws IOException {
        Receiver receiver = route.receiver();
        if (receiver == null) {
            return "originals are not handed over: the destination does not say whom it delivers to (receiver)";
        }
        if (isUpload(route)) {
            // Neither a person nor a .cfg can loosen what the back end's uploads go by.
            String why = uploadRefusal(route);
            return why == null ? null : "originals are not handed over: " + why;
        }
        boolean byPerson = delivery.request() != null;
        // A node is marked itself; for a server the destination's .cfg is the only word there is.
        if (!(byPerson && receiver.isDicom()) && !word.says(route.name(), Destination.IDENTITY, ORIGINAL)) {
            return "originals are not handed over: the destination's .cfg does not say identity = original";
        }
        return receivers
                .refusal(receiver)
                .map(why -> "originals are not handed over: " + why)
                .orElse(null);
    }

    /**
     * Opens the originals of a delivery that is allowed; audited by the vault, with all that is known of it.
     *
     * @param progress hears that it goes on
     */
    Originals open(DeliveryRecord delivery, Route route, List<StoredInstance> instances, Runnable progress)
            throws IOException {
        return originals.open(
                instances,
                new AccessRequest(
                        actor(delivery),
                        Set.of(Roles.PRIVACY_OFFICER),
                        where(route),
                        reason(delivery, route),
                        subject(delivery) + ", " + instances.size() + " images"),
                progress);
    }

    /** What was handed over has arrived, or has not. */
    void ended(DeliveryRecord delivery, Route route, int images, boolean delivered) {
        try {
            record(
                    delivery,
                    route,
                    delivered ? "done" : "failed",
                    images + (delivered ? " images delivered" : " images handed over, not all arrived"));
        } catch (IOException e) {
            // The reading is on record, with receiver and count; that it ended is lost with the disk.
            LOG.error("the end of delivery {} with identity could not be audited", delivery.id(), e);
        }
    }

    private void record(DeliveryRecord delivery, Route route, String outcome, String detail) throws IOException {
        audit.record(
                ACTION, actor(delivery), where(route), subject(delivery), reason(delivery, route), outcome, detail);
    }

    private static String actor(DeliveryRecord delivery) {
        Request request = delivery.request();
        return request == null ? "destination " + delivery.destination() : request.actor();
    }

    private static String reason(DeliveryRecord delivery, Route route) {
        Request request = delivery.request();
        if (request != null) {
            return request.reason();
        }
        return isUpload(route)
                ? "the back end asks for originals, and identified-upload = yes lets it have them"
                : "destination " + delivery.destination() + " is set to identity = original";
    }

    static String where(Route route) {
        return route.receiver() == null
                ? "destination " + route.name()
                : route.receiver().toString();
    }

    static String subject(DeliveryRecord delivery) {
        return "delivery " + delivery.id() + " to " + delivery.destination() + ", study " + delivery.studyInstanceUid()
                + " part " + delivery.part() + ", attempt " + delivery.attempts();
    }
}
