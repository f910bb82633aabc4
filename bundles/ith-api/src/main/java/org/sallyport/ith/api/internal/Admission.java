package org.sallyport.ith.api.internal;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEndRegistration;

/** Whether a caller is let in: within the limits, with a token, and admitted by the back end. Thread-safe. */
final class Admission {

    private final RateLimit ofAddress;
    private final RateLimit refusals;
    private final RateLimit ofPerson;
    private final TokenCheck tokens;

    Admission(ApiSettings settings, LongSupplier nanos) {
        this.ofAddress = new RateLimit(settings.callsPerMinute(), nanos);
        this.ofPerson = new RateLimit(settings.callsPerMinute(), nanos);
        this.refusals = new RateLimit(settings.refusedPerMinute(), nanos);
        this.tokens = new TokenCheck(nanos);
    }

    /** @return the token, of a caller who is let in */
    Bearer admit(Client client, @Nullable Bearer bearer, @Nullable BackEndRegistration backEnd) throws Refused {
        check(Math.max(refusals.look(client.limitKey()), ofAddress.take(client.limitKey())), "of this address");
        if (bearer == null) {
            refusals.take(client.limitKey());
            throw unknown("Authentication credentials were not provided.", "no token");
        }
        if (backEnd == null || backEnd.profile().isEmpty()) {
            throw new Refused(
                    Answer.error(503, "The gateway is not connected to ITH: who you are cannot be checked."),
                    "no back end that could be asked");
        }
        if (!isAdmitted(backEnd, bearer)) {
            refusals.take(client.limitKey());
            throw unknown("ITH does not admit you to this gateway.", "not admitted by the back end");
        }
        check(ofPerson.take(bearer.digest()), "of this person");
        return bearer;
    }

    private static void check(int seconds, String whose) throws Refused {
        if (seconds > 0) {
            throw new Refused(
                    Answer.detail(429, "Too many calls. Try again in " + seconds + " seconds.")
                            .with("Retry-After", String.valueOf(seconds)),
                    "too many calls " + whose);
        }
    }

    private static Refused unknown(String text, String why) {
        return new Refused(Answer.detail(401, text).with("WWW-Authenticate", "Bearer"), why);
    }

    private boolean isAdmitted(BackEndRegistration backEnd, Bearer bearer) throws Refused {
        try {
            return tokens.admits(backEnd, bearer);
        } catch (IOException e) {
            throw silent();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw silent();
        }
    }

    private static Refused silent() {
        return new Refused(
                Answer.error(503, "ITH does not answer: who you are cannot be checked.")
                        .with("Retry-After", "5"),
                "the back end did not answer");
    }
}
