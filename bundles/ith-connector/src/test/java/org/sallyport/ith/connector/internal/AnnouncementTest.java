package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnouncementTest {

    private static Announcement of(Map<String, Object> values) {
        return new Announcement(Configurations.settings(values));
    }

    @ParameterizedTest
    @CsvSource({
        "https://gateway.example/proxy,https://gateway.example/proxy/api",
        "https://gateway.example/api,https://gateway.example/api",
        "https://gateway.example/api/,https://gateway.example/api",
        "http://gateway.example:8080//,http://gateway.example:8080/api"
    })
    void aUrlThatIsSetIsToldWithApiAtItsEndWhateverThePortsAre(String set, String told) {
        assertEquals(told, of(Map.of("api$_$url", set, "https$_$port", "8443")).apiUrl("10.1.2.3"));
    }

    @ParameterizedTest
    @CsvSource({
        "8080,'',10.1.2.3,http://10.1.2.3:8080/api",
        "80,'',10.1.2.3,http://10.1.2.3:80/api",
        "8080,443,10.1.2.3,https://10.1.2.3/api",
        "8080,8443,10.1.2.3,https://10.1.2.3:8443/api",
        "8080,8443,2001:db8::7,https://[2001:db8::7]:8443/api"
    })
    void withoutOneItIsMadeOfAddressAndPortByHttpsIfThatIsOn(int port, String https, String address, String told) {
        assertEquals(told, of(Map.of("api$_$port", port, "https$_$port", https)).apiUrl(address));
    }

    @Test
    void theAddressIsTheOneThatIsSetElseThatOfTheInterfaceTowardsTheBackEnd() {
        assertEquals("192.0.2.7", of(Map.of("host$_$address", " 192.0.2.7 ")).address());
        assertEquals("127.0.0.1", of(Map.of("url", "https://127.0.0.1")).address());
    }
}
