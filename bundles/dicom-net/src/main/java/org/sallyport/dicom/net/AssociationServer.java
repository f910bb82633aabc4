package org.sallyport.dicom.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.internal.Connection;
import org.sallyport.dicom.net.internal.UpperLayer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts associations: one thread for each, from a bounded pool. One more than allowed is read and rejected as "local limit exceeded" by a
 * small pool of its own. Thread-safe.
 */
public final class AssociationServer implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(AssociationServer.class);

    private static final int SOCKET_BUFFER = 512 * 1024;
    private static final int BACKLOG = 128;
    private static final int REJECTORS = 4;
    private static final int REJECTIONS_WAITING = 64;

    /**
     * How to listen.
     *
     * @param bindAddress empty = all local addresses
     * @param port 0 = any free one
     * @param maxPduLength what we take, bytes
     * @param tls null = in the clear
     */
    public record Settings(
            String bindAddress,
            int port,
            int maxPduLength,
            int maxAssociations,
            Timeouts timeouts,
            @Nullable Tls tls) {

        public Settings {
            if (tls != null) {
                tls.checkAcceptor();
            }
        }

        /** In the clear. */
        public Settings(String bindAddress, int port, int maxPduLength, int maxAssociations, Timeouts timeouts) {
            this(bindAddress, port, maxPduLength, maxAssociations, timeouts, null);
        }
    }

    private final Settings settings;
    private final AssociationPolicy policy;
    private final ServerSocket listener;
    private final ThreadPoolExecutor workers;
    private final ThreadPoolExecutor rejectors;
    private final Semaphore places;
    private final Set<Association> associations = ConcurrentHashMap.newKeySet();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;
    private volatile boolean giveUp;
    /** Touched by the accepting thread only. */
    private boolean outOfThreads;

    private AssociationServer(
            Settings settings, AssociationPolicy policy, ServerSocket listener, ThreadFactory workerThreads) {
        this.settings = settings;
        this.policy = policy;
        this.listener = listener;
        this.places = new Semaphore(settings.maxAssociations());
        AtomicInteger number = new AtomicInteger();
        int port = listener.getLocalPort();
        this.workers = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE, // bounded by the places
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> {
                    Thread thread = workerThreads.newThread(task);
                    thread.setName("dicom-" + port + "-" + number.incrementAndGet());
                    return thread;
                });
        this.rejectors = new ThreadPoolExecutor(
                REJECTORS,
                REJECTORS,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(REJECTIONS_WAITING),
                task -> new Thread(task, "dicom-" + port + "-reject"));
    }

    /** Listens and accepts until closed. */
    public static AssociationServer start(Settings settings, AssociationPolicy policy) throws IOException {
        return start(settings, policy, Thread::new);
    }

    static AssociationServer start(Settings settings, AssociationPolicy policy, ThreadFactory workerThreads)
            throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.setReuseAddress(true);
            listener.setReceiveBufferSize(SOCKET_BUFFER);
            InetSocketAddress address = settings.bindAddress().isEmpty()
                    ? new InetSocketAddress(settings.port())
                    : new InetSocketAddress(InetAddress.getByName(settings.bindAddress()), settings.port());
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw new IOException("port " + settings.port() + " cannot be opened: " + e.getMessage(), e);
        }
        AssociationServer server = new AssociationServer(settings, policy, listener, workerThreads);
        try {
            // Now, and for good: they are needed when no thread can be had any more.
            server.rejectors.prestartAllCoreThreads();
            new Thread(server::acceptLoop, "dicom-" + listener.getLocalPort() + "-accept").start();
        } catch (OutOfMemoryError e) {
            server.close();
            throw new IOException("port " + settings.port() + " cannot be served: no thread could be started", e);
        }
        return server;
    }

    /** The port that is listened on. */
    public int port() {
        return listener.getLocalPort();
    }

    /** The associations that are open now. */
    public List<Association> associations() {
        return List.copyOf(associations);
    }

    private void acceptLoop() {
        while (!closing) {
            try {
                dispatch(listener.accept());
            } catch (IOException e) {
                if (!closing) {
                    // Out of file descriptors, say: the listener stays, and this thread must not spin.
                    LOG.error("accepting a connection failed", e);
                    pause();
                }
            } catch (RuntimeException | OutOfMemoryError e) {
                LOG.error("a connection could not be taken", e);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void dispatch(Socket socket) throws IOException {
        sockets.add(socket);
        try {
            if (!places.tryAcquire()) {
                rejectors.execute(() -> turnAway(socket, settings.maxAssociations() + " associations are open"));
            } else if (!startWork(socket)) {
                places.release();
                rejectors.execute(() -> turnAway(socket, "no thread could be started"));
            }
        } catch (RejectedExecutionException e) {
            LOG.warn("more connections than can even be rejected: one was closed");
            forget(socket);
        }
    }

    /** @return false if there is no thread for it */
    private boolean startWork(Socket socket) {
        try {
            workers.execute(() -> work(socket));
            outOfThreads = false;
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("the server is being closed", e);
            return false;
        } catch (OutOfMemoryError e) {
            if (!outOfThreads) {
                outOfThreads = true;
                LOG.error("no thread can be started: associations are rejected until one can", e);
            }
            return false;
        }
    }

    private void work(Socket socket) {
        try {
            serve(socket);
        } catch (AssociationException e) {
            LOG.info("association ended: {} ({})", e.getMessage(), e.kind());
        } catch (IOException e) {
            LOG.warn("association failed", e);
        } catch (RuntimeException e) {
            LOG.error("association failed", e);
        } finally {
            places.release();
            forget(socket);
        }
    }

    private void serve(Socket socket) throws IOException {
        socket.setSendBufferSize(SOCKET_BUFFER);
        Connection connection = connection(socket);
        UpperLayer upperLayer = upperLayer(connection);
        try {
            serve(upperLayer, new AssociationPolicy.Peer(socket.getInetAddress(), connection.peerCertificate()));
        } catch (IOException | RuntimeException e) {
            // Of no effect if the association has ended already.
            upperLayer.abort();
            throw e;
        }
    }

    private Connection connection(Socket socket) throws IOException {
        Tls tls = settings.tls();
        return tls == null
                ? Connection.plain(socket)
                : Connection.secured(
                        socket, tls.asAcceptor(socket), settings.timeouts().acse());
    }

    private UpperLayer upperLayer(Connection connection) throws IOException {
        return new UpperLayer(connection, false, settings.timeouts(), settings.maxPduLength());
    }

    private void serve(UpperLayer upperLayer, AssociationPolicy.Peer peer) throws IOException {
        AssociateRequest request = upperLayer.awaitRequest();
        Rejection unsupported = unsupported(request);
        AssociationPolicy.Decision decision =
                unsupported != null ? AssociationPolicy.Decision.reject(unsupported) : policy.decide(request, peer);
        Rejection rejection = decision.rejection();
        if (rejection != null) {
            upperLayer.reject(rejection);
            return;
        }
        UserInformation ours = UserInformation.ours(settings.maxPduLength())
                .answering(decision.roles(), decision.extended(), decision.userIdentityResponse());
        AssociateAccept accept =
                new AssociateAccept(request.calledAet(), request.callingAet(), decision.contexts(), ours);
        Association association =
                new Association(upperLayer, settings.timeouts(), accept, request.userInformation(), peer);
        try (AssociationPolicy.Service service = policy.serve(association)) {
            associations.add(association);
            upperLayer.accept(accept);
            for (Association.Message message = association.receive(() -> giveUp);
                    message != null;
                    message = association.receive(() -> giveUp)) {
                service.handle(message);
            }
        } finally {
            associations.remove(association);
        }
    }

    /** What ACSE itself checks (PS3.8 9.3.4). */
    private static @Nullable Rejection unsupported(AssociateRequest request) {
        if ((request.protocolVersion() & 1) == 0) {
            return Rejection.PROTOCOL_VERSION_NOT_SUPPORTED;
        }
        return request.applicationContext().equals(AssociateRequest.DICOM_APPLICATION_CONTEXT)
                ? null
                : Rejection.APPLICATION_CONTEXT_NOT_SUPPORTED;
    }

    private void turnAway(Socket socket, String why) {
        try {
            UpperLayer upperLayer = upperLayer(connection(socket));
            AssociateRequest request = upperLayer.awaitRequest();
            LOG.warn("association of {} rejected: {}", request.callingAet(), why);
            upperLayer.reject(Rejection.LOCAL_LIMIT_EXCEEDED);
        } catch (IOException e) {
            LOG.info("a connection beyond the limit ended: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("a connection beyond the limit failed", e);
        } finally {
            forget(socket);
        }
    }

    private void forget(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing a connection failed", e);
        }
    }

    /** Stops listening at once; lets open associations end until the deadline, then aborts them. */
    public void close(Duration grace) throws IOException {
        closing = true;
        listener.close();
        rejectors.shutdown();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                giveUp = true;
                if (!workers.awaitTermination(2, TimeUnit.SECONDS)) {
                    sockets.forEach(this::forget);
                    if (!workers.awaitTermination(5, TimeUnit.SECONDS)) {
                        LOG.error("associations did not end after their connections were closed");
                    }
                }
            }
            sockets.forEach(this::forget);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            sockets.forEach(this::forget);
        }
    }

    /** Stops at once. */
    @Override
    public void close() throws IOException {
        close(Duration.ZERO);
    }
}
