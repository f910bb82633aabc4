package org.sallyport.admin.rest.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.node.DicomReceiver;

class HealthServletTest {

    private final HealthServlet servlet = new HealthServlet();

    private record Answer(int status, Map<String, String> headers, String body) {}

    @Test
    void aReceiverThatWouldKeepAnImageIsHealthy() throws IOException {
        servlet.setReceiver(receiver(new DicomReceiver.Status(true, true, "DICOMRCV", 11_112, null)));
        Answer answer = get();
        assertEquals(200, answer.status());
        assertEquals("no-store", answer.headers().get("Cache-Control"));
        assertEquals("application/json", answer.headers().get("Content-Type"));
        assertEquals(
                "{\"status\":\"healthy\",\"service\":\"ith-proxy\",\"version\":\"1.0.0\","
                        + "\"dicom\":{\"status\":\"online\",\"port\":11112,\"ae_title\":\"DICOMRCV\"}}",
                answer.body().strip());
    }

    @Test
    void aReceiverThatListensButWouldKeepNothingIsDegradedAndTheReasonIsNotToldToStrangers() throws IOException {
        servlet.setReceiver(receiver(new DicomReceiver.Status(true, false, "DICOMRCV", 11_112, "vault is locked")));
        Answer answer = get();
        assertEquals(503, answer.status());
        assertFalse(answer.body().contains("vault"), answer.body());
        assertEquals(
                "{\"status\":\"degraded\",\"service\":\"ith-proxy\",\"version\":\"1.0.0\","
                        + "\"dicom\":{\"status\":\"offline\",\"port\":11112,\"ae_title\":\"DICOMRCV\"}}",
                answer.body().strip());
    }

    @Test
    void withoutAReceiverItIsDegraded() throws IOException {
        assertEquals(503, get().status());
        DicomReceiver old = receiver(new DicomReceiver.Status(true, true, "OLD", 104, null));
        DicomReceiver next = receiver(new DicomReceiver.Status(true, true, "NEXT", 104, null));
        servlet.setReceiver(old);
        servlet.setReceiver(next);
        servlet.unsetReceiver(old);
        assertEquals(200, get().status(), "the next one is there");
        servlet.unsetReceiver(next);
        assertEquals(503, get().status());
    }

    @Test
    void theAnswerIsJsonWhateverTheTitleAndTheLanguage() throws IOException {
        servlet.setReceiver(receiver(new DicomReceiver.Status(true, true, "A\"B", 11_112, null)));
        Locale locale = Locale.getDefault();
        try {
            // Writes digits of its own.
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertEquals(
                    "\"port\":11112,\"ae_title\":\"A\\\"B\"}}",
                    get().body().strip().replaceAll(".*\"port", "\"port"));
        } finally {
            Locale.setDefault(locale);
        }
    }

    private Answer get() throws IOException {
        Map<String, String> headers = new TreeMap<>();
        int[] status = {0};
        StringWriter body = new StringWriter();
        PrintWriter writer = new PrintWriter(body);
        HttpServletResponse response = proxy(HttpServletResponse.class, (method, arguments) -> {
            switch (method) {
                case "setStatus" -> status[0] = (Integer) arguments[0];
                case "setHeader" -> headers.put((String) arguments[0], (String) arguments[1]);
                case "setContentType" -> headers.put("Content-Type", (String) arguments[0]);
                case "getWriter" -> {
                    return writer;
                }
                default -> {}
            }
            return null;
        });
        servlet.doGet(proxy(HttpServletRequest.class, (method, arguments) -> null), response);
        writer.flush();
        return new Answer(status[0], headers, body.toString());
    }

    private static DicomReceiver receiver(DicomReceiver.Status status) {
        return new DicomReceiver() {
            @Override
            public Status status() {
                return status;
            }

            @Override
            public List<ListenerView> listeners() {
                return List.of();
            }

            @Override
            public void start() {}

            @Override
            public void stop() {}

            @Override
            public List<AssociationView> associations() {
                return List.of();
            }

            @Override
            public long echo(String calledAet, String host, int port) {
                return 0;
            }
        };
    }

    private interface Call {
        @Nullable
        Object to(String method, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) ->
                        call.to(method.getName(), arguments == null ? new Object[0] : arguments)));
    }
}
