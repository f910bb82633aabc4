package org.sallyport.admin.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeatureEvent;
import org.apache.karaf.features.FeaturesListener;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.features.Repository;
import org.apache.karaf.features.RepositoryEvent;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.BundleListener;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.sallyport.admin.shell.internal.VendorRecord.KeptBundle;
import org.sallyport.admin.shell.internal.VendorRecord.KeptRepository;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.support.components.FailedComponents;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what an administrator installed beside the gateway. Karaf's cache of bundles does not outlive an upgrade or a power cut; this record does. At
 * start what is missing is installed again, from where it came or else from a copy; from then on the record follows what is installed. What lies in
 * {@code deploy} needs no record: Karaf installs it again by itself.
 *
 * <p>Everything but what {@link Vendors} asks runs on one thread of its own, which owns record and folder.
 */
@Component(service = Vendors.class, immediate = true)
public final class VendorKeeper implements Vendors, BundleListener, FeaturesListener {

    private static final Logger LOG = LoggerFactory.getLogger(VendorKeeper.class);

    private static final long SETTLE_MILLIS = 300;
    private static final long ENDS_SECONDS = 10;

    private final BundleContext context;
    private final FeaturesService features;
    private final ServiceComponentRuntime components;
    private final Path folder;
    private final Path etc;
    private final Path deploy;
    private final Map<String, String> notRestored = new ConcurrentHashMap<>();
    private final AtomicBoolean due = new AtomicBoolean();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "vendor-keeper"));
    private VendorRecord record = VendorRecord.empty();

    /** @param booted there once the gateway's own features are installed: not before can one tell what is a vendor's */
    @Activate
    public VendorKeeper(
            BundleContext context,
            @Reference FeaturesService features,
            @Reference ServiceComponentRuntime components,
            @Reference BootFinished booted)
            throws IOException {
        this.context = context;
        this.features = features;
        this.components = components;
        this.folder = DataFolder.of("vendor");
        this.etc = Path.of(System.getProperty("karaf.etc"));
        this.deploy = folder.resolveSibling("deploy");
        this.record = VendorRecord.read(folder);
        thread.execute(this::restore);
        context.addBundleListener(this);
        features.registerListener(this);
    }

    @Deactivate
    void close() throws InterruptedException {
        features.unregisterListener(this);
        context.removeBundleListener(this);
        thread.shutdown();
        if (!thread.awaitTermination(ENDS_SECONDS, TimeUnit.SECONDS)) {
            thread.shutdownNow();
        }
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        changed();
    }

    @Override
    public void featureEvent(FeatureEvent event) {
        changed();
    }

    @Override
    public void repositoryEvent(RepositoryEvent event) {
        changed();
    }

    /** Looks a moment later, once for many events. */
    private void changed() {
        if (due.compareAndSet(false, true)) {
            try {
                thread.schedule(this::follow, SETTLE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("closing");
            }
        }
    }

    private void restore() {
        Map<String, Bundle> present = new HashMap<>();
        for (Bundle bundle : context.getBundles()) {
            present.put(bundle.getLocation(), bundle);
        }
        List<Bundle> toStart = new ArrayList<>();
        for (KeptBundle kept : record.bundles()) {
            if (!present.containsKey(kept.location())) {
                install(kept, toStart);
            }
        }
        restoreFeatures();
        // Only now: they may need each other, or something of a feature.
        for (Bundle bundle : toStart) {
            try {
                bundle.start();
            } catch (BundleException e) {
                // Shown by the list, as long as it lasts.
                LOG.warn("vendor's bundle {} does not start: {}", bundle.getSymbolicName(), e.getMessage());
            }
        }
    }

    private void install(KeptBundle kept, List<Bundle> toStart) {
        try (InputStream copy = Files.newInputStream(folder.resolve(kept.file()))) {
            Bundle bundle = context.installBundle(kept.location(), copy);
            if (kept.startLevel() > 0) {
                bundle.adapt(BundleStartLevel.class).setStartLevel(kept.startLevel());
            }
            if (kept.started()) {
                toStart.add(bundle);
            }
            LOG.info("vendor's bundle {} is installed again", kept.name());
        } catch (BundleException | IOException | RuntimeException e) {
            notRestored.put(kept.name(), "could not be installed again: " + e.getMessage());
            LOG.error("vendor's bundle {} could not be installed again", kept.name(), e);
        }
    }

    private void restoreFeatures() {
        Set<String> wanted = new HashSet<>(record.features());
        try {
            for (Feature feature : features.listInstalledFeatures()) {
                wanted.remove(feature.getId());
            }
            Set<String> known = new HashSet<>();
            for (Repository repository : features.listRepositories()) {
                known.add(repository.getURI().toString());
            }
            List<KeptRepository> missing = record.repositories().stream()
                    .filter(one -> !known.contains(one.uri()))
                    .toList();
            if (missing.isEmpty() && wanted.isEmpty()) {
                return;
            }
            try {
                for (KeptRepository one : missing) {
                    features.addRepository(URI.create(one.uri()));
                }
                installAll(wanted);
            } catch (Exception e) {
                LOG.info("vendors' features are taken from their copies: {}", e.getMessage());
                for (KeptRepository one : missing) {
                    features.removeRepository(URI.create(one.uri()));
                    features.addRepository(folder.resolve(one.file()).toUri());
                }
                installAll(wanted);
            }
            LOG.info("vendors' features {} are installed again", wanted);
        } catch (Exception e) {
            wanted.forEach(one -> notRestored.put(one, "could not be installed again: " + e.getMessage()));
            LOG.error("vendors' features {} could not be installed again", wanted, e);
        }
    }

    private void installAll(Set<String> names) throws Exception {
        if (!names.isEmpty()) {
            // What runs is not to be touched.
            features.installFeatures(names, EnumSet.of(FeaturesService.Option.NoAutoRefreshBundles));
        }
    }

    /** Makes the record what is installed now. What could not be installed again stays in it. */
    private void follow() {
        due.set(false);
        try {
            VendorBundles now = VendorBundles.look(context, features, etc, deploy);
            now.bundles()
                    .forEach(one ->
                            notRestored.remove(String.valueOf(one.bundle().getSymbolicName())));
            now.features().forEach(one -> notRestored.remove(one.getId()));
            List<KeptBundle> bundles = keptBundles(now);
            List<KeptRepository> repositories = keptRepositories(now);
            List<String> names = new ArrayList<>(
                    now.features().stream().map(Feature::getId).sorted().toList());
            record.features().stream().filter(notRestored::containsKey).forEach(names::add);
            VendorRecord next = new VendorRecord(bundles, repositories, names);
            if (!next.equals(record)) {
                next.write(folder);
                record = next;
                clearAway();
            }
        } catch (Exception e) {
            LOG.error("what vendors installed could not be recorded: it might be missing after an upgrade", e);
        }
    }

    private List<KeptBundle> keptBundles(VendorBundles now) throws IOException {
        Map<String, KeptBundle> old = new HashMap<>();
        record.bundles().forEach(one -> old.put(one.location(), one));
        Map<String, KeptBundle> kept = new TreeMap<>();
        for (VendorBundles.Origin origin : now.bundles()) {
            Bundle bundle = origin.bundle();
            if (!origin.by().equals(VendorBundles.COMMAND)) {
                continue;
            }
            BundleStartLevel level = bundle.adapt(BundleStartLevel.class);
            String file = hash(bundle.getLocation()) + ".jar";
            KeptBundle before = old.get(bundle.getLocation());
            if (before == null
                    || before.modified() != bundle.getLastModified()
                    || !Files.exists(folder.resolve(file))) {
                BundleCopy.write(bundle, folder.resolve(file));
            }
            kept.put(
                    bundle.getLocation(),
                    new KeptBundle(
                            bundle.getLocation(),
                            String.valueOf(bundle.getSymbolicName()),
                            bundle.getLastModified(),
                            level.getStartLevel(),
                            level.isPersistentlyStarted(),
                            file));
        }
        record.bundles().stream()
                .filter(one -> notRestored.containsKey(one.name()))
                .forEach(one -> kept.putIfAbsent(one.location(), one));
        return List.copyOf(kept.values());
    }

    private List<KeptRepository> keptRepositories(VendorBundles now) throws Exception {
        Map<String, KeptRepository> kept = new TreeMap<>();
        for (Repository repository : now.repositories()) {
            String uri = repository.getURI().toString();
            Path own = folder.resolve(Path.of(repository.getURI().getSchemeSpecificPart())
                    .getFileName()
                    .toString());
            if (uri.startsWith("file:") && Files.exists(own) && Files.isSameFile(own, Path.of(repository.getURI()))) {
                kept.put(uri, new KeptRepository(uri, own.getFileName().toString()));
                continue;
            }
            String file = hash(uri) + ".xml";
            String text;
            try (InputStream in = repository.getURI().toURL().openStream()) {
                text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                // It is not where it was; the copy of before is still good.
                if (!Files.exists(folder.resolve(file))) {
                    throw e;
                }
                kept.put(uri, new KeptRepository(uri, file));
                continue;
            }
            DataFolder.replace(
                    folder.resolve(file), withCopies(text, repository, now).getBytes(StandardCharsets.UTF_8));
            kept.put(uri, new KeptRepository(uri, file));
        }
        record.repositories().stream()
                .filter(one -> !notRestored.isEmpty())
                .forEach(one -> kept.putIfAbsent(one.uri(), one));
        return List.copyOf(kept.values());
    }

    /** The repository's text, naming copies in place of those of its bundles that are installed. */
    private String withCopies(String text, Repository repository, VendorBundles now) throws Exception {
        Set<String> locations = new HashSet<>();
        Arrays.stream(repository.getFeatures()).forEach(one -> locations.addAll(VendorBundles.locations(one)));
        String result = text;
        for (VendorBundles.Origin origin : now.bundles()) {
            String location = origin.bundle().getLocation();
            if (locations.contains(location)) {
                Path copy = folder.resolve(hash(location) + ".jar");
                if (!Files.exists(copy)
                        || Files.getLastModifiedTime(copy).toMillis()
                                < origin.bundle().getLastModified()) {
                    BundleCopy.write(origin.bundle(), copy);
                }
                result = Pattern.compile("(?<=[>\\s])" + Pattern.quote(location) + "(?=[<\\s])")
                        .matcher(result)
                        .replaceAll(Matcher.quoteReplacement(copy.toUri().toString()));
            }
        }
        return result;
    }

    @Override
    public boolean forget(String name) {
        boolean there = notRestored.remove(name) != null;
        if (there) {
            changed();
        }
        return there;
    }

    /** Deletes copies that nothing needs any more. */
    private void clearAway() throws IOException {
        Set<String> needed = record.files();
        StringBuilder texts = new StringBuilder();
        for (KeptRepository one : record.repositories()) {
            texts.append(Files.readString(folder.resolve(one.file())));
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                if (!needed.contains(name) && texts.indexOf(name) < 0) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Locations may be long and hold anything. */
    private static String hash(String location) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(location.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<View> bundles() throws Exception {
        Map<String, String> failed = new HashMap<>();
        FailedComponents.with(components, Destination.NAME)
                .forEach(
                        one -> failed.put(one.bundle(), one.properties().get(Destination.NAME) + ": " + one.message()));
        List<View> views = new ArrayList<>();
        for (VendorBundles.Origin origin :
                VendorBundles.look(context, features, etc, deploy).bundles()) {
            Bundle bundle = origin.bundle();
            String name = String.valueOf(bundle.getSymbolicName());
            String problem = Resolution.problem(context, bundle);
            views.add(new View(
                    bundle.getBundleId(),
                    name,
                    String.valueOf(bundle.getVersion()),
                    state(bundle.getState()),
                    origin.by(),
                    problem.isEmpty() ? failed.getOrDefault(name, "") : problem));
        }
        notRestored.forEach((name, message) -> views.add(new View(null, name, "", "Missing", "", message)));
        return views;
    }

    private static String state(int state) {
        return switch (state) {
            case Bundle.INSTALLED -> "Installed";
            case Bundle.RESOLVED -> "Resolved";
            case Bundle.STARTING -> "Starting";
            case Bundle.STOPPING -> "Stopping";
            case Bundle.ACTIVE -> "Active";
            default -> "Uninstalled";
        };
    }
}
