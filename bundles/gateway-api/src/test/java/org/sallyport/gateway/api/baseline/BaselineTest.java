package org.sallyport.gateway.api.baseline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.Destination;

/** The packages that vendors compile against, beside what they were when their version was last settled; see docs/decisions/0013. */
class BaselineTest {

    private static final Pattern FIRST_LINE = Pattern.compile("# (\\S+) (\\S+)");

    @ParameterizedTest
    @ValueSource(strings = {"org.sallyport.gateway.api", "org.sallyport.gateway.api.archive"})
    void theVersionTellsWhatChanged(String packageName) throws Exception {
        Path file = Path.of("src/test/resources/baseline", packageName + ".txt");
        Set<String> now = ApiSignature.of(classes(), packageName);
        String version = version(packageName);
        if (Boolean.getBoolean("baseline.write")) {
            List<String> lines = new ArrayList<>(List.of("# " + packageName + " " + version));
            lines.addAll(now);
            Files.write(file, lines);
        }
        List<String> lines = Files.readAllLines(file);
        Matcher first = FIRST_LINE.matcher(lines.get(0));
        assertTrue(first.matches() && first.group(1).equals(packageName), file + ": " + lines.get(0));
        Set<String> old = new TreeSet<>(lines.subList(1, lines.size()));
        assertTrue(old.size() > 5, "the baseline guards nothing");
        assertEquals(List.of(), Baseline.problems(first.group(2), old, version, now));
    }

    private static Path classes() throws URISyntaxException {
        return Path.of(Destination.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    /** The annotation is not there at run time: the source is. */
    private static String version(String packageName) throws IOException {
        String source = Files.readString(Path.of("src/main/java", packageName.replace('.', '/'), "package-info.java"));
        Matcher matcher = Pattern.compile("@Version\\(\"([^\"]+)\"\\)").matcher(source);
        assertTrue(matcher.find(), packageName + " has no version");
        return matcher.group(1);
    }

    @Test
    void whatIsTheSameNeedsNothing() {
        assertEquals(List.of(), Baseline.problems("1.0.0", Set.of("a"), "1.0.0", Set.of("a")));
        assertEquals(List.of(), Baseline.problems("1.0.0", Set.of("a"), "1.0.1", Set.of("a")));
    }

    @Test
    void anAdditionNeedsAMinorVersion() {
        Set<String> old = Set.of("a");
        Set<String> now = Set.of("a", "b");
        assertEquals(
                List.of("version 1.0.7 after 1.0.0: needs a new minor version", "+ b"),
                Baseline.problems("1.0.0", old, "1.0.7", now));
        assertEquals(List.of(), Baseline.problems("1.0.0", old, "1.1.0", now));
        assertEquals(List.of(), Baseline.problems("1.9.0", old, "2.0.0", now));
    }

    @Test
    void aRemovalNeedsAMajorVersion() {
        Set<String> old = Set.of("a", "b");
        Set<String> now = Set.of("a", "c");
        assertEquals(
                List.of("version 1.1.0 after 1.0.0: needs a new major version", "- b", "+ c"),
                Baseline.problems("1.0.0", old, "1.1.0", now));
        assertEquals(List.of(), Baseline.problems("1.0.0", old, "2.0.0", now));
    }

    @Test
    void aNewMethodThatVendorsWouldHaveToWriteNeedsAMajorVersion() {
        Set<String> now = Set.of("a", "implement b");
        assertEquals(2, Baseline.problems("1.0.0", Set.of("a"), "1.1.0", now).size());
        assertEquals(List.of(), Baseline.problems("1.0.0", Set.of("a"), "2.0.0", now));
    }

    @Test
    void theSignatureTellsWhatOthersSee() throws IOException {
        Set<String> lines = new TreeSet<>();
        ApiSignature.type(Destination.class, lines);
        assertTrue(
                lines.contains(
                        "implement org.sallyport.gateway.api.Destination.deliver"
                                + "(org.sallyport.gateway.api.Delivery) throws java.lang.Exception: abstract org.sallyport.gateway.api.DeliveryOutcome"),
                lines::toString);
        assertTrue(
                lines.contains(
                        "org.sallyport.gateway.api.Destination.NAME: static final class java.lang.String = destination.name"),
                lines::toString);
        lines.clear();
        ApiSignature.type(Hidden.class, lines);
        assertEquals(Set.of(), lines);
    }

    private record Hidden(String value) {}
}
