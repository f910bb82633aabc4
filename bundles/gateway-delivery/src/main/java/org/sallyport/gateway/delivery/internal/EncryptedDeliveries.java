package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.intake.EncryptedOriginals;
import org.sallyport.gateway.api.intake.EncryptedOriginals.Encrypted;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.Roles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has originals go along with de-identified images, encrypted, if the destination's own .cfg says for whom, and has it audited: what, for whom, where to, how many,
 * and how it ended; never values. Immutable.
 */
final class EncryptedDeliveries {

    private static final Logger LOG = LoggerFactory.getLogger(EncryptedDeliveries.class);

    private static final String ACTION = "identity.encrypt";
    /** Of a certificate's SHA-256, so that eight of them fit into a record. */
    private static final int FINGERPRINT_BYTES = 8;

    private final EncryptedOriginals originals;
    private final AuditLog audit;
    private final OriginalDeliveries.LocalWord word;

    EncryptedDeliveries(EncryptedOriginals originals, AuditLog audit, OriginalDeliveries.LocalWord word) {
        this.originals = originals;
        this.audit = audit;
        this.word = word;
    }

    /** Why nothing is encrypted for this destination, which is audited then; empty = it is. */
    Optional<String> refusal(DeliveryRecord delivery, Route route) throws IOException {
        if (word.says(route.name(), Destination.ENCRYPT_FOR, route.encryptFor())) {
            return Optional.empty();
        }
        String why = "originals are not encrypted: the destination's .cfg does not say " + Destination.ENCRYPT_FOR
                + " = " + Words.receipt(route.encryptFor());
        record(delivery, route, "refused", why);
        return Optional.of(why);
    }

    /**
     * Opens the images of a delivery, for which there was no {@link #refusal}; audited by the vault, with all that is known of it.
     *
     * @param progress hears that it goes on
     */
    List<Encrypted> open(
            DeliveryRecord delivery,
            Route route,
            List<StoredInstance> instances,
            List<X509Certificate> recipients,
            Runnable progress)
            throws IOException {
        return originals.open(
                instances,
                recipients,
                new AccessRequest(
                        actor(delivery),
                        Set.of(Roles.PRIVACY_OFFICER),
                        OriginalDeliveries.where(route),
                        reason(delivery),
                        OriginalDeliveries.subject(delivery) + ", " + instances.size() + " images"),
                progress);
    }

    /** What was handed over has arrived, or has not. */
    void ended(
            DeliveryRecord delivery,
            Route route,
            List<Encrypted> images,
            List<X509Certificate> recipients,
            boolean delivered) {
        int leftOut = images.stream().mapToInt(Encrypted::leftOut).sum();
        String detail = images.size() + (delivered ? " images delivered" : " images handed over, not all arrived")
                + (leftOut == 0 ? "" : ", " + leftOut + " attributes too long to go along") + "; encrypted for "
                + recipients.stream().map(EncryptedDeliveries::fingerprint).collect(Collectors.joining(", "));
        try {
            record(delivery, route, delivered ? "done" : "failed", detail);
        } catch (IOException e) {
            // The reading is on record, with destination and count; that it ended is lost with the disk.
            LOG.error("the end of delivery {} with encrypted originals could not be audited", delivery.id(), e);
        }
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that was read has an encoding", e);
        }
    }

    private void record(DeliveryRecord delivery, Route route, String outcome, String detail) throws IOException {
        audit.record(
                ACTION,
                actor(delivery),
                OriginalDeliveries.where(route),
                OriginalDeliveries.subject(delivery),
                reason(delivery),
                outcome,
                detail);
    }

    private static String actor(DeliveryRecord delivery) {
        return "destination " + delivery.destination();
    }

    private static String reason(DeliveryRecord delivery) {
        return "destination " + delivery.destination() + " is set to " + Destination.ENCRYPT_FOR;
    }
}
