package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.api.node.CommitmentListener;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;

/** Registers a {@link DicomDestination} for a configuration, unless that names neither host nor node. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.sallyport.destination.dicom",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DicomConfiguration.class, factory = true)
public final class DicomSwitch {

    private final AtomicReference<@Nullable NodeDirectory> nodes = new AtomicReference<>();
    private final AtomicReference<@Nullable DicomReceiver> receiver = new AtomicReference<>();
    private final BundleContext context;
    private final @Nullable DicomDestination destination;
    private final Map<String, Object> service = new HashMap<>();
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    @Activate
    public DicomSwitch(
            DicomConfiguration configuration,
            Map<String, Object> properties,
            BundleContext context,
            @Reference ConfigurationAdmin configurations)
            throws IOException {
        this.context = context;
        if (configuration.host().isBlank() && configuration.node().isBlank()) {
            this.destination = null;
            return;
        }
        String place = DicomSettings.place(configuration);
        Values values = new Values(place);
        values.known(DicomConfiguration.class, properties);
        int concurrency = values.within("concurrency", configuration::concurrency, 1, 64);
        Secrets secrets = Secrets.of(configurations, properties, place);
        DicomSettings settings = DicomSettings.of(configuration, secrets, nodes::get, CallingAet.own(receiver::get));
        this.destination = new DicomDestination(settings);
        service.putAll(Destination.settings(properties));
        service.put(Destination.NAME, configuration.destination_name());
        service.put(Destination.FILTER, configuration.filter());
        service.put(Destination.CONCURRENCY, concurrency);
        if (configuration.node().isBlank()) {
            // Where a node is may change while a delivery runs: originals go to a fixed host only.
            Peer peer = settings.peer().peer();
            service.put(
                    Destination.RECEIVER,
                    Receiver.dicom(peer.calledAet(), peer.host(), peer.port()).toString());
        }
    }

    /** After what it refers to has been set: deliveries begin at once. */
    @Activate
    void register() {
        DicomDestination made = destination;
        if (made == null) {
            return;
        }
        if (made.isToCommit()) {
            registrations.add(context.registerService(CommitmentListener.class, made.desk(), null));
        }
        registrations.add(context.registerService(Destination.class, made, FrameworkUtil.asDictionary(service)));
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setNodes(NodeDirectory directory) {
        nodes.set(directory);
    }

    void unsetNodes(NodeDirectory directory) {
        nodes.compareAndSet(directory, null);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setReceiver(DicomReceiver there) {
        receiver.set(there);
    }

    void unsetReceiver(DicomReceiver there) {
        receiver.compareAndSet(there, null);
    }

    /** The destination first: what runs there is ended with it. */
    @Deactivate
    void close() {
        for (int i = registrations.size() - 1; i >= 0; i--) {
            registrations.get(i).unregister();
        }
    }
}
