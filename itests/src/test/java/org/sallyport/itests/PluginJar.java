package org.sallyport.itests;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.sallyport.itests.plugin.KeyPlugin;
import org.sallyport.itests.plugin.SwapPlugin;

/**
 * A bundle with a {@link SwapPlugin} in it.
 *
 * @param name of the destination, and of the bundle with {@code swap.} before it
 * @param folder where the plug-in keeps what it is given
 * @param version of the bundle
 * @param settings of the destination, {@code key=value}, separated by semicolons
 */
record PluginJar(
        String name, Path folder, SwapPlugin.Behaviour behaviour, String imports, String version, String settings) {

    private static final String NEEDED = "org.osgi.framework,org.sallyport.gateway.api;version=\"[1.0,2)\"";

    PluginJar(String name, Path folder, SwapPlugin.Behaviour behaviour) {
        this(name, folder, behaviour, NEEDED, "1.0.0", "");
    }

    /** The same with an import that nobody exports. */
    PluginJar importing(String packageName) {
        return new PluginJar(name, folder, behaviour, NEEDED + "," + packageName, version, settings);
    }

    PluginJar version(String other) {
        return new PluginJar(name, folder, behaviour, imports, other, settings);
    }

    PluginJar set(String other) {
        return new PluginJar(name, folder, behaviour, imports, version, other);
    }

    String symbolicName() {
        return "swap." + name;
    }

    /** A bundle with a {@link KeyPlugin}. */
    static Path writeKeys(Path file, Path keys) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        headers.put("Bundle-SymbolicName", "swap.keys");
        headers.put("Bundle-Version", "1.0.0");
        headers.put("Bundle-Activator", KeyPlugin.class.getName());
        headers.put(
                "Import-Package",
                NEEDED + ",org.sallyport.gateway.api.key;version=\"[1.0,2)\",javax.crypto,javax.crypto.spec");
        headers.put(KeyPlugin.FOLDER_HEADER, keys.toString());
        return write(file, keys, headers);
    }

    /** Appears whole, in place of one that is there. */
    Path writeTo(Path file) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        headers.put("Bundle-SymbolicName", symbolicName());
        headers.put("Bundle-Version", version);
        headers.put("Bundle-Activator", SwapPlugin.class.getName());
        headers.put("Import-Package", imports);
        headers.put(SwapPlugin.NAME_HEADER, name);
        headers.put(SwapPlugin.FOLDER_HEADER, folder.toString());
        headers.put(SwapPlugin.BEHAVIOUR_HEADER, behaviour.name());
        headers.put(SwapPlugin.SETTINGS_HEADER, settings);
        return write(file, folder, headers);
    }

    private static Path write(Path file, Path folder, Map<String, String> headers) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        headers.forEach(attributes::putValue);
        Path classes = classes();
        Path part = Files.createTempFile(folder.toAbsolutePath().getParent(), "plugin", ".part");
        try (OutputStream out = Files.newOutputStream(part);
                JarOutputStream jar = new JarOutputStream(out, manifest);
                Stream<Path> files = Files.list(
                        classes.resolve(SwapPlugin.class.getPackageName().replace('.', '/')))) {
            for (Path one : files.toList()) {
                jar.putNextEntry(new JarEntry(classes.relativize(one).toString()));
                Files.copy(one, jar);
                jar.closeEntry();
            }
        }
        return Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path classes() {
        try {
            return Path.of(SwapPlugin.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A repository with one feature of the destination's name, which holds this bundle. */
    Path writeFeature(Path xml, Path jar) throws IOException {
        return Files.writeString(xml, """
                <?xml version="1.0" encoding="UTF-8"?>
                <features name="swap-%1$s" xmlns="http://karaf.apache.org/xmlns/features/v1.6.0">
                  <feature name="swap-%1$s" version="1.0.0">
                    <bundle>%2$s</bundle>
                  </feature>
                </features>
                """.formatted(name, jar.toUri()));
    }
}
