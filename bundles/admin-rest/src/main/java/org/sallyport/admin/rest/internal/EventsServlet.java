package org.sallyport.admin.rest.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import javax.servlet.AsyncContext;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.vault.Roles;

/**
 * {@code GET /admin/api/events}: a stream of events (text/event-stream) for users of any role, who show who they are by basic authentication
 * (RFC 7617). It carries no identity.
 */
@Component(service = EventsServlet.class)
public final class EventsServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final Set<String> MAY =
            Set.of(Roles.VIEWER, Roles.OPERATOR, Roles.PRIVACY_OFFICER, Roles.ADMINISTRATOR);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final String COME_AGAIN_SECONDS = "30";

    private final transient EventHub hub;
    private final transient Login login;
    private final transient FailedLogins failed;

    @Activate
    public EventsServlet(@Reference EventHub hub, @Reference Login login) {
        this(hub, login, Clock.systemUTC());
    }

    EventsServlet(EventHub hub, Login login, Clock clock) {
        this.hub = hub;
        this.login = login;
        this.failed = new FailedLogins(clock);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        if (request.getPathInfo() != null && !request.getPathInfo().equals("/")) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        if (!isAuthorized(request, response)) {
            return;
        }
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("UTF-8");
        AsyncContext context = request.startAsync();
        context.setTimeout(0);
        if (!hub.join(context)) {
            response.reset();
            response.setHeader("Retry-After", COME_AGAIN_SECONDS);
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            context.complete();
        }
    }

    /** A stream has no end that could be told by its head. */
    @Override
    protected void doHead(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Allow", "GET");
        response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
    }

    /** If not, it is answered. */
    private boolean isAuthorized(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String address = request.getRemoteAddr();
        if (!failed.mayTry(address)) {
            response.setHeader("Retry-After", String.valueOf(FailedLogins.PENALTY.toSeconds()));
            response.sendError(TOO_MANY_REQUESTS);
            return false;
        }
        String given = request.getHeader("Authorization");
        Optional<Set<String>> roles = given == null ? Optional.empty() : roles(given);
        if (roles.isEmpty()) {
            if (given != null) {
                failed.failed(address);
            }
            response.setHeader("WWW-Authenticate", "Basic realm=\"Sallyport\", charset=\"UTF-8\"");
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
            return false;
        }
        failed.succeeded(address);
        if (Collections.disjoint(roles.get(), MAY)) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
            return false;
        }
        return true;
    }

    private Optional<Set<String>> roles(String authorization) {
        if (!authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return Optional.empty();
        }
        String pair;
        try {
            pair = new String(
                    Base64.getDecoder().decode(authorization.substring(6).strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        int colon = pair.indexOf(':');
        return colon < 1 ? Optional.empty() : login.roles(pair.substring(0, colon), pair.substring(colon + 1));
    }
}
