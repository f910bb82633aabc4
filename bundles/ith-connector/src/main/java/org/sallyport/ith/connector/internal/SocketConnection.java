package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.support.http.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of the WebSocket. The client's thread puts whole frames into a queue and asks for the next only while there is room, so that nothing is
 * lost and nothing grows; the thread that owns the connection takes them, and sends.
 */
final class SocketConnection implements WebSocket.Listener {

    static final int LONGEST_FRAME = 1 << 20;
    static final int MOST_QUEUED = 1_000;

    /** Of frames that wait or that the owner has not done with: with more no other is asked for. */
    private static final int MOST_CHARACTERS = 4 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(SocketConnection.class);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TOO_BIG = 1009;
    private static final int LONGEST_CLOSE_REASON = 60;

    private record Frame(JsonNode content, int length) {}

    private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<String> lost = new CompletableFuture<>();
    private volatile @Nullable WebSocket socket;
    private volatile long pingNanos;
    private volatile long pongNanos;

    /** Whether frames that are no JSON were told of; the client's thread's own. */
    private boolean warned;

    /** Whether the client waits to be asked for more; guarded by this. */
    private boolean held;

    /** Characters of the frames that came and that the owner has not done with; guarded by this. */
    private long characters;

    /** Those of them that the owner has taken; its own. */
    private long taken;

    // ---- the client's thread

    @Override
    public void onOpen(WebSocket opened) {
        socket = opened;
        opened.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        if (text.length() + data.length() > LONGEST_FRAME) {
            from.sendClose(TOO_BIG, "frame of more than 1 MiB");
            lose("a frame of more than 1 MiB came");
            return null;
        }
        text.append(data);
        if (last) {
            String whole = text.toString();
            text.setLength(0);
            try {
                JsonNode frame = JSON.readTree(whole);
                if (frame != null && frame.isObject()) {
                    queue(new Frame(frame, whole.length()));
                } else {
                    passOver();
                }
            } catch (JsonProcessingException e) {
                passOver();
            }
        }
        askForMore(from, false);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        passOver();
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
        // The client answers by itself.
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
        pongNanos = System.nanoTime();
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
        String told = Reply.cut(Reply.line(reason), LONGEST_CLOSE_REASON);
        lose("closed by the back end with " + statusCode + (told.isEmpty() ? "" : " (" + told + ")"));
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        // Its message may hold the address with the key.
        lose("the connection broke (" + error.getClass().getSimpleName() + ")");
    }

    private void passOver() {
        if (!warned) {
            LOG.warn("a frame of the back end is no JSON object: it is passed over, as are others of this connection");
            warned = true;
        }
    }

    private void lose(String why) {
        lost.complete(why);
    }

    private synchronized void queue(Frame frame) {
        characters += frame.length();
        frames.add(frame);
    }

    /** @param again whether there may be room now for what was held */
    private synchronized void askForMore(WebSocket from, boolean again) {
        if (frames.size() < MOST_QUEUED && characters < MOST_CHARACTERS) {
            if (!again || held) {
                held = false;
                from.request(1);
            }
        } else if (!again) {
            held = true;
        }
    }

    // ---- the owner's thread

    /** The next frame, or null if none came in time. */
    @Nullable
    JsonNode take(Duration longest) throws InterruptedException {
        Frame frame = frames.poll(longest.toMillis(), TimeUnit.MILLISECONDS);
        if (frame == null) {
            return null;
        }
        taken += frame.length();
        askAgain();
        return frame.content();
    }

    /** The owner keeps nothing any more of the frames that it has taken. */
    void done() {
        synchronized (this) {
            characters -= taken;
        }
        taken = 0;
        askAgain();
    }

    private void askAgain() {
        WebSocket open = socket;
        if (open != null) {
            askForMore(open, true);
        }
    }

    /** Why the connection is gone, or null. Frames that came before may still be there. */
    @Nullable
    String lost() {
        return lost.getNow(null);
    }

    void send(ObjectNode frame, Duration longest) throws IOException, InterruptedException {
        await(socket().sendText(frame.toString(), true), longest);
    }

    void ping(Duration longest) throws IOException, InterruptedException {
        pingNanos = System.nanoTime();
        await(socket().sendPing(ByteBuffer.allocate(0)), longest);
    }

    /** Whether a ping has been without an answer for so long. */
    boolean isSilentFor(Duration longest) {
        return pingNanos != 0 && pongNanos - pingNanos < 0 && System.nanoTime() - pingNanos > longest.toNanos();
    }

    boolean awaitsPong() {
        return pingNanos != 0 && pongNanos - pingNanos < 0;
    }

    private WebSocket socket() throws IOException {
        WebSocket open = socket;
        if (open == null) {
            throw new IOException("not connected");
        }
        return open;
    }

    private static void await(CompletableFuture<WebSocket> sending, Duration longest)
            throws IOException, InterruptedException {
        try {
            sending.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("the back end does not take what is sent", e);
        } catch (ExecutionException e) {
            throw new IOException("the connection broke while sending", e);
        }
    }

    /** Says good-bye, and waits a little for the other side to hear it. */
    void close(Duration longest) throws InterruptedException {
        WebSocket open = socket;
        if (open == null) {
            return;
        }
        try {
            await(open.sendClose(WebSocket.NORMAL_CLOSURE, ""), longest);
        } catch (IOException e) {
            open.abort();
        }
    }

    void abort() {
        WebSocket open = socket;
        if (open != null) {
            open.abort();
        }
    }
}
