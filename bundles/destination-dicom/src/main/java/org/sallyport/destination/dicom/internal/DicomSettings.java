package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.dicom.net.Tls;
import org.sallyport.dicom.net.UserInformation.UserIdentity;

/**
 * The settings of {@code org.sallyport.destination.dicom-<name>}, checked once.
 *
 * @param associations at the same time within a delivery
 * @param options how associations are requested
 * @param commitment null = the PACS is not asked to commit itself
 */
record DicomSettings(
        String name,
        String host,
        int port,
        String calledAet,
        String callingAet,
        int associations,
        Options options,
        boolean replacesExisting,
        @Nullable Commitment commitment) {

    /**
     * Storage commitment.
     *
     * @param port on which reports are taken, 0 = none
     * @param address empty = all
     * @param timeout for the report
     */
    record Commitment(int port, String address, Duration timeout) {}

    static String place(DicomConfiguration c) {
        return " (org.sallyport.destination.dicom-" + c.destination_name() + ".cfg)";
    }

    /**
     * @throws IllegalArgumentException naming the key, the value and what is allowed; never a secret
     * @throws IOException if a file of keys, certificates or a secret cannot be used
     */
    static DicomSettings of(DicomConfiguration c, Secrets secrets) throws IOException {
        String place = place(c);
        Timeouts timeouts = new Timeouts(
                seconds("connect-timeout", c.connect$_$timeout(), 3600, place),
                seconds("response-timeout", c.response$_$timeout(), 3600, place),
                seconds("connect-timeout", c.connect$_$timeout(), 3600, place));
        Options options = Options.DEFAULT
                .withTimeouts(timeouts)
                .withMaxPduLength(within("max-pdu", c.max$_$pdu(), 4096, 1 << 20, place))
                .withUserIdentity(user(c, secrets))
                .withTls(tls(c, secrets));
        Commitment commitment = c.storage$_$commitment()
                ? new Commitment(
                        within("commitment-port", c.commitment$_$port(), 0, 65_535, place),
                        c.commitment$_$address().strip(),
                        seconds("commitment-timeout", c.commitment$_$timeout(), 86_400, place))
                : null;
        return new DicomSettings(
                c.destination_name(),
                c.host().strip(),
                within("port", c.port(), 1, 65_535, place),
                aet("called-aet", c.called$_$aet(), place),
                aet("calling-aet", c.calling$_$aet(), place),
                within("associations", c.associations(), 1, 16, place),
                options,
                c.replaces$_$existing(),
                commitment);
    }

    private static @Nullable UserIdentity user(DicomConfiguration c, Secrets secrets) throws IOException {
        char[] passcode = secrets.get(".passcode", c._passcode());
        String user = c.user().strip();
        if (user.isEmpty()) {
            if (passcode.length > 0) {
                throw new IllegalArgumentException(".passcode: stands without user" + place(c));
            }
            return null;
        }
        // No response is asked for: there are PACS that reject those who do, and nothing depends on one.
        return passcode.length == 0
                ? UserIdentity.ofUser(user, false)
                : UserIdentity.ofUser(user, new String(passcode), false);
    }

    private static @Nullable Tls tls(DicomConfiguration c, Secrets secrets) throws IOException {
        char[] password = secrets.get(".tls-password", c._tls$_$password());
        char[] trustedPassword = secrets.get(".tls-trusted-password", c._tls$_$trusted$_$password());
        if (!c.tls()) {
            return null;
        }
        Path trusted = path(c.tls$_$trusted());
        return new Tls(new Tls.Settings(
                path(c.tls$_$certificate()),
                path(c.tls$_$key()),
                password,
                trusted,
                trustedPassword,
                // For the port of reports: who is trusted to be called is who may call.
                trusted == null ? Tls.ClientAuthentication.NONE : Tls.ClientAuthentication.REQUIRED,
                c.tls$_$check$_$host()));
    }

    private static @Nullable Path path(String text) {
        return text.isBlank() ? null : Path.of(text.strip());
    }

    private static String aet(String key, String value, String place) {
        String aet = value.strip();
        if (aet.isEmpty() || aet.length() > 16 || !aet.chars().allMatch(x -> x >= 0x20 && x < 0x7F && x != '\\')) {
            throw new IllegalArgumentException(
                    key + " \"" + aet + "\": must be 1–16 printable ASCII characters without \\" + place);
        }
        return aet;
    }

    private static Duration seconds(String key, int value, int most, String place) {
        return Duration.ofSeconds(within(key, value, 1, most, place));
    }

    private static int within(String key, int value, int least, int most, String place) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " " + value + ": must be " + least + "–" + most + place);
        }
        return value;
    }
}
