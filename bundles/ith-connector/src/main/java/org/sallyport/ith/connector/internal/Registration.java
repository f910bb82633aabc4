package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.node.BackEndRegistration;
import org.sallyport.gateway.support.http.Reply;

/** How the back end knows this gateway, and whom it admits to it. Thread-safe. */
final class Registration implements BackEndRegistration {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final BackEndLink link;
    private final Announcement announcement;
    private final Reachability reachability;
    private final Duration limit;

    Registration(BackEndLink link, Announcement announcement, Reachability reachability) {
        this(link, announcement, reachability, LIMIT);
    }

    /** @param limit of a question */
    Registration(BackEndLink link, Announcement announcement, Reachability reachability, Duration limit) {
        this.limit = limit;
        this.link = link;
        this.announcement = announcement;
        this.reachability = reachability;
    }

    @Override
    public Optional<Profile> profile() {
        ProxyConfiguration current = link.rules().configuration();
        return current == null || current.proxyId().isEmpty()
                ? Optional.empty()
                : Optional.of(new Profile(
                        current.proxyId(),
                        current.workspaceId(),
                        current.name(),
                        link.uploads().mode() == IdentityMode.PSEUDONYMOUS));
    }

    @Override
    public String address() {
        return announcement.address();
    }

    @Override
    public Map<String, Boolean> reachability() {
        return reachability.known();
    }

    @Override
    public boolean admits(String token) throws IOException, InterruptedException {
        Profile profile =
                profile().orElseThrow(() -> new IOException("the back end has not told yet how it knows this gateway"));
        Reply reply = link.http().getAs(token, Paths.proxy(profile.workspaceId(), profile.proxyId()), limit);
        return switch (reply.status()) {
            case 200 -> {
                if (!isObject(reply.body())) {
                    // A page that a proxy or a front end answers with to anything.
                    throw new IOException("the back end answered 200 without a JSON object");
                }
                yield true;
            }
            case 401, 403, 404 -> false;
            default -> throw new IOException("the back end answered " + reply.status());
        };
    }

    private static boolean isObject(byte[] body) throws IOException {
        try {
            return JSON.readTree(body).isObject();
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
