package org.sallyport.ith.api.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClientTest {

    private static Client by(String remote, List<String> forwardedFor, String proto) {
        try {
            return Client.of(
                    remote,
                    false,
                    forwardedFor,
                    List.of(proto),
                    true,
                    Set.of(InetAddress.getByName("10.0.0.5"), InetAddress.getByName("fd00::5")));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Client direct(String remote, boolean secure) {
        return Client.of(remote, secure, List.of(), List.of(), false, Set.of());
    }

    @Test
    void headersOfOthersThanOurProxiesAreNotBelieved() {
        Client client = by("10.9.9.9", List.of("127.0.0.1"), "https");
        assertEquals("10.9.9.9", client.source());
        assertFalse(client.isPrivate());
        assertFalse(by("127.0.0.1", List.of("10.1.1.1"), "https").isPrivate());
    }

    @Test
    void theLastAddressBeforeOurProxiesCounts() {
        assertEquals(
                "10.1.1.1 by 10.0.0.5",
                by("10.0.0.5", List.of("127.0.0.1, 10.1.1.1"), "https").source());
        assertEquals(
                "10.1.1.1 by 10.0.0.5",
                by("10.0.0.5", List.of("8.8.8.8", "10.1.1.1, fd00::5"), "https").source());
        assertEquals(
                "2001:db8:0:0:0:0:0:7 by fd00:0:0:0:0:0:0:5",
                by("[fd00::5]", List.of("[2001:db8::7]"), "https").source());
    }

    @Test
    void aProxyThatDoesNotSayForWhomIsCountedItself() {
        for (List<String> value :
                List.of(List.<String>of(), List.of(""), List.of("Anna Sample"), List.of("10.0.0.5"))) {
            Client client = by("10.0.0.5", value, "https");
            assertEquals("unknown by 10.0.0.5", client.source());
            assertEquals("10.0.0.5", client.limitKey());
        }
    }

    @Test
    void onlyHttpsUpToTheProxyIsPrivate() {
        assertTrue(by("10.0.0.5", List.of("10.1.1.1"), "https").isPrivate());
        assertTrue(by("10.0.0.5", List.of("10.1.1.1"), "http, HTTPS").isPrivate());
        for (String proto : List.of("http", "", "https, http", "httpsx")) {
            assertFalse(by("10.0.0.5", List.of("10.1.1.1"), proto).isPrivate(), proto);
        }
    }

    @Test
    void withoutAProxyTlsOrThisMachineIsPrivate() {
        assertTrue(direct("127.0.0.1", false).isPrivate());
        assertTrue(direct("::1", false).isPrivate());
        assertTrue(direct("[0:0:0:0:0:0:0:1]", false).isPrivate());
        assertTrue(direct("10.1.1.1", true).isPrivate());
        assertFalse(direct("10.1.1.1", false).isPrivate());
        assertFalse(direct("fe80::1%eth0", false).isPrivate());
        assertFalse(direct("somewhere", true).isPrivate());
    }

    @Test
    void addressesOfOneIpv6NetworkCountTogether() {
        assertEquals(
                direct("2001:db8::1", true).limitKey(),
                direct("2001:db8::ffff:2", true).limitKey());
        assertNotEquals(
                direct("2001:db8::1", true).limitKey(),
                direct("2001:db8:0:1::1", true).limitKey());
        assertNotEquals(
                direct("10.0.0.1", true).limitKey(), direct("10.0.0.2", true).limitKey());
    }
}
