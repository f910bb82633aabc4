package org.sallyport.gateway.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;

/** An HTTP server made of sockets, so that it can misbehave in every way. Each connection carries one request. Thread-safe. */
public final class RawHttpServer implements AutoCloseable {

    /** What becomes of one request. */
    @FunctionalInterface
    public interface Behaviour {
        void on(Request request) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Thread listener = new Thread(this::listen, "raw-server");
    private final Deque<Behaviour> behaviours = new ConcurrentLinkedDeque<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile boolean trusted = true;
    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Opens when a request stalls. */
    public final CountDownLatch stalled = new CountDownLatch(1);

    /** Opens when the server closes. */
    public final CountDownLatch closing = new CountDownLatch(1);

    private final String scheme;

    public RawHttpServer() throws IOException {
        this(ServerSocketFactory.getDefault(), "http");
    }

    public RawHttpServer(ServerSocketFactory sockets, String scheme) throws IOException {
        this.scheme = scheme;
        server = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        listener.start();
    }

    public String url() {
        return scheme + "://127.0.0.1:" + server.getLocalPort();
    }

    /** The next requests meet these; one that meets none is a trouble. */
    public RawHttpServer will(Behaviour... next) {
        behaviours.addAll(List.of(next));
        return this;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** From now on a connection that fails before a request came is no trouble: the client is not to trust this server. */
    public void willNotBeTrusted() {
        trusted = false;
    }

    public List<String> troubles() {
        return List.copyOf(troubles);
    }

    private void listen() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    troubles.add(e.toString());
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            Request request;
            try {
                request = new Request(socket);
            } catch (IOException e) {
                if (trusted) {
                    throw e;
                }
                return;
            }
            requests.add(request);
            Behaviour behaviour = behaviours.poll();
            if (behaviour == null) {
                troubles.add("not expected: " + request.line);
                return;
            }
            behaviour.on(request);
        } catch (IOException e) {
            if (closing.getCount() > 0) {
                troubles.add(e.toString());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    /** Reads the whole request, and answers. */
    public static Behaviour answers(int status, String body, String... headers) {
        return request -> {
            request.readBody();
            request.answer(status, body, headers);
        };
    }

    /** Status 200 and a ZIP, and no more on this connection. */
    public static Behaviour archive(byte[] zip) {
        return request -> {
            OutputStream out = request.socket.getOutputStream();
            String head = "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: " + zip.length
                    + "\r\nConnection: close\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(zip);
            out.flush();
        };
    }

    /** Reads the head of the request and nothing more, and says nothing. */
    public Behaviour stalls() {
        return request -> {
            stalled.countDown();
            closing.await();
        };
    }

    /** Reads the whole request, and says nothing. */
    public Behaviour keepsSilent() {
        return request -> {
            request.readBody();
            stalled.countDown();
            closing.await();
        };
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        server.close();
        try {
            // Until it has ended the kernel goes on accepting.
            listener.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }

    /** One request; its body is read when a behaviour says so. */
    public static final class Request {

        public final String line;
        public final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        public final Socket socket;
        private final InputStream in;
        private volatile byte[] body = new byte[0];

        private Request(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream(), 512);
            this.line = readLine();
            for (String header = readLine(); !header.isEmpty(); header = readLine()) {
                int colon = header.indexOf(':');
                headers.put(
                        header.substring(0, colon), header.substring(colon + 1).strip());
            }
        }

        private String readLine() throws IOException {
            StringBuilder text = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("the connection ended in the head of a request");
                }
                text.append((char) c);
            }
            return text.substring(0, text.length() - 1);
        }

        public void readBody() throws IOException {
            int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
            body = in.readNBytes(length);
            if (body.length != length) {
                throw new IOException("the body has " + body.length + " bytes instead of " + length);
            }
        }

        public void readSome(int bytes) throws IOException {
            in.readNBytes(bytes);
        }

        /** @return how many bytes came until the connection ended, in whatever way */
        public long readAll() {
            long count = 0;
            try {
                while (in.read() >= 0) {
                    count++;
                }
            } catch (IOException e) {
                // Reset.
            }
            return count;
        }

        public void answer(int status, String text, String... more) throws IOException {
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\nConnection: close\r\n");
            for (String header : more) {
                head.append(header).append("\r\n");
            }
            head.append("Content-Length: ").append(content.length).append("\r\n\r\n");
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            reply.writeBytes(head.toString().getBytes(StandardCharsets.US_ASCII));
            reply.writeBytes(content);
            // In one write: a client that has seen enough of the head may close before the second.
            socket.getOutputStream().write(reply.toByteArray());
            socket.getOutputStream().flush();
        }

        /** Begins a reply of a megabyte and sends a byte of it now and then, until the client or this back end ends it. */
        public void trickle(CountDownLatch until) throws IOException, InterruptedException {
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            try {
                while (!until.await(100, TimeUnit.MILLISECONDS)) {
                    socket.getOutputStream().write(' ');
                    socket.getOutputStream().flush();
                }
            } catch (IOException e) {
                // The client has had enough.
            }
        }

        /** Takes and throws away what still comes, as a server does that closes with care. */
        public void linger() throws IOException {
            socket.shutdownOutput();
            byte[] buffer = new byte[8192];
            try {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    // Thrown away.
                }
            } catch (IOException e) {
                // The client closed first.
            }
        }

        /** The connection ends without a word (RST). */
        public void cut() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** As far as it was read. */
        public byte[] body() {
            return body.clone();
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }
}
