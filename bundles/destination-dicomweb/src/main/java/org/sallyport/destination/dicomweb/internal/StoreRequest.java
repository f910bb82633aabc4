package org.sallyport.destination.dicomweb.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.sallyport.gateway.api.DeliveryInstance;

/**
 * The body of a store request: {@code multipart/related; type="application/dicom"} (PS3.18 10.5.1, RFC 2387), each part a Part 10 file streamed from
 * the store. Its length is known before. Needs one buffer, however long the instances are. May be written again.
 */
final class StoreRequest extends AbstractHttpEntity {

    private static final int BUFFER = 1 << 16;

    private final List<DeliveryInstance> instances;
    private final byte[] head;
    private final byte[] between;
    private final byte[] tail;
    private final Progress progress;

    /** Hears how far the writing is. Called on the writing thread; may throw to end it. */
    @FunctionalInterface
    interface Progress {

        /** @param bytes of Part 10 files, of this request */
        void written(int instances, long bytes);
    }

    private StoreRequest(List<DeliveryInstance> instances, String boundary, Progress progress) {
        super("multipart/related; type=\"application/dicom\"; boundary=" + boundary, null);
        this.instances = instances;
        this.progress = progress;
        String part = "--" + boundary + "\r\nContent-Type: application/dicom\r\n\r\n";
        this.head = part.getBytes(StandardCharsets.US_ASCII);
        this.between = ("\r\n" + part).getBytes(StandardCharsets.US_ASCII);
        this.tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** @param instances at least one */
    static StoreRequest of(List<DeliveryInstance> instances, Progress progress) {
        return new StoreRequest(List.copyOf(instances), "sallyport-" + UUID.randomUUID(), progress);
    }

    @Override
    public boolean isRepeatable() {
        return true;
    }

    @Override
    public boolean isStreaming() {
        return false;
    }

    @Override
    public long getContentLength() {
        long length = head.length + (instances.size() - 1L) * between.length + tail.length;
        for (DeliveryInstance instance : instances) {
            length += instance.length();
        }
        return length;
    }

    @Override
    public InputStream getContent() {
        throw new UnsupportedOperationException("written, never read");
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long bytes = 0;
        int done = 0;
        for (DeliveryInstance instance : instances) {
            out.write(done == 0 ? head : between);
            copy(instance, out, buffer, done, bytes);
            bytes += instance.length();
            progress.written(++done, bytes);
        }
        out.write(tail);
    }

    private void copy(DeliveryInstance instance, OutputStream out, byte[] buffer, int done, long bytes)
            throws IOException {
        CRC32 crc = new CRC32();
        long expected = instance.length();
        long length = 0;
        try (InputStream in = instance.open()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted");
                }
                length += n;
                if (length > expected) {
                    throw damaged(instance, "is longer than the manifest says");
                }
                crc.update(buffer, 0, n);
                // Looked at before the last bytes go out: a damaged instance is never sent whole.
                boolean last = length == expected;
                if (last && crc.getValue() != instance.crc32()) {
                    throw damaged(instance, "has not the CRC-32 of the manifest");
                }
                out.write(buffer, 0, n);
                progress.written(done, bytes + length);
            }
        }
        if (length != expected) {
            throw damaged(instance, "is shorter than the manifest says");
        }
    }

    private static IOException damaged(DeliveryInstance instance, String how) {
        return new IOException("instance " + instance.sopInstanceUid() + " in the store " + how);
    }

    @Override
    public void close() {
        // Holds nothing open.
    }
}
