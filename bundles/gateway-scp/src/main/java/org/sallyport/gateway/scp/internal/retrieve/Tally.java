package org.sallyport.gateway.scp.internal.retrieve;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.CommandSet.SubOperations;

/** Counts sub-operations (PS3.4 C.4.2.1.6–9). Guarded by its monitor. */
final class Tally {

    private static final int MOST = 65_535;
    private static final int UNABLE_TO_PERFORM = 0xA702;

    private int all;
    private int completed;
    private int warning;
    private int failed;
    private final List<String> failedUids = new ArrayList<>();
    private final Map<String, Integer> reasons = new TreeMap<>();

    Tally(int all) {
        this.all = all;
    }

    /** The receiver has answered. @return false if it did not store it, which has to be told to {@link #failed} */
    synchronized boolean answered(int status) {
        if (status == CommandSet.SUCCESS) {
            completed++;
            return true;
        }
        if ((status & 0xF000) == 0xB000 || status == 0x0001 || status == 0x0107 || status == 0x0116) {
            warning++;
            return true;
        }
        return false;
    }

    /**
     * @param sopInstanceUid as the caller knows it; empty = it cannot be told
     * @param reason plain words without identity
     */
    synchronized void failed(Optional<String> sopInstanceUid, String reason) {
        failed++;
        reasons.merge(reason, 1, Integer::sum);
        sopInstanceUid.ifPresent(failedUids::add);
    }

    /** What the back end holds may be another number than it told. */
    synchronized void expect(int number) {
        all = number;
    }

    /** Some of which nothing more is known than that they should be there. */
    synchronized void failed(int number, String reason) {
        failed += number;
        reasons.merge(reason, number, Integer::sum);
    }

    /** How far it is; the field of a number holds 65,535 at most. */
    synchronized SubOperations numbers() {
        int left = all - completed - warning - failed;
        return new SubOperations(cut(left), cut(completed), cut(failed), cut(warning));
    }

    /** Of the last response: remaining ones are told of cancelled operations only (PS3.4 C.4.2.1.6). */
    synchronized SubOperations last(boolean cancelled) {
        SubOperations numbers = numbers();
        return cancelled ? numbers : new SubOperations(-1, numbers.completed(), numbers.failed(), numbers.warning());
    }

    private static int cut(int number) {
        return Math.min(number, MOST);
    }

    synchronized List<String> failedUids() {
        return List.copyOf(failedUids);
    }

    synchronized int status(boolean cancelled) {
        if (cancelled) {
            return CommandSet.CANCELLED;
        }
        if (completed == all) {
            return CommandSet.SUCCESS;
        }
        return completed + warning == 0 ? UNABLE_TO_PERFORM : CommandSet.SUB_OPERATIONS_FAILED;
    }

    /** Why most of the failed ones did; empty if none did. */
    synchronized String comment() {
        return reasons.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("");
    }

    @Override
    public synchronized String toString() {
        return completed + " of " + all + " images sent, " + warning + " with warnings, " + failed + " failed";
    }
}
