package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.intake.ReturnedObjects;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.ListenerControl;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDestinations;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.IdentityVault;

/** The rest of the gateway, as a test wants it. */
final class FakeGateway implements Gateway {

    /** Echoes block until a test lets them go. */
    volatile boolean echoesHang;

    volatile boolean receiving = true;

    /** Runs on the thread that asks for the listener's status. */
    volatile Runnable beforeStatus = () -> {};

    volatile int port = 11112;
    final Map<String, Integer> echoes = new ConcurrentHashMap<>();
    final List<String> followed = new CopyOnWriteArrayList<>();

    @Nullable
    NodeDestinations nodes = partly(NodeDestinations.class, Map.of());

    @Nullable
    ReturnedObjects returned = partly(ReturnedObjects.class, Map.of());

    @Nullable
    IdentityVault vault = partly(IdentityVault.class, Map.of());

    @Nullable
    Quarantine quarantine = partly(Quarantine.class, Map.of());

    @Nullable
    DeliveryQueue queue;

    @Nullable
    StudyIndex index;

    @Nullable
    StudyFinder finder;

    @Nullable
    Retention retention;

    @Nullable
    RemoteStudies remote;

    private final DicomReceiver receiver = new DicomReceiver() {
        @Override
        public Status status() {
            beforeStatus.run();
            return new Status(true, receiving, "GATE", port, null);
        }

        @Override
        public List<ListenerView> listeners() {
            return List.of(new ListenerView(port, false, true, null));
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public List<AssociationView> associations() {
            return List.of();
        }

        @Override
        public long echo(Node node) throws IOException {
            return echo(node.aet(), node.address(), node.port());
        }

        @Override
        public long echo(String calledAet, String host, int port) throws IOException {
            echoes.merge(calledAet, 1, Integer::sum);
            if (echoesHang) {
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            if (calledAet.startsWith("DEAD")) {
                throw new IOException("no answer");
            }
            return 1;
        }
    };

    @Override
    public DicomReceiver receiver() {
        return receiver;
    }

    @Override
    public ListenerControl listener() {
        return (aet, port) -> followed.add(aet + ":" + port);
    }

    @Override
    public NodeDirectory directory() {
        return partly(NodeDirectory.class, Map.of("nodes", arguments -> List.of()));
    }

    @Override
    public @Nullable NodeDestinations nodes() {
        return nodes;
    }

    @Override
    public @Nullable ReturnedObjects returned() {
        return returned;
    }

    @Override
    public @Nullable IdentityVault vault() {
        return vault;
    }

    @Override
    public @Nullable Quarantine quarantine() {
        return quarantine;
    }

    @Override
    public @Nullable DeliveryQueue queue() {
        return queue;
    }

    @Override
    public @Nullable DestinationDirectory destinations() {
        return null;
    }

    @Override
    public @Nullable StudyIndex index() {
        return index;
    }

    @Override
    public @Nullable StudyFinder finder() {
        return finder;
    }

    @Override
    public @Nullable Retention retention() {
        return retention;
    }

    @Override
    public @Nullable RemoteStudies remote() {
        return remote;
    }

    /** Of an interface of which a test needs a few methods; the others fail. */
    static <T> T partly(Class<T> type, Map<String, Answer> answers) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    Answer answer = answers.get(method.getName());
                    if (answer == null) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return answer.to(given == null ? List.of() : Arrays.asList(given));
                }));
    }

    /** What a method answers. */
    interface Answer {
        @Nullable
        Object to(List<?> arguments) throws Exception;
    }

    static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
}
