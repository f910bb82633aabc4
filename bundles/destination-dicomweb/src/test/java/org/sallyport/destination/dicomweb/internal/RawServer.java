package org.sallyport.destination.dicomweb.internal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ServerSocketFactory;

/** A DICOMweb server made of sockets, so that it can misbehave in every way. Each connection carries one request. Thread-safe. */
final class RawServer implements AutoCloseable {

    /** What becomes of one request. */
    interface Behaviour {
        void on(Request request) throws IOException, InterruptedException;
    }

    private static final Pattern CONTENT_TYPE =
            Pattern.compile("multipart/related; type=\"application/dicom\"; boundary=([A-Za-z0-9-]{1,70})");

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Thread listener = new Thread(this::listen, "raw-server");
    private final Deque<Behaviour> behaviours = new ConcurrentLinkedDeque<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** Opens when a request stalls. */
    final CountDownLatch stalled = new CountDownLatch(1);

    /** Opens when the server closes. */
    final CountDownLatch closing = new CountDownLatch(1);

    private final String scheme;

    RawServer() throws IOException {
        this(ServerSocketFactory.getDefault(), "http");
    }

    RawServer(ServerSocketFactory sockets, String scheme) throws IOException {
        this.scheme = scheme;
        server = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        listener.start();
    }

    String url() {
        return scheme + "://127.0.0.1:" + server.getLocalPort();
    }

    /** The next requests meet these; one that meets none is a trouble. */
    RawServer will(Behaviour... next) {
        behaviours.addAll(List.of(next));
        return this;
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    /** For a test that means them to happen. */
    void forgetTroubles() {
        troubles.clear();
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

    /** Stores all that was sent. */
    static Behaviour stores() {
        return request -> {
            request.readBody();
            request.answer(
                    200, Answers.json(request.instances(), Map.of(), Map.of()), "Content-Type: application/dicom+json");
        };
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

        /** @return how many bytes came until the connection ended, in whatever way */
        long readAll() {
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

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** The parts of the body, which has to be exactly as RFC 2046 5.1.1 says. */
        List<byte[]> parts() {
            String type = headers.getOrDefault("Content-Type", "");
            Matcher matcher = CONTENT_TYPE.matcher(type);
            if (!matcher.matches()) {
                throw new AssertionError("Content-Type: " + type);
            }
            String text = new String(body, StandardCharsets.ISO_8859_1);
            String boundary = "--" + matcher.group(1);
            String head = boundary + "\r\nContent-Type: application/dicom\r\n\r\n";
            if (!text.startsWith(head) || !text.endsWith("\r\n" + boundary + "--\r\n")) {
                throw new AssertionError("the body does not begin and end with its boundary");
            }
            String inner = text.substring(head.length(), text.length() - boundary.length() - 6);
            return Arrays.stream(inner.split(Pattern.quote("\r\n" + head), -1))
                    .map(part -> part.getBytes(StandardCharsets.ISO_8859_1))
                    .toList();
        }

        /** SOP Instance UIDs, told by the generated content. */
        List<String> instances() {
            return parts().stream().map(Instances::uid).toList();
        }
    }
}
