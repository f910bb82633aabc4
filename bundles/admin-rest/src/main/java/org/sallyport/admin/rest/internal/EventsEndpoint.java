package org.sallyport.admin.rest.internal;

import javax.servlet.ServletException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.http.HttpService;
import org.osgi.service.http.NamespaceException;

/** Puts the stream of events at {@code /admin/api/events}; by the HTTP service itself, as {@link HealthEndpoint}. */
@Component(
        service = {},
        immediate = true)
public final class EventsEndpoint {

    private static final String ALIAS = "/admin/api/events";

    private final HttpService http;

    @Activate
    public EventsEndpoint(@Reference HttpService http, @Reference EventsServlet servlet)
            throws ServletException, NamespaceException {
        this.http = http;
        http.registerServlet(ALIAS, servlet, null, null);
    }

    @Deactivate
    void close() {
        http.unregister(ALIAS);
    }
}
