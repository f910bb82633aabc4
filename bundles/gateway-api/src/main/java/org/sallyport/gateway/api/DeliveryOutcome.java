package org.sallyport.gateway.api;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt at a delivery ended. Texts are shown to people: plain words, no identity; what is beyond {@value #LONGEST_TEXT} characters is cut off.
 */
public sealed interface DeliveryOutcome {

    /** Characters of a reason or receipt. */
    int LONGEST_TEXT = 500;

    /** Characters of one instance's receipt; what is beyond is cut off. */
    int LONGEST_INSTANCE_RECEIPT = 100;

    /** Receipts of instances in one outcome; those beyond are left out. */
    int MOST_INSTANCE_RECEIPTS = 100_000;

    /**
     * Every instance of the manifest arrived, and the receiver has them safe: they may be deleted here.
     *
     * @param receipt what the receiver called the whole (an id, a file name), for people
     * @param instanceReceipts what the receiver said of single instances: SOP Instance UID → receipt. Optional, and not complete by
     *     necessity: an instance without a receipt arrived as well. For people only; the gateway decides nothing by it. Unmodifiable
     */
    record Delivered(String receipt, Map<String, String> instanceReceipts) implements DeliveryOutcome {

        public Delivered {
            receipt = shortened(receipt, LONGEST_TEXT);
            Map<String, String> kept = new LinkedHashMap<>();
            for (Map.Entry<String, String> one : instanceReceipts.entrySet()) {
                if (kept.size() == MOST_INSTANCE_RECEIPTS) {
                    break;
                }
                kept.put(one.getKey(), shortened(one.getValue(), LONGEST_INSTANCE_RECEIPT));
            }
            instanceReceipts = Collections.unmodifiableMap(kept);
        }

        public Delivered(String receipt) {
            this(receipt, Map.of());
        }
    }

    /**
     * Not now; the queue tries again, after growing pauses.
     *
     * @param pause what the receiver asked for ({@code Retry-After}), taken as at most 24 hours; null = the queue's own pause
     */
    record Later(String reason, @Nullable Duration pause) implements DeliveryOutcome {

        public Later {
            reason = shortened(reason, LONGEST_TEXT);
        }
    }

    /** The receiver will never take this; the delivery is parked until a person decides. */
    record Refused(String reason) implements DeliveryOutcome {

        public Refused {
            reason = shortened(reason, LONGEST_TEXT);
        }
    }

    /**
     * Nothing can be delivered until a person changes something (credentials). The delivery waits, and the destination
     * stops until its configuration changes or a person starts it again.
     */
    record Stopped(String reason) implements DeliveryOutcome {

        public Stopped {
            reason = shortened(reason, LONGEST_TEXT);
        }
    }

    static DeliveryOutcome delivered(String receipt) {
        return new Delivered(receipt);
    }

    /** @param instanceReceipts see {@link Delivered#instanceReceipts} */
    static DeliveryOutcome delivered(String receipt, Map<String, String> instanceReceipts) {
        return new Delivered(receipt, instanceReceipts);
    }

    static DeliveryOutcome later(String reason) {
        return new Later(reason, null);
    }

    static DeliveryOutcome later(String reason, Duration pause) {
        return new Later(reason, pause);
    }

    static DeliveryOutcome refused(String reason) {
        return new Refused(reason);
    }

    static DeliveryOutcome stopped(String reason) {
        return new Stopped(reason);
    }

    private static String shortened(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
    }
}
