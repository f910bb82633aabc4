package org.sallyport.ith.api.internal;

/** A call that is not answered as asked. */
final class Refused extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    /** @param why for the audit, in plain words and without values of the request */
    Refused(Answer answer, String why) {
        super(why, null, false, false);
        this.answer = answer;
    }

    Answer answer() {
        return answer;
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
