package org.sallyport.admin.rest.internal;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes a key on the curve P-256 and a certificate for a server that it signs itself (RFC 5280). It can sign nothing else: who trusts it, trusts this server only. */
final class SelfSigned {

    static final int MOST_NAMES = 50;
    static final int MOST_DAYS = 3_650;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 120;
    private static final int LONGEST_SUBJECT = 64;
    private static final Pattern NUMBERS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern HOST = Pattern.compile(
            "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*");

    private SelfSigned() {}

    static HttpsKeys.Pair make(List<String> names, int days, Clock clock) throws IOException {
        if (names.isEmpty() || names.size() > MOST_NAMES) {
            throw new IllegalArgumentException(names.size() + " names: must be 1–" + MOST_NAMES);
        }
        if (days < 1 || days > MOST_DAYS) {
            throw new IllegalArgumentException("days " + days + ": must be 1–" + MOST_DAYS);
        }
        List<GeneralName> alternatives = new ArrayList<>();
        for (String name : new LinkedHashSet<>(names)) {
            alternatives.add(generalName(name));
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
            KeyPair pair = generator.generateKeyPair();
            X500Name subject = new X500NameBuilder(BCStyle.INSTANCE)
                    .addRDN(
                            BCStyle.CN,
                            names.get(0)
                                    .substring(
                                            0,
                                            Math.min(
                                                    LONGEST_SUBJECT,
                                                    names.get(0).length())))
                    .build();
            // Clocks of those who look at it may be a little behind.
            Instant from = clock.instant().minus(Duration.ofHours(1));
            Instant to = clock.instant().plus(Duration.ofDays(days));
            var builder = new JcaX509v3CertificateBuilder(
                    subject,
                    new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS),
                    Date.from(from),
                    Date.from(to),
                    subject,
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(alternatives.toArray(GeneralName[]::new)));
            var holder = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
            return new HttpsKeys.Pair(
                    pair.getPrivate(), List.of(new JcaX509CertificateConverter().getCertificate(holder)));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("the certificate cannot be made", e);
        }
    }

    private static GeneralName generalName(String name) {
        boolean isAddress = NUMBERS.matcher(name).matches();
        if (isAddress || HOST.matcher(name).matches() && name.length() <= 253) {
            try {
                return new GeneralName(isAddress ? GeneralName.iPAddress : GeneralName.dNSName, name);
            } catch (IllegalArgumentException e) {
                // Told below.
            }
        }
        throw new IllegalArgumentException("\"" + name + "\" is neither a host name nor an address");
    }
}
