package org.sallyport.gateway.deid.internal;

import org.sallyport.gateway.api.intake.IntakeResult;

/** Ends the intake of one object; carries the answer. */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient IntakeResult.Rejected result;

    Refusal(IntakeResult.Why why, String comment) {
        super(comment);
        this.result = new IntakeResult.Rejected(why, comment);
    }

    IntakeResult.Rejected result() {
        return result;
    }
}
