package org.sallyport.gateway.delivery.internal;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DeliveryOutcome;

/** What plug-ins say, made fit to be shown. Pure. */
final class Words {

    private static final int LONGEST = DeliveryOutcome.LONGEST_TEXT;
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f]+");

    private Words() {}

    /** A reason. */
    static String of(@Nullable String text) {
        String clean = receipt(text);
        return clean.isEmpty() ? "no reason was given" : clean;
    }

    /** A receipt; may be empty. */
    static String receipt(@Nullable String text) {
        return clean(text, LONGEST);
    }

    /** What a receiver said of one image; may be empty. */
    static String instanceReceipt(@Nullable String text) {
        return clean(text, DeliveryOutcome.LONGEST_INSTANCE_RECEIPT);
    }

    private static String clean(@Nullable String text, int longest) {
        String clean = text == null ? "" : CONTROL.matcher(text).replaceAll(" ").strip();
        return clean.length() <= longest ? clean : clean.substring(0, longest);
    }

    /** How long something has lasted, rounded down. */
    static String roughly(Duration time) {
        if (time.toSeconds() < 120) {
            return time.toSeconds() + " s";
        }
        return time.toMinutes() < 120 ? time.toMinutes() + " min" : time.toHours() + " h";
    }

    /** A plug-in's exception may quote anything: but for failed input and output people are told its class only. */
    static String of(Throwable failure) {
        return of("failed with " + failure.getClass().getSimpleName()
                + (failure instanceof java.io.IOException && failure.getMessage() != null
                        ? ": " + failure.getMessage()
                        : ""));
    }
}
