package org.sallyport.gateway.api.http;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTPS port and its certificate. A new certificate holds for new connections at once; running ones go on. Thread-safe. */
public interface HttpsPort {

    Status status();

    /**
     * Makes a key, and a certificate for it that it signs itself.
     *
     * @param names host names and addresses under which people reach the gateway, 1–50; the first is the subject
     * @param days that it is valid for, 1–3650
     * @throws IllegalArgumentException naming what is not allowed
     * @throws IOException if it cannot be written, or the port not be opened; the certificate before stays in use if it was not written
     */
    Status make(List<String> names, int days) throws IOException;

    /**
     * Takes key and certificate over from files. The files are read once and not needed afterwards.
     *
     * @param certificate PEM with the certificate and those that signed it, or PKCS#12 with the key too; 1 MiB at most
     * @param key PEM file with the key; null = in the file of the certificate
     * @param password of a PKCS#12 file or an encrypted key; empty = none. Not kept
     * @throws IOException naming the file and what is wrong with it, never the password
     */
    Status take(Path certificate, @Nullable Path key, char[] password) throws IOException;

    /**
     * @param port 0 = HTTPS is off
     * @param problem why it does not listen though it should, in plain words; null = nothing
     */
    record Status(
            int port,
            boolean listening,
            @Nullable Certificate certificate,
            @Nullable String problem) {}

    /**
     * @param names host names and addresses that it is for
     * @param sha256 fingerprint as browsers show it: pairs of hexadecimal digits, separated by colons
     * @param file the certificate alone, as PEM, for those who have to trust it
     */
    record Certificate(
            String subject,
            String issuer,
            List<String> names,
            Instant notBefore,
            Instant notAfter,
            String sha256,
            Path file) {

        public Certificate {
            names = List.copyOf(names);
        }
    }
}
