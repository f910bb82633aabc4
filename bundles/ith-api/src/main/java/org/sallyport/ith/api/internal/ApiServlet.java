package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** HTTP below {@code /api/}: paths with and without a slash at their end. */
final class ApiServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final List<String> PROXY_HEADERS =
            List.of("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via");

    private final transient Api api;
    private final transient Set<InetAddress> proxies;

    ApiServlet(Api api, Set<InetAddress> proxies) {
        this.api = api;
        this.proxies = proxies;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Call call = call(request);
        boolean isPreflight = request.getMethod().equals("OPTIONS");
        Answer answer = isPreflight
                ? api.preflight(call, "true".equals(request.getHeader("Access-Control-Request-Private-Network")))
                : api.answer(call);
        response.setStatus(answer.status());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        answer.headers().forEach(response::setHeader);
        JsonNode body = answer.body();
        if (body != null) {
            byte[] bytes = (body + "\n").getBytes(StandardCharsets.UTF_8);
            response.setContentType("application/json");
            response.setContentLength(bytes.length);
            if (!request.getMethod().equals("HEAD")) {
                response.getOutputStream().write(bytes);
            }
        }
    }

    private Call call(HttpServletRequest request) throws IOException {
        Client client = Client.of(
                request.getRemoteAddr(),
                request.isSecure(),
                headers(request, "X-Forwarded-For"),
                headers(request, "X-Forwarded-Proto"),
                PROXY_HEADERS.stream().anyMatch(name -> request.getHeader(name) != null),
                proxies);
        return new Call(
                request.getMethod(),
                path(request),
                client,
                request.getHeader("Origin"),
                request.getHeader("Authorization"),
                request.getContentType(),
                request.getContentLengthLong(),
                request.getInputStream());
    }

    private static List<String> headers(HttpServletRequest request, String name) {
        return Collections.list(request.getHeaders(name));
    }

    private static String path(HttpServletRequest request) {
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        return path.substring(
                path.startsWith("/") ? 1 : 0, path.length() - (path.length() > 1 && path.endsWith("/") ? 1 : 0));
    }
}
