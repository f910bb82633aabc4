package org.sallyport.gateway.api.node;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Networks that identity may be sent into: CIDR blocks. Only literal addresses are looked at, never names. Immutable. */
public final class IdentityNetworks {

    /** Loopback and RFC 1918. */
    private static final String DEFAULT = "127.0.0.0/8, ::1/128, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16";

    /**
     * Four decimal numbers without leading zeros, or what begins like an IPv6 address and holds a colon: for anything else the JDK would ask the
     * name server, and read short forms in ways of its own.
     */
    private static final Pattern LITERAL =
            Pattern.compile("(NUMBER)(\\.(NUMBER)){3}|(?=[^:]*:)[0-9A-Fa-f:][0-9A-Fa-f:.]*"
                    .replace("NUMBER", "25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d"));

    /** No network at all. */
    public static final IdentityNetworks NONE = new IdentityNetworks(List.of());

    private record Block(byte[] network, int bits) {

        boolean contains(byte[] address) {
            if (address.length != network.length) {
                return false;
            }
            int rest = address.length * 8 - bits;
            return new BigInteger(1, address).shiftRight(rest).equals(new BigInteger(1, network).shiftRight(rest));
        }
    }

    private final List<Block> blocks;

    private IdentityNetworks(List<Block> blocks) {
        this.blocks = blocks;
    }

    /**
     * @param text CIDR blocks parted by commas; empty = loopback and RFC 1918
     * @throws IllegalArgumentException naming what is wrong
     */
    public static IdentityNetworks parse(String text) {
        String list = text.isBlank() ? DEFAULT : text;
        return new IdentityNetworks(Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .map(IdentityNetworks::block)
                .toList());
    }

    private static Block block(String text) {
        int slash = text.indexOf('/');
        try {
            if (slash > 0 && LITERAL.matcher(text.substring(0, slash)).matches()) {
                byte[] network = InetAddress.getByName(text.substring(0, slash)).getAddress();
                int bits = Integer.parseInt(text.substring(slash + 1));
                if (bits >= 0 && bits <= network.length * 8) {
                    return new Block(network, bits);
                }
            }
        } catch (UnknownHostException | NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException("identity-networks \"" + text
                + "\": must be networks such as 10.0.0.0/8, parted by commas (org.sallyport.identity.cfg)");
    }

    /** Whether a literal address lies in one of them; a name lies in none, whatever it stands for today. */
    public boolean contains(String address) {
        if (!LITERAL.matcher(address).matches()) {
            return false;
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return blocks.stream().anyMatch(block -> block.contains(bytes));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
