package org.sallyport.admin.shell.internal;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.karaf.features.BundleInfo;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.features.Repository;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * Tells the gateway's own bundles, features and repositories from those that somebody added. What the gateway is made of stands in two files of its
 * configuration: the features of its start, and the bundles that come before those. A value of one moment; immutable.
 */
final class VendorBundles {

    /** How a bundle came: by the folder {@code deploy}, by a feature, or by a command. */
    record Origin(Bundle bundle, String by) {}

    static final String DEPLOY = "deploy";
    static final String COMMAND = "bundle:install";

    private final List<Origin> bundles = new ArrayList<>();
    private final List<Repository> repositories = new ArrayList<>();
    private final List<Feature> features = new ArrayList<>();

    private VendorBundles() {}

    static VendorBundles look(BundleContext context, FeaturesService service, Path etc, Path deploy) throws Exception {
        VendorBundles found = new VendorBundles();
        Properties boot = properties(etc.resolve("org.apache.karaf.features.cfg"));
        Set<String> startup = properties(etc.resolve("startup.properties")).stringPropertyNames();
        Feature[] installed = service.listInstalledFeatures();
        Set<String> own = closure(installed, words(boot.getProperty("featuresBoot", "")));

        Map<String, String> byLocation = new HashMap<>();
        Set<String> ownLocations = new HashSet<>(startup);
        for (Feature feature : installed) {
            for (String location : locations(feature)) {
                if (own.contains(feature.getName())) {
                    ownLocations.add(location);
                } else {
                    byLocation.put(location, "feature " + feature.getName());
                }
            }
        }
        String deployed = deploy.toUri().toString();
        for (Bundle bundle : context.getBundles()) {
            String location = bundle.getLocation();
            if (bundle.getBundleId() == 0 || ownLocations.contains(location) || isStartup(location, startup)) {
                continue;
            }
            String feature = byLocation.get(location);
            String by = feature != null ? feature : isIn(location, deployed) ? DEPLOY : COMMAND;
            found.bundles.add(new Origin(bundle, by));
        }
        Set<String> required = required(service);
        for (Feature feature : installed) {
            if (required.contains(feature.getName())
                    && !own.contains(feature.getName())
                    && !isIn(feature.getRepositoryUrl(), deployed)) {
                found.features.add(feature);
            }
        }
        found.addRepositories(service, boot, deployed);
        return found;
    }

    private void addRepositories(FeaturesService service, Properties boot, String deployed) throws Exception {
        Map<String, Repository> all = new HashMap<>();
        for (Repository repository : service.listRepositories()) {
            all.put(repository.getURI().toString(), repository);
        }
        Set<String> own = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        String etc = "file:" + System.getProperty("karaf.etc", "");
        words(boot.getProperty("featuresRepositories", ""))
                .forEach(word -> open.add(word.replace("file:${karaf.etc}", etc)));
        while (!open.isEmpty()) {
            Repository repository = all.get(open.remove());
            if (repository != null && own.add(repository.getURI().toString())) {
                Arrays.stream(repository.getRepositories()).forEach(uri -> open.add(uri.toString()));
            }
        }
        for (Repository repository : all.values()) {
            String uri = repository.getURI().toString();
            if (!own.contains(uri) && !isIn(uri, deployed)) {
                repositories.add(repository);
            }
        }
    }

    /** Names of the features that were asked for, not those that came with them. */
    private static Set<String> required(FeaturesService service) {
        Set<String> names = new TreeSet<>();
        service.listRequirements().values().forEach(all -> all.stream()
                .filter(one -> one.startsWith("feature:"))
                .forEach(one -> names.add(one.substring("feature:".length()).replaceAll("/.*", ""))));
        return names;
    }

    /** These features and all that they depend on. */
    static Set<String> closure(Feature[] installed, Set<String> names) {
        Map<String, List<Feature>> byName = new HashMap<>();
        for (Feature feature : installed) {
            byName.computeIfAbsent(feature.getName(), name -> new ArrayList<>()).add(feature);
        }
        Set<String> closure = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(names);
        while (!open.isEmpty()) {
            String name = open.remove();
            if (closure.add(name)) {
                byName.getOrDefault(name, List.of()).forEach(feature -> {
                    feature.getDependencies().forEach(dependency -> open.add(dependency.getName()));
                    feature.getConditional().forEach(conditional -> conditional
                            .getDependencies()
                            .forEach(dependency -> open.add(dependency.getName())));
                });
            }
        }
        return closure;
    }

    static Set<String> locations(Feature feature) {
        Set<String> locations = new HashSet<>();
        feature.getBundles().stream().map(BundleInfo::getLocation).forEach(locations::add);
        feature.getConditional().forEach(conditional -> conditional.getBundles().stream()
                .map(BundleInfo::getLocation)
                .forEach(locations::add));
        return locations;
    }

    /** Startup bundles are listed as {@code reference:file:} with a path below the system folder. */
    private static boolean isStartup(String location, Set<String> startup) {
        return startup.stream()
                .filter(one -> one.startsWith("reference:file:"))
                .anyMatch(one -> location.endsWith("/" + one.substring("reference:file:".length())));
    }

    private static boolean isIn(String location, String folder) {
        return location.replace("file:///", "file:/").contains(folder.replace("file:///", "file:/"));
    }

    /** {@code a, (b, c), d/1.0} → the names. */
    static Set<String> words(String list) {
        Set<String> words = new TreeSet<>();
        for (String word : list.split("[\\s,()]+", -1)) {
            if (!word.isEmpty()) {
                words.add(word.startsWith("file:") || word.startsWith("mvn:") ? word : word.replaceAll("/.*", ""));
            }
        }
        return words;
    }

    private static Properties properties(Path file) throws IOException {
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (Reader in = Files.newBufferedReader(file)) {
                properties.load(in);
            }
        }
        return properties;
    }

    /** All that are not the gateway's. */
    List<Origin> bundles() {
        return bundles;
    }

    List<Repository> repositories() {
        return repositories;
    }

    /** Asked for by somebody, and not by a file in {@code deploy}. */
    List<Feature> features() {
        return features;
    }
}
