package org.sallyport.gateway.api.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityNetworksTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.255",
                "::1",
                "10.0.0.0",
                "10.255.255.255",
                "172.16.0.0",
                "172.31.255.255",
                "192.168.0.1",
                "::ffff:10.1.2.3"
            })
    void byDefaultLoopbackAndPrivateNetworksAreInside(String address) {
        assertTrue(IdentityNetworks.parse(" ").contains(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9.255.255.255",
                "11.0.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.167.255.255",
                "192.169.0.0",
                "8.8.8.8",
                "::2",
                "fe80::1",
                "::ffff:11.1.2.3"
            })
    void byDefaultEverythingElseIsOutside(String address) {
        assertFalse(IdentityNetworks.parse("").contains(address));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "pacs.hospital.example",
                "10.0.0.1.evil.example",
                "10.0.0.1 ",
                "10.0.0.1\n",
                "10",
                "10.1",
                "167772161",
                "010.0.0.1",
                "10.0.0.256",
                "10.0.0.1.5",
                "10..0.1",
                "999.999.999.999",
                ".:",
                ":::",
                "1:2",
                "10.0.0.1:104",
                "[::1]",
                "fe80::1%eth0",
                "0x0a000001"
            })
    void whatIsNoLiteralAddressIsOutsideAndNeverLookedUp(String address) {
        IdentityNetworks all = IdentityNetworks.parse("0.0.0.0/0, ::/0");
        // A look-up of a name that is not there takes longer, or finds what an attacker's name server says.
        assertFalse(assertTimeoutPreemptively(Duration.ofSeconds(5), () -> all.contains(address)));
    }

    @Test
    void blocksAreCutAtAnyBit() {
        IdentityNetworks networks = IdentityNetworks.parse("192.0.2.128/25,198.51.100.7/32 , 2001:db8:8000::/33");
        assertTrue(networks.contains("192.0.2.128"));
        assertTrue(networks.contains("192.0.2.255"));
        assertFalse(networks.contains("192.0.2.127"));
        assertTrue(networks.contains("198.51.100.7"));
        assertFalse(networks.contains("198.51.100.6"));
        assertTrue(networks.contains("2001:db8:ffff::1"));
        assertFalse(networks.contains("2001:db8:7fff::1"));
        assertFalse(networks.contains("10.0.0.1"), "the default is replaced, not added to");
    }

    @Test
    void zeroBitsHoldEverythingOfOneFamily() {
        IdentityNetworks networks = IdentityNetworks.parse("0.0.0.0/0");
        assertTrue(networks.contains("255.255.255.255"));
        assertFalse(networks.contains("::1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0",
                "10.0.0.0/",
                "/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/a",
                "10.0.0.0/8/8",
                "10/8",
                "::/129",
                "hospital.example/8",
                "300.0.0.0/8"
            })
    void whatIsNoNetworkIsNamed(String text) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> IdentityNetworks.parse("127.0.0.0/8, " + text));
        assertEquals(
                "identity-networks \"" + text
                        + "\": must be networks such as 10.0.0.0/8, parted by commas (org.sallyport.identity.cfg)",
                e.getMessage());
    }

    @Test
    void aCommaTooManyIsNamed() {
        assertThrows(IllegalArgumentException.class, () -> IdentityNetworks.parse("10.0.0.0/8,"));
    }
}
