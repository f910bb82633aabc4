package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The address, port and URL under which the back end is told that we can be reached. Used by one thread. */
final class Announcement {

    private static final int HTTPS = 443;
    private static final int HTTP = 80;

    private final IthSettings settings;
    private String address = "127.0.0.1";

    Announcement(IthSettings settings) {
        this.settings = settings;
    }

    /** As set, else that of the interface by which packets to the back end leave. */
    String address() {
        String set = settings.announcement().hostAddress();
        if (!set.isEmpty()) {
            return set;
        }
        boolean secured = settings.base().getScheme().equalsIgnoreCase("https");
        int port = settings.base().getPort() > 0 ? settings.base().getPort() : secured ? HTTPS : HTTP;
        // A datagram socket that is connected sends nothing, but knows its way.
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(host()), port));
            InetAddress local = socket.getLocalAddress();
            if (!local.isAnyLocalAddress()) {
                String text = local.getHostAddress();
                int zone = text.indexOf('%');
                address = zone < 0 ? text : text.substring(0, zone);
            }
        } catch (IOException | RuntimeException e) {
            // No way there now: what was found before is told.
            return address;
        }
        return address;
    }

    private String host() {
        String host = settings.base().getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    String apiUrl(String at) {
        IthSettings.Announcement set = settings.announcement();
        if (!set.apiUrl().isEmpty()) {
            String url = set.apiUrl().replaceAll("/+$", "");
            return url.endsWith("/api") ? url : url + "/api";
        }
        String host = at.indexOf(':') >= 0 ? "[" + at + "]" : at;
        if (set.httpsPort() > 0) {
            return "https://" + host + (set.httpsPort() == HTTPS ? "" : ":" + set.httpsPort()) + "/api";
        }
        return "http://" + host + ":" + set.apiPort() + "/api";
    }
}
