package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The .cfg files that are shipped, and what bundles say of their settings (OSGi Metatype): the same keys in both. */
class MetatypeTest {

    /** Key → type. */
    private final Map<String, Map<String, String>> byPid = new TreeMap<>();

    MetatypeTest() throws Exception {
        try (Stream<Path> bundles = Files.list(Appliance.ROOT.resolve("bundles"))) {
            for (Path bundle : bundles.toList()) {
                Path folder = bundle.resolve("target/classes/OSGI-INF/metatype");
                if (Files.isDirectory(folder)) {
                    read(folder);
                }
            }
        }
        assertTrue(byPid.size() > 12, () -> "bundles were not built: " + byPid.keySet());
    }

    private void read(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Document document = DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(file.toFile());
                Map<String, String> keys = new HashMap<>();
                elements(document, "AD").forEach(ad -> keys.put(ad.getAttribute("id"), ad.getAttribute("type")));
                for (Element designate : elements(document, "Designate")) {
                    byPid.put(designate.getAttribute("pid") + designate.getAttribute("factoryPid"), keys);
                }
            }
        }
    }

    private static List<Element> elements(Document document, String name) {
        NodeList nodes = document.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static String pid(Path file) {
        return file.getFileName().toString().replaceFirst("(-.*)?\\.cfg$", "");
    }

    /** Of the gateway's own bundles. */
    private static List<Path> shipped() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String folder : List.of("config", "docs/example")) {
            try (Stream<Path> files = Files.list(Appliance.ROOT.resolve(folder))) {
                files.filter(file -> file.getFileName().toString().matches("org\\.sallyport\\..*\\.cfg"))
                        .forEach(all::add);
            }
        }
        return all;
    }

    @Test
    void everyConfigurationIsShippedWithItsKeysAndAllOfThemAreExplained() throws IOException {
        Map<String, Path> files = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        for (Path file : shipped()) {
            String name = file.getFileName().toString();
            files.put(pid(file), file);
            Map<String, String> keys = byPid.getOrDefault(pid(file), Map.of());
            Properties written = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                written.load(reader);
            }
            written.stringPropertyNames().stream()
                    .filter(key -> !keys.containsKey(key))
                    .forEach(key -> wrong.add(name + ": " + key + " is not described by the bundle"));
            String text = Files.readString(file);
            keys.keySet().stream()
                    .filter(key -> !explained(text, key))
                    .forEach(key -> wrong.add(name + ": " + key + " is missing"));
        }
        byPid.keySet().stream()
                .filter(pid -> !files.containsKey(pid))
                .forEach(pid -> wrong.add("no .cfg in config or docs/example is about " + pid));
        assertEquals(List.of(), wrong);
    }

    /** Set, or shown in a comment with what it is when it is not set. */
    private static boolean explained(String text, String key) {
        return Pattern.compile("(?m)^(#\\s+)?" + Pattern.quote(key) + " =")
                .matcher(text)
                .find();
    }

    /** The dot keeps them out of the properties of services, the type out of sight where settings are edited. */
    @Test
    void secretsAreOfTheTypePasswordAndBeginWithADot() {
        List<String> wrong = new ArrayList<>();
        byPid.forEach((pid, keys) -> keys.forEach((key, type) -> {
            if (key.startsWith(".") != type.equals("Password")
                    || !key.startsWith(".") && key.matches(".*(password|passphrase|passcode|secret|token)")) {
                wrong.add(pid + ": " + key + " is of type " + type);
            }
        }));
        assertEquals(List.of(), wrong);
    }
}
