package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.testkit.RawHttpServer.answers;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.support.http.Reply;
import org.sallyport.gateway.testkit.RawHttpServer;

@Timeout(60)
class DownloadFileTest {

    @TempDir
    Path folder;

    private final RawHttpServer backEnd = new RawHttpServer();
    private IthHttp http;
    private DownloadFile download;
    private SealedFile file = new SealedFile(Path.of(""));

    DownloadFileTest() throws IOException {
        http = new IthHttp(settings(60), Clock.systemUTC());
        download = new DownloadFile(http, settings(60).dispatching());
    }

    private IthSettings settings(int readTimeout) {
        return Configurations.settings(Map.of("url", backEnd.url(), "read$_$timeout", readTimeout, "min$_$free", 0));
    }

    private void waitsFor(int seconds) throws IOException {
        http.close();
        http = new IthHttp(settings(seconds), Clock.systemUTC());
        download = new DownloadFile(http, settings(seconds).dispatching());
    }

    @BeforeEach
    void place() {
        file = new SealedFile(folder.resolve("1.zip"));
    }

    @AfterEach
    void close() throws IOException {
        http.close();
        backEnd.close();
        assertEquals(List.of(), backEnd.troubles());
    }

    private String content() throws IOException {
        try (InputStream in = file.open(0, file.length())) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> String.valueOf(path.getFileName())).toList();
        }
    }

    /** A reply that tells a length, and has as many bytes as it pleases. */
    private static RawHttpServer.Behaviour tells(long length, byte[] bytes) {
        return request -> {
            String head = "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n";
            request.socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            request.socket.getOutputStream().write(bytes);
            request.socket.getOutputStream().flush();
        };
    }

    @Test
    void anArchiveComesWholeAndTheKeyGoesWithTheRequest() throws Exception {
        backEnd.will(answers(200, "an archive"));
        Reply reply = download.fetch("/a", file);
        assertEquals(200, reply.status());
        assertArrayEquals(new byte[0], reply.body());
        assertEquals("an archive", content());
        assertEquals(List.of("1.zip"), files());
        assertEquals(10, download.read());
        RawHttpServer.Request request = backEnd.requests().get(0);
        assertEquals("GET /a HTTP/1.1", request.line);
        assertEquals(Configurations.TOKEN, request.headers.get("X-Proxy-Key"));
        assertEquals("application/zip, application/json", request.headers.get("Accept"));
    }

    @Test
    void anotherStatusIsToldAndLeavesNoFile() throws Exception {
        backEnd.will(answers(404, "no such scan"));
        Reply reply = download.fetch("/a", file);
        assertEquals("404 no such scan", reply.status() + " " + reply.text());
        assertEquals(List.of(), files());
    }

    @Test
    void anArchiveThatIsCutOffLeavesNoFile() throws Exception {
        backEnd.will(tells(1_000, new byte[500]));
        assertThrows(IOException.class, () -> download.fetch("/a", file));
        assertEquals(List.of(), files());
    }

    @Test
    void oneThatIsTooLargeIsRefusedBeforeItComes() throws Exception {
        backEnd.will(tells(settings(60).dispatching().largestDownload() + 1, new byte[500]));
        assertThrows(DownloadFile.Refused.class, () -> download.fetch("/a", file));
        assertEquals(List.of(), files());
    }

    /** Slower than the read time-out in all, but never silent for so long. */
    @Test
    void aSlowBackEndIsWaitedFor() throws Exception {
        waitsFor(5);
        backEnd.will(request -> {
            String head = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n";
            request.socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 16; i++) {
                request.socket.getOutputStream().write('x');
                request.socket.getOutputStream().flush();
                backEnd.closing.await(400, TimeUnit.MILLISECONDS);
            }
        });
        assertEquals(200, download.fetch("/a", file).status());
        assertEquals("x".repeat(16), content());
    }

    @Test
    void aBackEndThatFallsSilentIsLeft() throws Exception {
        waitsFor(1);
        backEnd.will(request -> {
            tells(1_000, new byte[500]).on(request);
            backEnd.closing.await();
        });
        assertInstanceOf(
                InterruptedIOException.class, assertThrows(IOException.class, () -> download.fetch("/a", file)));
        assertEquals(List.of(), files());
    }

    @Test
    void anInterruptEndsIt() throws Exception {
        backEnd.will(backEnd.stalls());
        FutureTask<Reply> task = new FutureTask<>(() -> download.fetch("/a", file));
        Thread thread = new Thread(task);
        thread.start();
        assertTrue(backEnd.stalled.await(30, TimeUnit.SECONDS));
        thread.interrupt();
        ExecutionException e = assertThrows(ExecutionException.class, () -> task.get(30, TimeUnit.SECONDS));
        assertInstanceOf(InterruptedException.class, e.getCause());
        assertFalse(file.isWhole());
        assertEquals(List.of(), files());
    }
}
