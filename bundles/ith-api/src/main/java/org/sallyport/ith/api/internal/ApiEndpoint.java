package org.sallyport.ith.api.internal;

import java.time.Clock;
import javax.servlet.ServletException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.http.HttpService;
import org.osgi.service.http.NamespaceException;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.node.BackEndRegistration;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityDirectory;

/**
 * Puts the API below {@code /api}. By the HTTP service itself, which says whether it worked: the HTTP whiteboard sometimes leaves out a servlet that
 * arrives in the moment in which the server starts, and it is missing then until a restart.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.sallyport.ith.api")
@Designate(ocd = ApiConfiguration.class)
public final class ApiEndpoint implements Parts {

    private static final String ALIAS = "/api";

    private final HttpService http;

    // Set and unset by Declarative Services, read by any thread.

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable DicomReceiver receiver;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable BackEndRegistration backEnd;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable BackEndRules rules;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable StudyIndex index;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable IdentityDirectory identity;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable AuditLog audit;

    @Activate
    public ApiEndpoint(ApiConfiguration configuration, @Reference HttpService http)
            throws ServletException, NamespaceException {
        this.http = http;
        ApiSettings settings = ApiSettings.of(configuration);
        Api api = new Api(settings, this, Clock.systemUTC(), System::nanoTime);
        http.registerServlet(ALIAS, new ApiServlet(api, settings.tlsProxies()), null, null);
    }

    @Deactivate
    void close() {
        http.unregister(ALIAS);
    }

    @Override
    public @Nullable DicomReceiver receiver() {
        return receiver;
    }

    @Override
    public @Nullable BackEndRegistration backEnd() {
        return backEnd;
    }

    @Override
    public @Nullable BackEndRules rules() {
        return rules;
    }

    @Override
    public @Nullable StudyIndex index() {
        return index;
    }

    @Override
    public @Nullable IdentityDirectory identity() {
        return identity;
    }

    @Override
    public @Nullable AuditLog audit() {
        return audit;
    }
}
