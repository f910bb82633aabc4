package org.sallyport.admin.rest.internal;

import javax.servlet.ServletException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.http.HttpService;
import org.osgi.service.http.NamespaceException;

/**
 * Puts the health page below {@code /api/health}, with and without a slash behind. By the HTTP service itself, which says whether it worked: the HTTP
 * whiteboard sometimes leaves out a servlet that arrives in the moment in which the server starts, and the page is missing then until a restart.
 */
@Component(
        service = {},
        immediate = true)
public final class HealthEndpoint {

    private static final String ALIAS = "/api/health";

    private final HttpService http;

    @Activate
    public HealthEndpoint(@Reference HttpService http, @Reference HealthServlet servlet)
            throws ServletException, NamespaceException {
        this.http = http;
        http.registerServlet(ALIAS, servlet, null, null);
    }

    @Deactivate
    void close() {
        http.unregister(ALIAS);
    }
}
