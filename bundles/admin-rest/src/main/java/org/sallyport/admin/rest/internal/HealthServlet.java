package org.sallyport.admin.rest.internal;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.DicomReceiver.Status;

/** {@code GET /api/health/}: 200 only when an image sent now would be received and kept, else 503. Public; tells nothing but that. */
@Component(service = HealthServlet.class)
public final class HealthServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String VERSION = "1.0.0";

    private final transient AtomicReference<@Nullable DicomReceiver> receiver = new AtomicReference<>();

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setReceiver(DicomReceiver service) {
        receiver.set(service);
    }

    void unsetReceiver(DicomReceiver service) {
        receiver.compareAndSet(service, null);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        DicomReceiver current = receiver.get();
        Status status = current == null
                ? new Status(false, false, "", 0, "the DICOM services are not there")
                : current.status();
        response.setStatus(status.receiving() ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setContentType("application/json");
        response.setCharacterEncoding("UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.getWriter()
                .printf(
                        Locale.ROOT,
                        "{\"status\":\"%s\",\"service\":\"ith-proxy\",\"version\":\"%s\","
                                + "\"dicom\":{\"status\":\"%s\",\"port\":%d,\"ae_title\":\"%s\"}}%n",
                        status.receiving() ? "healthy" : "degraded",
                        VERSION,
                        status.receiving() ? "online" : "offline",
                        status.port(),
                        status.aet().replace("\"", "\\\""));
    }
}
