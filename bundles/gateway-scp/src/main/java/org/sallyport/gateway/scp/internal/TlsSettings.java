package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.Tls;
import org.sallyport.dicom.net.Tls.ClientAuthentication;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;

/** The settings of the port for TLS, checked apart from the others: with a mistake in them the plain port still opens. */
record TlsSettings(int port, Tls tls) {

    private static final Values FILE = ScpSettings.FILE;

    static boolean isWanted(ScpConfiguration c) {
        String port = c.tls$_$port().strip();
        return !port.isEmpty() && !port.equals("0");
    }

    /** The port for people; 0 if it is none. */
    static int port(ScpConfiguration c) {
        String port = c.tls$_$port().strip();
        return port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0;
    }

    /**
     * Reads the files.
     *
     * @throws IllegalArgumentException naming the key, the value and what is allowed; never a secret
     * @throws IOException naming the file that cannot be used
     */
    static TlsSettings of(ScpConfiguration c, Secrets secrets) throws IOException {
        int port = ScpSettings.of("DICOM_TLS_PORT")
                .within("tls-port", () -> Integer.parseInt(c.tls$_$port().strip()), 1, 65_535);
        Path certificate = path("tls-certificate", c.tls$_$certificate());
        if (certificate == null) {
            throw new IllegalArgumentException("tls-certificate: missing; name a PKCS#12 or PEM file"
                    + ScpSettings.of("DICOM_TLS_CERTIFICATE").place());
        }
        ClientAuthentication clients = clients(c.tls$_$client$_$certificate().strip());
        Path trusted = path("tls-trusted", c.tls$_$trusted());
        if (trusted == null && clients != ClientAuthentication.NONE) {
            throw new IllegalArgumentException(
                    "tls-trusted: missing; name the file of the senders' certificates, or set"
                            + " tls-client-certificate = none"
                            + ScpSettings.of("DICOM_TLS_TRUSTED").place());
        }
        return new TlsSettings(
                port,
                new Tls(new Tls.Settings(
                        certificate,
                        path("tls-key", c.tls$_$key()),
                        secrets.get(".tls-password", c._tls$_$password()).toCharArray(),
                        trusted,
                        secrets.get(".tls-trusted-password", c._tls$_$trusted$_$password())
                                .toCharArray(),
                        clients,
                        false)));
    }

    private static ClientAuthentication clients(String value) {
        return switch (value) {
            case "required" -> ClientAuthentication.REQUIRED;
            case "optional" -> ClientAuthentication.OPTIONAL;
            case "none" -> ClientAuthentication.NONE;
            default ->
                throw new IllegalArgumentException("tls-client-certificate \"" + value
                        + "\": must be required, optional or none"
                        + ScpSettings.of("DICOM_TLS_CLIENT_CERTIFICATE").place());
        };
    }

    private static @Nullable Path path(String key, String text) {
        try {
            return text.isBlank() ? null : Path.of(text.strip());
        } catch (InvalidPathException e) {
            throw FILE.refused(key + ": is no path", e);
        }
    }
}
