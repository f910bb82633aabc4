package org.sallyport.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.servlet.ServletException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.StatusCode;
import org.eclipse.jetty.websocket.api.WebSocketAdapter;
import org.eclipse.jetty.websocket.server.WebSocketHandler;
import org.eclipse.jetty.websocket.servlet.WebSocketServletFactory;
import org.jspecify.annotations.Nullable;

/** The WebSocket of the contract. */
final class SocketSide extends WebSocketHandler {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PATH = "/api/v1/proxy/ws";
    private static final int LONGEST_FRAME = 1 << 20;
    private static final long IDLE_MILLIS = 600_000;

    private final IthSimulator simulator;
    private final Set<Peer> peers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger ever = new AtomicInteger();
    private volatile boolean greets = true;
    private volatile int refusal;

    SocketSide(IthSimulator simulator) {
        this.simulator = simulator;
    }

    @Override
    public void configure(WebSocketServletFactory factory) {
        factory.getPolicy().setMaxTextMessageSize(LONGEST_FRAME);
        factory.getPolicy().setIdleTimeout(IDLE_MILLIS);
        factory.setCreator((request, response) -> new Peer());
    }

    @Override
    public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        if (!target.equals(PATH)) {
            return;
        }
        int refused = refusal;
        if (refused == 0 && !simulator.key().equals(request.getParameter("proxy_key"))) {
            simulator.violation("a WebSocket without the key or with a wrong one");
            refused = 403;
        }
        if (refused != 0) {
            base.setHandled(true);
            response.sendError(refused);
            return;
        }
        super.handle(target, base, request, response);
    }

    void greets(boolean yes) {
        greets = yes;
    }

    void refuses(int status) {
        refusal = status;
    }

    int open() {
        return peers.size();
    }

    int ever() {
        return ever.get();
    }

    void cut() {
        peers.forEach(Peer::cut);
    }

    void sayGoodBye() {
        peers.forEach(Peer::sayGoodBye);
    }

    /** Connections stay open, and nothing that comes on them is read or answered, pings neither. */
    void fallSilent() {
        peers.forEach(Peer::suspend);
    }

    void send(String text, int fragments) throws IOException {
        for (Peer peer : peers) {
            peer.send(text, fragments);
        }
    }

    /** One connection. Jetty calls it from one thread at a time; others send by its monitor. */
    private final class Peer extends WebSocketAdapter {

        private boolean configured;
        private boolean healthy;

        @Override
        public void onWebSocketConnect(Session session) {
            super.onWebSocketConnect(session);
            ever.incrementAndGet();
            try {
                if (greets) {
                    ObjectNode hello = JSON.createObjectNode();
                    hello.put("type", "connected")
                            .put("workspace_id", IthSimulator.WORKSPACE)
                            .put("proxy_id", IthSimulator.PROXY);
                    send(hello.toString(), 1);
                }
            } catch (IOException e) {
                return;
            }
            peers.add(this);
        }

        private void suspend() {
            Session session = getSession();
            if (session != null) {
                session.suspend();
            }
            peers.remove(this);
        }

        @Override
        public void onWebSocketClose(int statusCode, @Nullable String reason) {
            peers.remove(this);
            super.onWebSocketClose(statusCode, reason);
        }

        @Override
        public void onWebSocketError(Throwable cause) {
            peers.remove(this);
        }

        @Override
        public void onWebSocketText(String message) {
            try {
                take(JSON.readTree(message));
            } catch (JsonProcessingException e) {
                simulator.violation("a frame that is no JSON: " + message);
            } catch (IOException e) {
                peers.remove(this);
            }
        }

        @Override
        public void onWebSocketBinary(byte[] payload, int offset, int length) {
            simulator.violation("a binary frame");
        }

        private void take(JsonNode frame) throws IOException {
            String kind = frame.hasNonNull("event_type")
                    ? frame.get("event_type").asText()
                    : frame.path("type").asText("");
            String schema = kind.replace('.', '_');
            if (!Set.of("config_update", "health_update", "dispatch_status", "pong")
                    .contains(schema)) {
                simulator.violation("a frame of no known kind: " + frame);
                return;
            }
            String problems = simulator.schemas().problems(schema, frame);
            if (!problems.isEmpty()) {
                simulator.violation(kind + ": " + problems + ": " + frame);
            }
            simulator.received(new IthSimulator.Frame(Instant.now(), kind, frame));
            if (kind.equals("config_update")) {
                if (configured) {
                    simulator.violation("a second config_update on one connection");
                }
                configured = true;
                ObjectNode answer = answer(kind);
                answer.putArray("fields_updated").add("ip_address").add("port");
                send(answer.toString(), 1);
            } else if (kind.equals("health_update")) {
                if (!configured && !healthy) {
                    simulator.violation("a health_update before the config_update");
                }
                healthy = true;
                send(answer(kind).toString(), 1);
            }
        }

        private ObjectNode answer(String kind) {
            return JSON.createObjectNode().put("type", kind + "_response").put("status", "success");
        }

        synchronized void send(String text, int fragments) throws IOException {
            Session session = getSession();
            if (session == null || !session.isOpen()) {
                return;
            }
            int step = Math.max(1, (text.length() + fragments - 1) / fragments);
            for (int at = 0; at < text.length(); at += step) {
                int end = Math.min(at + step, text.length());
                session.getRemote().sendPartialString(text.substring(at, end), end == text.length());
            }
        }

        void sayGoodBye() {
            Session session = getSession();
            if (session != null) {
                session.close(StatusCode.SHUTDOWN, "going away");
            }
        }

        void cut() {
            Session session = getSession();
            peers.remove(this);
            if (session != null) {
                try {
                    session.disconnect();
                } catch (IOException e) {
                    // It is gone.
                    session.close();
                }
            }
        }
    }
}
