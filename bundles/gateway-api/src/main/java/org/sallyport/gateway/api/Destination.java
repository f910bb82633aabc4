package org.sallyport.gateway.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A place that completed studies are delivered to. One factory configuration makes one destination; the OSGi service
 * carries its name and settings as service properties. If they change while it is there, they count from then on, and deliveries that run are interrupted and
 * handed over again. How to write one: {@code docs/writing-a-destination.md}.
 *
 * <p><b>Threading.</b> {@link #deliver} is called from worker threads of this destination alone, up to {@value #CONCURRENCY} at a time, each with a
 * delivery of its own; it may block. {@link #probe} is called from another thread, also while deliveries run. Threads that the plug-in starts have to
 * end when its service is unregistered.
 *
 * <p><b>Time.</b> A delivery may take as long as its data needs, but each wait within it needs a limit: a receiver that stays silent must not hold the
 * thread. When the thread is interrupted, {@link #deliver} has to return or throw within ten seconds; a call that does not is abandoned and reported, its
 * thread is lost until it ends by itself, and what it returns then counts no more. The gateway interrupts when the destination goes away, and
 * {@link Delivery#isCancelled} turns true at the same time. {@link #probe} has to answer within ten seconds.
 *
 * <p><b>Class loading.</b> A plug-in is a bundle with a class loader of its own; it imports {@code org.sallyport.gateway.api} in the range
 * {@code [1.0,2)} and carries its libraries inside. The thread's context class loader is not the plug-in's: code that goes by it
 * ({@code ServiceLoader}, JAXB) needs it set, and put back before returning. The bundle may be stopped, updated or uninstalled at any moment, also while
 * {@link #deliver} runs; its static fields go with it.
 *
 * <p><b>At least once.</b> A delivery whose outcome was not recorded (power loss, a bundle replaced) is handed over again, under the same
 * {@link Delivery#id}. Receivers go by SOP Instance UID. Only {@link DeliveryOutcome.Delivered} ends a delivery: it may be returned only when the
 * receiver has every instance safe.
 *
 * <p><b>Privacy.</b> What {@link StudyFacts} holds is pseudonymous, and so is what the instances hold unless {@link Delivery#identity} says otherwise.
 * Nothing of an instance's content may go into texts, exceptions, logs or file names; UIDs and pseudonyms may. Of originals nothing at all may, UIDs and
 * what the receiver answers included, but to the receiver itself.
 */
@ConsumerType
public interface Destination {

    /**
     * Service property, required: the name by which people and the queue know the destination; {@code [a-z0-9-]{1,40}}. Of several of one name the first that came
     * works, and another only when that is gone.
     */
    String NAME = "destination.name";

    /**
     * Service property: OSGi filter over study attributes; absent = every study. One that names something else is wrong. See {@link StudyFacts#attributes()}.
     */
    String FILTER = "filter";

    /** Service property: how many deliveries run at the same time, 1–64; absent = 1. */
    String CONCURRENCY = "concurrency";

    /**
     * Service property: bytes a second that the destination may read, all its deliveries together, 1k–10G; k, M and G are thousands, millions and
     * thousands of millions; absent = as fast as it goes.
     */
    String BANDWIDTH = "bandwidth";

    /**
     * Service property: hours of the day in which deliveries begin, {@code 22:00-06:00}, several separated by commas, local time; absent =
     * always. What has begun goes on to its end.
     */
    String WINDOW = "window";

    /**
     * Service property: failures in a row, 1–1000, after which one delivery at a time is tried, with pauses, until one gets through; 0 = never;
     * absent = 5.
     */
    String BREAKER = "breaker";

    /**
     * Service property: the pause after the failures that {@link #BREAKER} counts, and between the trials that follow, 1 second to 1 day, written like
     * {@link #GIVE_UP_AFTER}; absent = six times {@code retry-delay} of {@code org.sallyport.delivery.cfg}, at most its {@code retry-cap}. A pause that a
     * delivery itself asked for ({@link DeliveryOutcome.Later#pause}) holds for that delivery only.
     */
    String BREAKER_PAUSE = "breaker-pause";

    /**
     * Service property: how long a delivery may go on failing before it is parked, {@code 90s}, {@code 30m}, {@code 12h} or {@code 3d}, 1 minute
     * to 3650 days; absent or {@code never} = it is tried for ever.
     */
    String GIVE_UP_AFTER = "give-up-after";

    /**
     * Service property: how long a call may make no progress, 1 second to 7 days, written like {@link #GIVE_UP_AFTER}; absent = 6h. Then it is
     * interrupted; half a minute later it is abandoned: its answer counts no more, its streams fail, the delivery is tried again, and the thread that it
     * keeps is shown to people. Progress is what is read from the delivery's streams, and {@link Delivery#progress}.
     */
    String TIME_LIMIT = "time-limit";

    /** Service property: priority of its deliveries, 0–9, higher first, each step worth 15 minutes of waiting; absent = 4. */
    String PRIORITY = "priority";

    /** Service property: OSGi filter over study attributes; deliveries of studies that it takes have priority 9; absent = none. */
    String URGENT = "urgent";

    /**
     * Service property: {@code pseudonymous} or {@code original}; absent = pseudonymous. With original, studies are ordered for this destination with the
     * patient's identity. They are handed over only to a {@link #RECEIVER} that may have it, and only if an administrator wrote {@code identity = original}
     * into the destination's own .cfg: a plug-in cannot decide that. Otherwise they are parked; they never go without identity instead.
     */
    String IDENTITY = "identity";

    /**
     * Service property: files with the certificates of those who may read the originals, separated by commas; absent = nobody. What the destination is handed is
     * pseudonymous as before, but each instance holds the originals of what was changed in it, encrypted for them (Encrypted Attributes Sequence (0400,0500),
     * PS3.15 E.1.1); its bytes differ from attempt to attempt. As with {@link #IDENTITY} an administrator has to have written the same into the destination's
     * own .cfg, else deliveries are parked. Not together with {@code identity = original}.
     */
    String ENCRYPT_FOR = "encrypt-for";

    /**
     * Service property: whom the destination delivers to, a {@link Receiver} as text. Needed for originals only; to be made of the very settings that
     * connections are opened by, with a literal address, not a name. Which receivers may have originals is said in {@code org.sallyport.identity.cfg}.
     */
    String RECEIVER = "receiver";

    /** The properties with which a configuration sets the queue's handling of a destination, all but {@link #NAME}. */
    List<String> SETTINGS = List.of(
            FILTER,
            CONCURRENCY,
            BANDWIDTH,
            WINDOW,
            BREAKER,
            BREAKER_PAUSE,
            GIVE_UP_AFTER,
            TIME_LIMIT,
            PRIORITY,
            URGENT,
            IDENTITY,
            ENCRYPT_FOR);

    /**
     * For a destination that registers itself: of its configuration those values that the queue wants as service properties. A Declarative Services
     * component that is a {@code Destination} passes them on by itself.
     */
    static Map<String, Object> settings(Map<String, ?> configuration) {
        Map<String, Object> chosen = new HashMap<>();
        for (String key : SETTINGS) {
            Object value = configuration.get(key);
            if (value != null) {
                chosen.put(key, value);
            }
        }
        return chosen;
    }

    /**
     * Delivers every instance of the delivery and says how it ended. What is neither delivered nor refused is tried again
     * later; nothing is ever deleted because a delivery failed. Never returns null.
     *
     * @throws InterruptedException if interrupted; the delivery waits and is handed over again
     * @throws Exception any other failure, taken as {@link DeliveryOutcome.Later} with the exception's class as the reason, and
     *     its message if it is an {@link java.io.IOException}
     */
    DeliveryOutcome deliver(Delivery delivery) throws Exception;

    /**
     * Whether the receiver can be reached and would take a delivery now; must not send patient data. An exception counts as unreachable.
     */
    default ProbeResult probe() throws Exception {
        return ProbeResult.unknown();
    }

    /**
     * Whether the receiver takes a second version of a SOP Instance that it has already. If not, a delivery that holds a
     * changed version is parked, where a person sees it.
     */
    default boolean replacesExisting() {
        return true;
    }
}
