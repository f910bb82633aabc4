package org.sallyport.gateway.api.vault;

/** The Karaf JAAS roles of the gateway. */
public final class Roles {

    public static final String ADMINISTRATOR = "administrator";
    /** The only role that may read identity. */
    public static final String PRIVACY_OFFICER = "privacy-officer";

    public static final String OPERATOR = "operator";
    public static final String VIEWER = "viewer";

    private Roles() {}
}
