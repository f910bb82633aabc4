package org.sallyport.gateway.scp.internal;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.Association;

/**
 * Who calls, as far as it is proven.
 *
 * @param aet calling AE title; anybody may say it
 * @param certificate SHA-256 of the certificate of the TLS handshake, in lower-case hexadecimal; null = none
 */
record Caller(String aet, @Nullable String certificate) {

    static Caller of(String aet, @Nullable X509Certificate certificate) {
        return new Caller(aet, certificate == null ? null : fingerprint(certificate));
    }

    static Caller of(Association association) {
        return of(association.callingAet(), association.certificate());
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate of a handshake has no SHA-256", e);
        }
    }
}
