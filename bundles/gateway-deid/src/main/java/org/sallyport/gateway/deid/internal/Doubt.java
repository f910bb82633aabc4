package org.sallyport.gateway.deid.internal;

/** Something cannot be treated surely: a person has to decide. The message is plain words without identity, at most 200 characters. */
class Doubt extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 200;

    Doubt(String reason) {
        super(reason.length() <= LONGEST ? reason : reason.substring(0, LONGEST));
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
