package org.sallyport.admin.rest.internal;

import javax.servlet.ServletException;
import org.ops4j.pax.web.service.WebContainer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.http.NamespaceException;

/**
 * Puts the stream of events at {@code /admin/api/events}. By the web container's own service, which says whether it worked as the HTTP service does
 * ({@link HealthEndpoint}), and can be told besides that the servlet answers later.
 */
@Component(
        service = {},
        immediate = true)
public final class EventsEndpoint {

    private static final String ALIAS = "/admin/api/events";

    private final WebContainer http;

    @Activate
    public EventsEndpoint(@Reference WebContainer http, @Reference EventsServlet servlet)
            throws ServletException, NamespaceException {
        this.http = http;
        http.registerServlet(ALIAS, servlet, null, null, true, null);
    }

    @Deactivate
    void close() {
        http.unregister(ALIAS);
    }
}
