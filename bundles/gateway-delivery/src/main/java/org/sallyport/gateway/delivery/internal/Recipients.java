package org.sallyport.gateway.delivery.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.Destination;

/**
 * Those whom originals are encrypted for: RSA certificates (RFC 5280) in files of one folder that only an administrator writes to, PEM or DER. Who issued them is
 * not looked at: that they lie there is the administrator's word. Read each time anew, so that a file that was replaced counts from the next delivery on. Immutable.
 */
record Recipients(Path folder, Clock clock) {

    static final int MOST = 8;

    private static final int LEAST_BITS = 2048;
    private static final int MOST_BITS = 16_384;
    private static final int LONGEST_FILE = 64 * 1024;
    /** Its place in Key Usage (RFC 5280 4.2.1.3). */
    private static final int KEY_ENCIPHERMENT = 2;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    /** The route; or, if it names recipients that cannot be encrypted for, one that says why. */
    Route checked(Route route) {
        if (route.encryptFor().isEmpty()) {
            return route;
        }
        try {
            read(route.encryptFor());
            return route;
        } catch (IllegalArgumentException e) {
            return Route.wrong(route.name(), String.valueOf(e.getMessage()));
        }
    }

    /**
     * @param files names, separated by commas
     * @throws IllegalArgumentException naming the file and what is wrong with it
     */
    List<X509Certificate> read(String files) {
        List<X509Certificate> all = new ArrayList<>();
        for (String name : files.split(",", -1)) {
            all.addAll(certificates(name.strip()));
        }
        if (all.size() > MOST) {
            throw wrong(files, "holds " + all.size() + " certificates: must be 1–" + MOST);
        }
        return List.copyOf(all);
    }

    private List<X509Certificate> certificates(String name) {
        if (!NAME.matcher(name).matches()) {
            throw wrong(name, "must be the name of a file in " + folder + ", several separated by commas");
        }
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw wrong(name, "there is no such file in " + folder);
        }
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate one : parsed(name, file)) {
            if (one instanceof X509Certificate certificate) {
                String problem = problem(certificate);
                if (problem != null) {
                    throw wrong(name, problem);
                }
                certificates.add(certificate);
            }
        }
        if (certificates.isEmpty()) {
            throw wrong(name, "holds no certificate");
        }
        return certificates;
    }

    private static Collection<? extends Certificate> parsed(String name, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LONGEST_FILE + 1);
            if (bytes.length > LONGEST_FILE) {
                throw wrong(name, "is longer than " + LONGEST_FILE + " bytes");
            }
            return CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new IllegalArgumentException(wrong(name, "cannot be read").getMessage(), e);
        } catch (CertificateException e) {
            throw new IllegalArgumentException(
                    wrong(name, "must hold certificates in PEM or DER and nothing else")
                            .getMessage(),
                    e);
        }
    }

    private @Nullable String problem(X509Certificate certificate) {
        if (!(certificate.getPublicKey() instanceof RSAPublicKey key)) {
            return "its key is of the kind "
                    + certificate.getPublicKey().getAlgorithm()
                    + ": must be RSA, by which DICOM has keys encrypted (PS3.15 E.1.1)";
        }
        int bits = key.getModulus().bitLength();
        if (bits < LEAST_BITS || bits > MOST_BITS) {
            return "its RSA key has " + bits + " bits: must be " + LEAST_BITS + "–" + MOST_BITS;
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[KEY_ENCIPHERMENT]) {
            return "it says of itself that no keys are to be encrypted by it (Key Usage)";
        }
        Instant now = clock.instant();
        Instant from = certificate.getNotBefore().toInstant();
        Instant to = certificate.getNotAfter().toInstant();
        return now.isBefore(from) || now.isAfter(to)
                ? "it is valid from " + from + " to " + to + ": ask its owner for a new one"
                : null;
    }

    private static IllegalArgumentException wrong(String what, String why) {
        return new IllegalArgumentException(Destination.ENCRYPT_FOR + " \"" + what + "\": " + why);
    }
}
