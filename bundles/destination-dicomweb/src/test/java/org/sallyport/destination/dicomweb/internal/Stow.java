package org.sallyport.destination.dicomweb.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sallyport.gateway.testkit.RawHttpServer.Behaviour;
import org.sallyport.gateway.testkit.RawHttpServer.Request;

/** What a DICOMweb server makes of a request to store (PS3.18 10.5). */
final class Stow {

    private static final Pattern CONTENT_TYPE =
            Pattern.compile("multipart/related; type=\"application/dicom\"; boundary=([A-Za-z0-9-]{1,70})");

    private Stow() {}

    /** Stores all that was sent. */
    static Behaviour stores() {
        return request -> {
            request.readBody();
            request.answer(
                    200, Answers.json(instances(request), Map.of(), Map.of()), "Content-Type: application/dicom+json");
        };
    }

    /** The parts of the body, which has to be exactly as RFC 2046 5.1.1 says. */
    static List<byte[]> parts(Request request) {
        String type = request.headers.getOrDefault("Content-Type", "");
        Matcher matcher = CONTENT_TYPE.matcher(type);
        if (!matcher.matches()) {
            throw new AssertionError("Content-Type: " + type);
        }
        String text = new String(request.body(), StandardCharsets.ISO_8859_1);
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
    static List<String> instances(Request request) {
        return parts(request).stream().map(Instances::uid).toList();
    }
}
