package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
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
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.intake.ReturnedObjects;
import org.sallyport.gateway.api.node.BackEnd;
import org.sallyport.gateway.api.node.BackEndRegistration;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.ListenerControl;
import org.sallyport.gateway.api.node.NodeDestinations;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.api.store.ImageFetcher;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.store.RemoteImages;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.OriginalReceivers;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.support.settings.Secrets;

/** Opens the link to the back end if there is one: with no {@code url} it does nothing. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.sallyport.ith",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        // Names the destination for those who are shown why it is not there.
        property = Destination.NAME + "=" + BackEndLink.NAME)
@Designate(ocd = IthConfiguration.class)
public final class IthConnector implements Gateway {

    private final @Nullable BackEndLink link;
    private final @Nullable CommandCenter center;
    private final @Nullable FetchedStudies fetched;
    private final @Nullable Synchronisation synchronisation;
    private final @Nullable Runnable registration;

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
    private volatile @Nullable ListenerControl listener;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable NodeDirectory directory;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable NodeDestinations nodes;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable ReturnedObjects returned;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable IdentityVault vault;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable Quarantine quarantine;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable DeliveryQueue queue;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable DestinationDirectory destinations;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable StudyIndex index;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable StudyFinder finder;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable Retention retention;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable RemoteStudies remote;

    @Activate
    public IthConnector(
            IthConfiguration configuration,
            BundleContext context,
            Map<String, Object> configured,
            @Reference ConfigurationAdmin configurations,
            @Reference AuditLog audit,
            @Reference PatientRegister register,
            @Reference Pseudonymizer pseudonymizer,
            @Reference OriginalReceivers receivers)
            throws IOException {
        if (configuration.url().isBlank()) {
            link = null;
            center = null;
            fetched = null;
            synchronisation = null;
            registration = null;
            return;
        }
        IthSettings settings = IthSettings.of(
                configuration, Secrets.of(configurations, configured, IthSettings.FILE), receivers.networks());
        BackEndLink.Registrar registrar = registrar(context, Destination.settings(configured));
        Path folder = DataFolder.of("ith");
        BackEndLink opened = new BackEndLink(settings, registrar, audit, receivers, this, folder, Clock.systemUTC());
        link = opened;
        try {
            center = new CommandCenter(opened, settings, this, audit, register, folder, Clock.systemUTC(), Pace.USUAL);
            fetched = new FetchedStudies(
                    opened.http(), settings, opened::id, folder.resolve("fetched"), System::nanoTime);
            Synchronisation asking = new Synchronisation(
                    opened.http(),
                    settings,
                    opened::id,
                    () -> opened.identity() == IdentityMode.ORIGINAL,
                    this,
                    register,
                    pseudonymizer,
                    Clock.systemUTC());
            synchronisation = asking;
            Runnable images = registrar.register(ImageFetcher.class, fetched, Map.of());
            Runnable others = registrar.register(RemoteImages.class, fetched, Map.of());
            Runnable people = registrar.register(BackEnd.class, center, Map.of());
            Runnable callers = registrar.register(BackEndRegistration.class, center.registration(), Map.of());
            registration = () -> {
                callers.run();
                people.run();
                others.run();
                images.run();
            };
            opened.start();
            center.start();
            opened.onHoldings(asking::soon);
            asking.start();
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** @param queue what the configuration tells the queue of the destination */
    private static BackEndLink.Registrar registrar(BundleContext context, Map<String, Object> queue) {
        return new BackEndLink.Registrar() {
            @Override
            public <S> Runnable register(Class<S> type, S service, Map<String, Object> properties) {
                Map<String, Object> all = new HashMap<>(type == Destination.class ? queue : Map.of());
                all.putAll(properties);
                ServiceRegistration<S> registration =
                        context.registerService(type, service, FrameworkUtil.asDictionary(all));
                return registration::unregister;
            }
        };
    }

    @Deactivate
    void close() throws IOException {
        if (registration != null) {
            registration.run();
        }
        try {
            if (center != null) {
                center.close();
            }
            if (synchronisation != null) {
                synchronisation.close();
            }
            if (fetched != null) {
                fetched.close();
            }
        } finally {
            if (link != null) {
                link.close();
            }
        }
    }

    @Override
    public @Nullable DicomReceiver receiver() {
        return receiver;
    }

    @Override
    public @Nullable ListenerControl listener() {
        return listener;
    }

    @Override
    public @Nullable NodeDirectory directory() {
        return directory;
    }

    @Override
    public @Nullable NodeDestinations nodes() {
        return nodes;
    }

    @Override
    public @Nullable ReturnedObjects returned() {
        return returned;
    }

    @Override
    public @Nullable IdentityVault vault() {
        return vault;
    }

    @Override
    public @Nullable Quarantine quarantine() {
        return quarantine;
    }

    @Override
    public @Nullable DeliveryQueue queue() {
        return queue;
    }

    @Override
    public @Nullable DestinationDirectory destinations() {
        return destinations;
    }

    @Override
    public @Nullable StudyIndex index() {
        return index;
    }

    @Override
    public @Nullable StudyFinder finder() {
        return finder;
    }

    @Override
    public @Nullable Retention retention() {
        return retention;
    }

    @Override
    public @Nullable RemoteStudies remote() {
        return remote;
    }
}
