package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.sallyport.gateway.testkit.RawHttpServer;
import org.sallyport.gateway.testkit.RawHttpServer.Behaviour;
import org.sallyport.gateway.testkit.RawHttpServer.Request;

/** What the back end makes of an upload. */
final class Upload {

    private Upload() {}

    static Behaviour accepts() {
        return RawHttpServer.answers(201, "{\"id\":\"archive-1\",\"status\":\"processing\"}");
    }

    static List<ReceivedForm.Part> form(Request request) {
        String type = request.headers.getOrDefault("Content-Type", "").toLowerCase(Locale.ROOT);
        return ReceivedForm.parse(request.body(), type.substring(type.indexOf("boundary=") + 9));
    }

    static String field(Request request, String name) {
        return form(request).stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow()
                .text();
    }

    /** SOP Instance UIDs in the ZIP. */
    static List<String> instances(Request request) throws IOException {
        List<ReceivedForm.Part> parts = form(request);
        return UploadFormTest.unzip(parts.get(parts.size() - 1).content()).keySet().stream()
                .map(name -> name.substring(name.lastIndexOf('/') + 1, name.length() - 4))
                .toList();
    }
}
