package org.sallyport.ith.connector.internal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
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

/** A back end made of sockets, so that it can misbehave in every way. Each connection carries one request. Thread-safe. */
final class RawBackEnd implements AutoCloseable {

    /** What becomes of one request. */
    interface Behaviour {
        void on(Request request) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Thread listener = new Thread(this::listen, "raw-back-end");
    private final Deque<Behaviour> behaviours = new ConcurrentLinkedDeque<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Opens when a request stalls. */
    final CountDownLatch stalled = new CountDownLatch(1);

    /** Opens when the back end closes. */
    final CountDownLatch closing = new CountDownLatch(1);

    private final String scheme;

    RawBackEnd() throws IOException {
        this(ServerSocketFactory.getDefault(), "http");
    }

    RawBackEnd(ServerSocketFactory sockets, String scheme) throws IOException {
        this.scheme = scheme;
        server = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        listener.start();
    }

    String url() {
        return scheme + "://127.0.0.1:" + server.getLocalPort();
    }

    /** The next requests meet these; one that meets none is a trouble. */
    RawBackEnd will(Behaviour... next) {
        behaviours.addAll(List.of(next));
        return this;
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    List<String> troubles() {
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
            Request request = new Request(socket);
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

    static Behaviour answers(int status, String body, String... headers) {
        return request -> {
            request.readBody();
            request.answer(status, body, headers);
        };
    }

    static Behaviour accepts() {
        return answers(201, "{\"id\":\"archive-1\",\"status\":\"processing\"}");
    }

    /** Reads the head of the request and nothing more, and says nothing. */
    Behaviour stalls() {
        return request -> {
            stalled.countDown();
            closing.await();
        };
    }

    /** Reads the whole request, and says nothing. */
    Behaviour keepsSilent() {
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
    static final class Request {

        final String line;
        final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        final Socket socket;
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

        void readBody() throws IOException {
            int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
            body = in.readNBytes(length);
            if (body.length != length) {
                throw new IOException("the body has " + body.length + " bytes instead of " + length);
            }
        }

        void readSome(int bytes) throws IOException {
            in.readNBytes(bytes);
        }

        void answer(int status, String text, String... more) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\nConnection: close\r\n");
            for (String header : more) {
                head.append(header).append("\r\n");
            }
            head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
            socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        /** Begins a reply of a megabyte and sends a byte of it now and then, until the client or this back end ends it. */
        void trickle(CountDownLatch until) throws IOException, InterruptedException {
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
        void linger() throws IOException {
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
        void cut() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        List<ReceivedForm.Part> form() {
            String type = headers.getOrDefault("Content-Type", "").toLowerCase(Locale.ROOT);
            return ReceivedForm.parse(body, type.substring(type.indexOf("boundary=") + 9));
        }

        String field(String name) {
            return form().stream()
                    .filter(part -> part.name().equals(name))
                    .findFirst()
                    .orElseThrow()
                    .text();
        }

        /** SOP Instance UIDs in the ZIP. */
        List<String> instances() throws IOException {
            List<ReceivedForm.Part> parts = form();
            return UploadFormTest.unzip(parts.get(parts.size() - 1).content()).keySet().stream()
                    .map(name -> name.substring(name.lastIndexOf('/') + 1, name.length() - 4))
                    .toList();
        }
    }
}
