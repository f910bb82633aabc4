package org.sallyport.ith.connector.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.apache.hc.core5.http.message.BasicNameValuePair;
import org.sallyport.gateway.api.archive.StudyArchive;

/** The multipart form of an upload (RFC 7578): fields in the order in which the back end knows them, then the ZIP, streamed. Its length is known before. */
final class UploadForm extends AbstractHttpEntity {

    private static final String END = "\r\n";

    private final byte[] head;
    private final byte[] tail;
    private final StudyArchive archive;
    private final StudyArchive.Progress progress;

    private UploadForm(
            String boundary, byte[] head, byte[] tail, StudyArchive archive, StudyArchive.Progress progress) {
        super(ContentType.create("multipart/form-data", new BasicNameValuePair("boundary", boundary)), null);
        this.head = head;
        this.tail = tail;
        this.archive = archive;
        this.progress = progress;
    }

    /**
     * @param fields names and values, in order; a name may come several times
     * @param fileName of the ZIP: our own identifiers only
     */
    static UploadForm of(
            List<Map.Entry<String, String>> fields,
            String fileName,
            StudyArchive archive,
            StudyArchive.Progress progress) {
        String boundary = "sallyport-" + UUID.randomUUID();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (Map.Entry<String, String> field : fields) {
            append(head, "--" + boundary + END);
            append(head, "Content-Disposition: form-data; name=\"" + field.getKey() + "\"" + END + END);
            append(head, field.getValue() + END);
        }
        append(head, "--" + boundary + END);
        append(head, "Content-Disposition: form-data; name=\"file\"; filename=\"" + fileName + "\"" + END);
        append(head, "Content-Type: application/zip" + END + END);
        byte[] tail = (END + "--" + boundary + "--" + END).getBytes(StandardCharsets.US_ASCII);
        return new UploadForm(boundary, head.toByteArray(), tail, archive, progress);
    }

    private static void append(ByteArrayOutputStream to, String text) {
        to.writeBytes(text.getBytes(StandardCharsets.UTF_8));
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
        return head.length + archive.length() + tail.length;
    }

    @Override
    public InputStream getContent() {
        throw new UnsupportedOperationException("written, never read");
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(head);
        archive.writeTo(out, progress);
        out.write(tail);
    }

    @Override
    public void close() {
        // Holds nothing open.
    }
}
