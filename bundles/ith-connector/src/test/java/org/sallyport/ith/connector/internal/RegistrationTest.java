package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.testkit.RawHttpServer.answers;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.node.BackEndRegistration.Profile;
import org.sallyport.gateway.testkit.RawHttpServer;
import org.sallyport.gateway.testkit.RawHttpServer.Request;

@Timeout(60)
class RegistrationTest {

    private static final String CONFIGURATION =
            "{\"id\":\"proxy 1/a\",\"workspace_id\":\"ws-1\",\"name\":\" Gateway of Haus\\u0007 1 \",\"config\":{\"enable_phi_anonymization\":false},\"nodes\":[]}";

    @TempDir
    private Path folder;

    private final RawHttpServer backEnd = new RawHttpServer();
    private final Reachability reachability = new Reachability(node -> {});
    private final FakeReceivers receivers = new FakeReceivers();
    private BackEndLink link;
    private Registration registration;

    RegistrationTest() throws IOException {}

    @BeforeEach
    void open() throws IOException {
        IthSettings settings = Configurations.settings(Map.of("url", backEnd.url(), "host$_$address", "10.1.2.3"));
        link = new BackEndLink(
                settings,
                new BackEndLink.Registrar() {
                    @Override
                    public <S> Runnable register(Class<S> type, S service, Map<String, Object> properties) {
                        return () -> {};
                    }
                },
                new FakeAudit(),
                receivers,
                new FakeGateway(),
                folder,
                Clock.systemUTC());
        registration = new Registration(link, new Announcement(settings), reachability);
    }

    @AfterEach
    void close() throws IOException {
        link.close();
        reachability.close();
        backEnd.close();
        assertEquals(List.of(), backEnd.troubles());
    }

    private void configured() {
        backEnd.will(answers(200, CONFIGURATION));
        link.fetch();
    }

    @Test
    void beforeTheFirstConfigurationNobodyCanBeAskedFor() {
        assertEquals(Optional.empty(), registration.profile());
        assertThrows(IOException.class, () -> registration.admits("token"));
        assertEquals("10.1.2.3", registration.address());
    }

    @Test
    void theGatewayIsKnownByWhatTheConfigurationSays() {
        configured();
        assertEquals(
                new Profile("proxy 1/a", "ws-1", "Gateway of Haus? 1", true),
                registration.profile().orElseThrow());
        receivers.lets = true;
        assertFalse(registration.profile().orElseThrow().deidentifies(), "as it is, not as the back end wants it");
    }

    /** The key would be an answer to the question by itself. */
    @Test
    void thePersonsTokenIsSentAndTheGatewaysKeyIsNot() throws Exception {
        configured();
        backEnd.will(answers(200, "{\"audit\":{\"created_by\":\"somebody else\"}}"));
        assertTrue(registration.admits("the-token"));
        Request asked = backEnd.requests().get(1);
        assertEquals("GET /api/v1/workspaces/ws-1/proxies/proxy%201%2Fa?include_user_info=true HTTP/1.1", asked.line);
        assertEquals("Bearer the-token", asked.headers.get("Authorization"));
        assertFalse(asked.headers.containsKey("X-Proxy-Key"));
        assertEquals(Configurations.TOKEN, backEnd.requests().get(0).headers.get("X-Proxy-Key"));
    }

    @Test
    void whatIsNoYesIsANoOrNoAnswer() throws Exception {
        configured();
        for (int status : new int[] {401, 403, 404}) {
            backEnd.will(answers(status, "{\"detail\":\"no\"}"));
            assertFalse(registration.admits("token"), "status " + status);
        }
        for (int status : new int[] {201, 204, 302, 400, 429, 500, 503}) {
            backEnd.will(answers(status, "{}", "Location: " + backEnd.url() + "/login"));
            assertThrows(IOException.class, () -> registration.admits("token"), "status " + status);
        }
        for (String page : List.of("<html>welcome</html>", "", "[]", "\"yes\"", "{")) {
            backEnd.will(answers(200, page));
            assertThrows(IOException.class, () -> registration.admits("token"), page);
        }
    }

    @Test
    void aBackEndThatKeepsSilentOrTricklesIsGivenUp() throws Exception {
        configured();
        Registration hasty = new Registration(
                link, new Announcement(Configurations.settings(Map.of())), reachability, Duration.ofSeconds(2));
        backEnd.will(backEnd.keepsSilent(), request -> request.trickle(backEnd.closing));
        assertThrows(InterruptedIOException.class, () -> hasty.admits("token"));
        assertThrows(InterruptedIOException.class, () -> hasty.admits("token"));
    }
}
