package org.sallyport.destination.dicomweb.internal;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;

/**
 * The settings of one DICOMweb destination, checked once.
 *
 * @param base without trailing slash
 * @param tls null = what Java trusts, and no client certificate
 * @param mostBytes of one request; an instance that is larger goes alone
 * @param readTimeout without a byte from the server
 * @param requestTimeout of a whole request, however lively it trickles
 */
record DicomwebSettings(
        String name,
        URI base,
        Credentials credentials,
        @Nullable Tls tls,
        boolean xmlAnswers,
        int mostInstances,
        long mostBytes,
        Duration readTimeout,
        Duration requestTimeout,
        boolean replacesExisting,
        int concurrency,
        String filter) {

    /** Who we are. The secrets in them are shown by no {@code toString}. */
    sealed interface Credentials {

        record None() implements Credentials {}

        record Basic(String user, String password) implements Credentials {
            @Override
            public String toString() {
                return "Basic";
            }
        }

        record Bearer(String token) implements Credentials {
            @Override
            public String toString() {
                return "Bearer";
            }
        }

        /**
         * Client credentials (RFC 6749 4.4).
         *
         * @param inBody the client's id and secret go in the form, not in a header (RFC 6749 2.3.1)
         */
        record OAuth2(URI tokenUrl, String client, String secret, String scope, boolean inBody) implements Credentials {
            @Override
            public String toString() {
                return "OAuth2";
            }
        }
    }

    static String place(DicomwebConfiguration c) {
        return " (org.sallyport.destination.dicomweb-" + c.destination_name() + ".cfg)";
    }

    /** @throws IllegalArgumentException naming the key, the value and what is allowed; never a secret */
    static DicomwebSettings of(DicomwebConfiguration c, Secrets secrets) {
        Values values = new Values(place(c));
        URI base = values.httpUrl("url", c.url());
        Credentials credentials = credentials(c, values, secrets);
        boolean plain = Values.isPlainBeyondLoopback(base);
        boolean allowed = values.yes("allow-http", c.allow$_$http());
        if (plain && !allowed) {
            throw new IllegalArgumentException("url: plain http beyond this machine can be read on the network:"
                    + " use https, or set allow-http = yes" + place(c));
        }
        if (plain && !(credentials instanceof Credentials.None)) {
            throw new IllegalArgumentException("authentication " + c.authentication()
                    + ": credentials never go over plain http beyond this machine, allow-http or not: use https"
                    + place(c));
        }
        return new DicomwebSettings(
                c.destination_name(),
                base,
                credentials,
                tls(c, values, secrets),
                xml(c.answers().strip(), values),
                values.within("most-instances", c::most$_$instances, 1, 1_000),
                (long) values.within("most-size", c::most$_$size, 1, 65_536) << 20,
                Duration.ofSeconds(values.within("read-timeout", c::read$_$timeout, 1, 3_600)),
                Duration.ofSeconds(values.within("request-timeout", c::request$_$timeout, 1, 86_400)),
                values.yes("replaces-existing", c.replaces$_$existing()),
                values.within("concurrency", c::concurrency, 1, 16),
                c.filter());
    }

    private static @Nullable Tls tls(DicomwebConfiguration c, Values values, Secrets secrets) {
        String password = secrets.get(".client-certificate-password", c._client$_$certificate$_$password());
        String trustedPassword = secrets.get(".trust-store-password", c._trust$_$store$_$password());
        Path certificate = path(c.client$_$certificate());
        Path trusted = path(c.trust$_$store());
        if (certificate == null && trusted == null) {
            return null;
        }
        try {
            return new Tls(new Tls.Settings(
                    certificate,
                    path(c.client$_$key()),
                    password.toCharArray(),
                    trusted,
                    trustedPassword.toCharArray(),
                    Tls.ClientAuthentication.NONE,
                    true));
        } catch (IOException e) {
            throw values.refused("client-certificate, client-key or trust-store: " + e.getMessage(), e);
        }
    }

    private static @Nullable Path path(String text) {
        return text.isBlank() ? null : Path.of(text.strip());
    }

    private static Credentials credentials(DicomwebConfiguration c, Values values, Secrets secrets) {
        String place = values.place();
        // All are looked at, so that a literal secret is refused even where it is of no use.
        String password = secrets.get(".password", c._password());
        String token = secrets.get(".token", c._token());
        String clientSecret = secrets.get(".client-secret", c._client$_$secret());
        return switch (c.authentication().strip()) {
            case "none" -> new Credentials.None();
            case "basic" -> {
                String user = needed("user", c.user(), "basic", place);
                if (user.contains(":")) {
                    throw new IllegalArgumentException("user: must not hold a colon (RFC 7617 2)" + place);
                }
                yield new Credentials.Basic(user, needed(".password", password, "basic", place));
            }
            case "bearer" -> {
                String given = needed(".token", token, "bearer", place);
                if (!given.matches("[\\x21-\\x7E]+")) {
                    throw new IllegalArgumentException(".token: holds characters that no token has" + place);
                }
                yield new Credentials.Bearer(given);
            }
            case "oauth2" -> {
                URI tokenUrl = values.httpUrl("token-url", c.token$_$url());
                if (Values.isPlainBeyondLoopback(tokenUrl)) {
                    throw new IllegalArgumentException(
                            "token-url: secrets never go over plain http beyond this machine: use https" + place);
                }
                String how = c.client$_$authentication().strip();
                if (!how.equals("header") && !how.equals("body")) {
                    throw new IllegalArgumentException(
                            "client-authentication \"" + how + "\": must be header or body" + place);
                }
                yield new Credentials.OAuth2(
                        tokenUrl,
                        needed("client-id", c.client$_$id(), "oauth2", place),
                        needed(".client-secret", clientSecret, "oauth2", place),
                        c.scope().strip(),
                        how.equals("body"));
            }
            default ->
                throw new IllegalArgumentException(
                        "authentication \"" + c.authentication() + "\": must be none, basic, bearer or oauth2" + place);
        };
    }

    private static String needed(String key, String value, String authentication, String place) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(
                    key + ": missing; authentication = " + authentication + " needs it" + place);
        }
        return value.strip();
    }

    private static boolean xml(String value, Values values) {
        return switch (value) {
            case "json" -> false;
            case "xml" -> true;
            default ->
                throw new IllegalArgumentException("answers \"" + value + "\": must be json or xml" + values.place());
        };
    }

    @Override
    public String toString() {
        return "DicomwebSettings[" + name + "]";
    }
}
