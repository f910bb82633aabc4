package org.sallyport.ith.connector.internal;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Paths of the back end's REST interface, below its base URL. */
final class Paths {

    static final String CONFIGURATION = "/api/v1/proxy/configuration";

    private static final String ARCHIVE = "compression_format=zip&compression_level=6";

    private Paths() {}

    /**
     * Where an event's objects are downloaded from.
     *
     * @param workspace as the configuration names it, checked there
     */
    static String download(String workspace, Event event) {
        String base = "/api/v1/proxy/" + workspace;
        return switch (event.type()) {
            case "subject.dispatch" -> base + "/subjects/" + encoded(event.entityId()) + "/download?" + ARCHIVE;
            case "session.dispatch" -> session(workspace, event.entityId(), event.text("subject_id"));
            default -> scan(workspace, event.entityId(), event.text("session_id"), event.text("subject_id"));
        };
    }

    /** Where a scan's objects are downloaded from. */
    static String scan(String workspace, String scan, String session, String subject) {
        return "/api/v1/proxy/" + workspace + "/scans/" + encoded(scan) + "/download?" + ARCHIVE + "&subject_id="
                + encoded(subject) + "&session_id=" + encoded(session);
    }

    /** Where a session's objects are downloaded from. */
    static String session(String workspace, String session, String subject) {
        return "/api/v1/proxy/" + workspace + "/sessions/" + encoded(session) + "/download?" + ARCHIVE + "&subject_id="
                + encoded(subject);
    }

    /** @param workspace as the configuration names it, checked there */
    static String sessions(String workspace) {
        return "/api/v1/proxy/" + workspace + "/sessions";
    }

    /** The scans of a session. */
    static String scans(String workspace, String session, String subject) {
        return "/api/v1/proxy/" + workspace + "/scans?subject_id=" + encoded(subject) + "&session_id="
                + encoded(session);
    }

    /** What the back end says of a subject. */
    static String subject(String workspace, String subject) {
        return "/api/v1/proxy/" + workspace + "/subjects/" + encoded(subject);
    }

    /** For a path or a query: RFC 3986 2.1. */
    private static String encoded(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * What a person asks who wants to see a gateway.
     *
     * @param workspace as the configuration names it, checked there
     */
    static String proxy(String workspace, String proxy) {
        return "/api/v1/workspaces/" + workspace + "/proxies/" + encoded(proxy) + "?include_user_info=true";
    }

    /** @param workspace as the configuration names it, checked there */
    static String upload(String workspace) {
        return "/api/v1/proxy/" + workspace + "/archives/upload";
    }
}
