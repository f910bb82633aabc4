package org.sallyport.ith.connector.internal;

/** Paths of the back end's REST interface, below its base URL. */
final class Paths {

    static final String CONFIGURATION = "/api/v1/proxy/configuration";

    private Paths() {}

    /** @param workspace as the configuration names it, checked there */
    static String upload(String workspace) {
        return "/api/v1/proxy/" + workspace + "/archives/upload";
    }
}
