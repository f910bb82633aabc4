package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.testkit.docs.GeneratedPart;

/** What the documents say of de-identification is what is done. */
class ConformanceStatementTest {

    private static final Path STATEMENT = Path.of("../../docs/conformance.md");
    private static final Path PAGE = Path.of("../../docs/de-identification.md");

    private static void check(Path document, String part, List<String> lines) throws IOException {
        GeneratedPart.check(document, part, lines, ConformanceStatementTest.class);
    }

    private static ConfidentialityTables tables() throws IOException {
        Path folder = Path.of("../../config/profiles");
        List<Profile> shipped = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".yaml")) {
                    shipped.add(ProfileParser.read(folder, name.replace(".yaml", "")));
                }
            }
        }
        return new ConfidentialityTables(shipped);
    }

    @Test
    void profilesAndOptions() throws Exception {
        ConfidentialityTables tables = tables();
        check(STATEMENT, "confidentiality-profiles", tables.profiles());
        check(PAGE, "options", tables.options());
        check(PAGE, "profiles", tables.shippedProfiles());
    }

    @Test
    void attributes() throws Exception {
        ConfidentialityTables tables = tables();
        check(STATEMENT, "attributes", tables.attributes());
        check(STATEMENT, "exceptions", tables.exceptions());
        check(STATEMENT, "other-attributes", tables.others());
        check(STATEMENT, "safe-private", ConfidentialityTables.safePrivate());
    }

    @Test
    void classes() throws Exception {
        check(STATEMENT, "classes", ConfidentialityTables.classes());
    }

    /** The table in words is people's; its first column names options. */
    @Test
    void thePageExplainsEveryOption() throws Exception {
        String page = Files.readString(PAGE);
        String explained = page.substring(page.indexOf("| option | what is done |"));
        List<String> named = new ArrayList<>();
        Matcher first =
                Pattern.compile("(?m)^\\| (`[^|]*) \\|").matcher(explained.split("\n\n", 2)[0]);
        while (first.find()) {
            named.addAll(List.of(first.group(1).replace("`", "").split(", ", -1)));
        }
        assertEquals(new TreeSet<>(Option.ids()), new TreeSet<>(named));
        assertEquals(Option.ids().size(), named.size(), "each is explained once");
    }
}
