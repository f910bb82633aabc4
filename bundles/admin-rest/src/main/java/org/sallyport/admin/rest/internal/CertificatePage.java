package org.sallyport.admin.rest.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.servlet.ServletConfig;
import javax.servlet.ServletContext;
import javax.servlet.ServletException;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.jspecify.annotations.Nullable;

/** {@code GET /certificate.pem}: the certificate of the HTTPS port, for those who have to trust it. By it the HTTP service's server becomes known. */
final class CertificatePage extends HttpServlet {

    private static final long serialVersionUID = 1L;

    /** Hears which server serves this page: null when it does no more. */
    interface ServerListener {
        void serves(@Nullable Server server);
    }

    private final transient Path file;
    private final transient ServerListener listener;

    CertificatePage(Path file, ServerListener listener) {
        this.file = file;
        this.listener = listener;
    }

    @Override
    public void init(ServletConfig config) throws ServletException {
        super.init(config);
        // The HTTP service's own context wraps the server's, which it hands out by its path.
        ServletContext context = config.getServletContext().getContext("/");
        ContextHandler handler = context == null ? null : ContextHandler.getContextHandler(context);
        if (handler == null) {
            throw new ServletException("the HTTP service is none of Jetty's: HTTPS cannot be opened");
        }
        listener.serves(handler.getServer());
    }

    @Override
    public void destroy() {
        listener.serves(null);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!Files.exists(file)) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        byte[] bytes = Files.readAllBytes(file);
        response.setContentType("application/x-pem-file");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
