package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.AeTitles;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.dicom.net.Tls;
import org.sallyport.dicom.net.UserInformation.UserIdentity;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;

/**
 * The settings of {@code org.sallyport.destination.dicom-<name>}, checked once.
 *
 * @param associations at the same time within a delivery
 * @param options how associations are requested
 * @param commitment null = the PACS is not asked to commit itself
 */
record DicomSettings(
        String name,
        Peer.Source peer,
        CallingAet callingAet,
        int associations,
        Options options,
        boolean replacesExisting,
        @Nullable Commitment commitment) {

    /**
     * Storage commitment.
     *
     * @param from addresses from which the PACS may report, beside its own
     * @param timeout for the report
     */
    record Commitment(Set<InetAddress> from, Duration timeout) {

        Commitment {
            from = Set.copyOf(from);
        }
    }

    static String place(DicomConfiguration c) {
        return " (org.sallyport.destination.dicom-" + c.destination_name() + ".cfg)";
    }

    /**
     * @param nodes for a destination that is a node
     * @param own the gateway's AE title, for a destination that names none to call with
     * @throws IllegalArgumentException naming the key, the value or file and what is allowed; never a secret
     */
    static DicomSettings of(
            DicomConfiguration c, Secrets secrets, Supplier<@Nullable NodeDirectory> nodes, CallingAet own) {
        Values values = new Values(place(c));
        Duration connect = Duration.ofSeconds(values.within("connect-timeout", c::connect$_$timeout, 1, 3600));
        Duration response = Duration.ofSeconds(values.within("response-timeout", c::response$_$timeout, 1, 3600));
        Options options = Options.DEFAULT
                .withTimeouts(new Timeouts(connect, response, connect))
                .withMaxPduLength(values.within("max-pdu", c::max$_$pdu, 4096, 1 << 20))
                .withUserIdentity(user(c, secrets))
                .withTls(tls(c, values, secrets));
        Duration commitment =
                Duration.ofSeconds(values.within("commitment-timeout", c::commitment$_$timeout, 1, 86_400));
        Set<InetAddress> from = addresses(c.commitment$_$from(), values);
        return new DicomSettings(
                c.destination_name(),
                peer(c, values, nodes),
                calling(c, values, own),
                values.within("associations", c::associations, 1, 16),
                options,
                values.yes("replaces-existing", c.replaces$_$existing()),
                values.yes("storage-commitment", c.storage$_$commitment()) ? new Commitment(from, commitment) : null);
    }

    private static Peer.Source peer(DicomConfiguration c, Values values, Supplier<@Nullable NodeDirectory> nodes) {
        String node = c.node().strip();
        String host = c.host().strip();
        if (!node.isEmpty()) {
            if (!host.isEmpty()) {
                throw new IllegalArgumentException(
                        "node \"" + node + "\": stands beside host, one of them has to be empty" + values.place());
            }
            return new NodePeer(node, nodes);
        }
        if (host.length() > 253) {
            throw new IllegalArgumentException("host: is no host name or address" + values.place());
        }
        Peer fixed =
                new Peer(host, values.within("port", c::port, 1, 65_535), aet("called-aet", c.called$_$aet(), values));
        return () -> fixed;
    }

    private static CallingAet calling(DicomConfiguration c, Values values, CallingAet own) {
        if (c.calling$_$aet().isBlank()) {
            return own;
        }
        String fixed = aet("calling-aet", c.calling$_$aet(), values);
        return () -> fixed;
    }

    /**
     * As things stand at the moment.
     *
     * @throws IOException if that cannot be told; the message says why, for people
     */
    Link link() throws IOException {
        Peer there = peer.peer();
        return new Link(there, callingAet.aet(), there.options(options));
    }

    private static Set<InetAddress> addresses(String text, Values values) {
        Set<InetAddress> addresses = new HashSet<>();
        for (String one : text.strip().split("[,\\s]+", -1)) {
            if (one.isEmpty()) {
                continue;
            }
            try {
                // Anything else the JDK would ask the name server for.
                if (!one.matches("[0-9.]{7,15}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
                    throw new IOException("no literal address");
                }
                addresses.add(InetAddress.getByName(one));
            } catch (IOException e) {
                throw values.refused(
                        "commitment-from \"" + one + "\": must be addresses such as 10.1.2.3, parted by commas", e);
            }
        }
        return addresses;
    }

    private static @Nullable UserIdentity user(DicomConfiguration c, Secrets secrets) {
        String passcode = secrets.get(".passcode", c._passcode());
        String user = c.user().strip();
        if (user.isEmpty()) {
            if (!passcode.isEmpty()) {
                throw new IllegalArgumentException(".passcode: stands without user" + place(c));
            }
            return null;
        }
        // No response is asked for: there are PACS that reject those who do, and nothing depends on one.
        return passcode.isEmpty() ? UserIdentity.ofUser(user, false) : UserIdentity.ofUser(user, passcode, false);
    }

    private static @Nullable Tls tls(DicomConfiguration c, Values values, Secrets secrets) {
        char[] password = secrets.get(".tls-password", c._tls$_$password()).toCharArray();
        char[] trustedPassword = secrets.get(".tls-trusted-password", c._tls$_$trusted$_$password())
                .toCharArray();
        boolean checkHost = values.yes("tls-check-host", c.tls$_$check$_$host());
        if (!values.yes("tls", c.tls())) {
            return null;
        }
        try {
            return new Tls(new Tls.Settings(
                    path(c.tls$_$certificate()),
                    path(c.tls$_$key()),
                    password,
                    path(c.tls$_$trusted()),
                    trustedPassword,
                    Tls.ClientAuthentication.NONE,
                    checkHost));
        } catch (IOException | InvalidPathException e) {
            throw values.refused("tls-certificate, tls-key or tls-trusted: " + e.getMessage(), e);
        }
    }

    private static @Nullable Path path(String text) {
        return text.isBlank() ? null : Path.of(text.strip());
    }

    private static String aet(String key, String value, Values values) {
        String aet = value.strip();
        if (!AeTitles.isValid(aet)) {
            throw new IllegalArgumentException(
                    key + " \"" + aet + "\": must be 1–16 printable ASCII characters without \\" + values.place());
        }
        return aet;
    }
}
