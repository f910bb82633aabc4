package org.sallyport.ith.api.internal;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a call comes from.
 *
 * @param source its address, for the audit; with the proxy's, if it came by one
 * @param limitKey what calls are counted by: the address, of IPv6 its network of 64 bits, which one machine has for itself
 * @param isPrivate whether nobody on a network can read what is said: TLS up to us or to a proxy of ours, or a caller on this machine
 */
record Client(String source, String limitKey, boolean isPrivate) {

    private static final int NETWORK_BYTES = 8;

    /**
     * Four decimal numbers without leading zeros, or what begins like an IPv6 address and holds a colon: for anything else the JDK would ask the name
     * server.
     */
    private static final Pattern LITERAL =
            Pattern.compile("(NUMBER)(\\.(NUMBER)){3}|(?=[^:]*:)[0-9A-Fa-f:][0-9A-Fa-f:.]*"
                    .replace("NUMBER", "25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d"));

    /**
     * What headers say is believed of our proxies only. A call from this machine that bears them was handed on by something that is none of ours, and
     * nobody knows how it came there: it counts as overheard.
     *
     * @param remote address of the connection's other end
     * @param isSecure whether the connection has TLS
     * @param forwardedFor values of X-Forwarded-For, in order, each may hold several
     * @param forwardedProto the same of X-Forwarded-Proto
     * @param isForwarded whether there is any header that proxies add
     */
    static Client of(
            String remote,
            boolean isSecure,
            List<String> forwardedFor,
            List<String> forwardedProto,
            boolean isForwarded,
            Set<InetAddress> proxies) {
        InetAddress peer = literal(withoutZone(remote));
        if (peer == null) {
            return new Client("unknown", "unknown", false);
        }
        if (!proxies.contains(peer)) {
            return new Client(text(peer), network(peer), isSecure || peer.isLoopbackAddress() && !isForwarded);
        }
        List<String> protocols = items(forwardedProto);
        boolean encrypted =
                !protocols.isEmpty() && protocols.get(protocols.size() - 1).equalsIgnoreCase("https");
        InetAddress client = client(items(forwardedFor), proxies);
        String by = " by " + text(peer);
        return client == null
                ? new Client("unknown" + by, text(peer), encrypted)
                : new Client(text(client) + by, network(client), encrypted);
    }

    /** The last one that is no proxy of ours: what stands before it anybody may have written. */
    private static @Nullable InetAddress client(List<String> forwardedFor, Set<InetAddress> proxies) {
        for (int i = forwardedFor.size() - 1; i >= 0; i--) {
            InetAddress address = literal(withoutBrackets(forwardedFor.get(i)));
            if (address == null || !proxies.contains(address)) {
                return address;
            }
        }
        return null;
    }

    private static List<String> items(List<String> values) {
        return values.stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .toList();
    }

    private static String withoutBrackets(String text) {
        return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    }

    private static String withoutZone(String text) {
        String bare = withoutBrackets(text);
        int zone = bare.indexOf('%');
        return zone < 0 ? bare : bare.substring(0, zone);
    }

    /** @return null if it is no literal address; no name is ever looked up */
    static @Nullable InetAddress literal(String text) {
        if (!LITERAL.matcher(text).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static String text(InetAddress address) {
        return address.getHostAddress();
    }

    private static String network(InetAddress address) {
        return address instanceof Inet6Address
                ? HexFormat.of().formatHex(address.getAddress(), 0, NETWORK_BYTES)
                : text(address);
    }
}
