package org.sallyport.gateway.deid.internal;

/** Identity was found in what would have gone out. */
final class Leak extends Doubt {

    private static final long serialVersionUID = 1L;

    /**
     * @param place where, by keywords
     * @param what kind of value stands there
     */
    Leak(String place, IdentityValue.Kind what) {
        super("leak: " + shortened(place) + " holds " + what.words());
    }

    /** The end of a path tells more than its beginning. */
    private static String shortened(String place) {
        return place.length() <= 140 ? place : "…" + place.substring(place.length() - 139);
    }
}
