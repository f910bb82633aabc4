package org.sallyport.destination.dicom.internal;

import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DeliveryOutcome;

/** What became of the instances of one attempt. Thread-safe. */
final class Tally {

    private static final int LONGEST = 300;

    private int stored;
    private int warned;
    private long bytes;
    private int refused;
    private int later;
    private @Nullable String firstRefusal;
    private @Nullable String firstDelay;

    synchronized void stored(long length, boolean warning) {
        stored++;
        warned += warning ? 1 : 0;
        bytes += length;
    }

    synchronized void refused(String why) {
        refused++;
        firstRefusal = firstRefusal == null ? why : firstRefusal;
    }

    synchronized void later(String why) {
        later++;
        firstDelay = firstDelay == null ? why : firstDelay;
    }

    synchronized int stored() {
        return stored;
    }

    synchronized int warned() {
        return warned;
    }

    synchronized long bytes() {
        return bytes;
    }

    /**
     * How the attempt ended if not everything was stored. What may go better later comes first: the instances that were refused are tried with it
     * again.
     *
     * @param due instances of the attempt
     * @return null if everything was stored
     */
    synchronized @Nullable DeliveryOutcome failure(int due) {
        if (stored == due) {
            return null;
        }
        String missing = due - stored + " of " + due + " images were not stored: ";
        if (later > 0 || refused < due - stored) {
            return DeliveryOutcome.later(cut(missing + (firstDelay == null ? "the attempt was ended" : firstDelay)));
        }
        return DeliveryOutcome.refused(cut(missing + firstRefusal));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }
}
