package org.sallyport.gateway.api;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whom a destination delivers to, as the service property {@link Destination#RECEIVER} tells it: {@code dicom://<AE title>@<host>:<port>}, or a URL of
 * http or https. Immutable.
 *
 * @param scheme {@code dicom}, {@code http} or {@code https}
 * @param aet AE title, 1–16 characters; null unless the scheme is dicom
 * @param host name or address, IPv6 without brackets
 * @param port 1–65535
 */
public record Receiver(String scheme, @Nullable String aet, String host, int port) {

    private static final String DICOM = "dicom";
    private static final int LONGEST_AET = 16;

    /** @throws IllegalArgumentException naming what is wrong */
    public Receiver {
        boolean dicom = scheme.equals(DICOM);
        if (!dicom && !scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("scheme \"" + scheme + "\": must be dicom, http or https");
        }
        if (dicom != (aet != null) || aet != null && (aet.isBlank() || aet.length() > LONGEST_AET)) {
            throw new IllegalArgumentException("AE title \"" + aet + "\": a DICOM node has one, 1–16 characters long");
        }
        if (host.isBlank() || host.length() > 253 || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "host \"" + host + "\", port " + port + ": must be a host name or address, and 1–65535");
        }
    }

    /** A DICOM node. @throws IllegalArgumentException naming what is wrong */
    public static Receiver dicom(String aet, String host, int port) {
        return new Receiver(DICOM, aet, host, port);
    }

    /** A server behind a URL of http or https. @throws IllegalArgumentException naming what is wrong */
    public static Receiver of(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? 443 : 80;
        return new Receiver(scheme, null, host(url), url.getPort() == -1 ? usual : url.getPort());
    }

    /** @throws IllegalArgumentException naming what is wrong */
    public static Receiver parse(String text) {
        try {
            URI uri = new URI(text);
            if (DICOM.equals(uri.getScheme())) {
                return new Receiver(DICOM, uri.getUserInfo(), host(uri), uri.getPort());
            }
            if (uri.getUserInfo() == null) {
                return of(uri);
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "\"" + text + "\": must be dicom://<AE title>@<host>:<port>, or http(s)://<host>[:<port>]");
    }

    private static String host(URI uri) {
        String host = uri.getHost() == null ? "" : uri.getHost();
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    public boolean isDicom() {
        return aet != null;
    }

    /** The property's value. */
    @Override
    public String toString() {
        try {
            return new URI(scheme, aet, host, port, null, null, null).toString();
        } catch (URISyntaxException e) {
            return scheme + "://?";
        }
    }
}
