package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Reads the JSON object of a request within limits of size, depth and time. What does not parse is told without a word of it. */
final class Body {

    static final int LONGEST = 64 << 10;

    private static final long TIME_NANOS = Duration.ofSeconds(10).toNanos();
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(8)
                            .maxDocumentLength(LONGEST)
                            .maxStringLength(1_024)
                            .maxNameLength(128)
                            .maxNumberLength(32)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Body() {}

    /**
     * @param nanos time that only passes
     * @throws IOException if the connection is lost
     */
    static ObjectNode read(Call call, LongSupplier nanos) throws Refused, IOException {
        if (!isJson(call.contentType())) {
            throw refused(Answer.detail(415, "Send application/json."));
        }
        if (call.length() > LONGEST) {
            throw tooLarge();
        }
        try {
            if (JSON.readTree(bytes(call.body(), nanos)) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            // Its message quotes the request.
            throw refused(Answer.field("non_field_errors", "This is not JSON, or more than is taken."));
        }
        throw refused(Answer.field("non_field_errors", "A JSON object is expected."));
    }

    /** What has come so far of a call that is refused, so that it can be told what was asked for; nothing is waited for. Null = no JSON object. */
    static @Nullable ObjectNode arrived(Call call) {
        try {
            InputStream in = call.body();
            byte[] bytes = in.readNBytes(Math.min(in.available(), LONGEST));
            return JSON.readTree(bytes) instanceof ObjectNode object ? object : null;
        } catch (IOException e) {
            // Cut off, or no JSON: it is refused anyway.
            return null;
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        return contentType != null
                && contentType.toLowerCase(Locale.ROOT).matches("application/json *(; *charset *= *\"?utf-8\"?)? *");
    }

    /** A sender that trickles is given up; the server gives one up that falls silent. */
    private static byte[] bytes(InputStream in, LongSupplier nanos) throws Refused, IOException {
        long began = nanos.getAsLong();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[8_192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            bytes.write(buffer, 0, n);
            if (bytes.size() > LONGEST) {
                throw tooLarge();
            }
            if (nanos.getAsLong() - began > TIME_NANOS) {
                throw refused(Answer.detail(408, "The request took too long.").with("Connection", "close"));
            }
        }
        return bytes.toByteArray();
    }

    private static Refused tooLarge() {
        return refused(Answer.detail(413, "At most " + LONGEST + " bytes.").with("Connection", "close"));
    }

    private static Refused refused(Answer answer) {
        return new Refused(answer, "the request is not as it has to be");
    }
}
