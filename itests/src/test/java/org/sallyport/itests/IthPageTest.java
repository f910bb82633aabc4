package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.node.BackEnd;

/** docs/ith.md says what each thing means that people are shown of the back end. */
class IthPageTest {

    private final String page = Page.text(Appliance.ROOT.resolve("docs/ith.md"));

    /** What begins a row of a table, or stands among others there. */
    private boolean isExplained(String word) {
        Pattern cell = Pattern.compile("\\|(?:[^|]*[^A-Za-z-])?" + Pattern.quote(word) + "(?:[^A-Za-z-][^|]*)?\\|.*");
        return page.lines().anyMatch(line -> cell.matcher(line).matches());
    }

    private void assertExplained(Enum<?>... states) {
        List<String> untold = Stream.of(states)
                .map(Enum::name)
                .filter(state -> !isExplained(state))
                .toList();
        assertEquals(List.of(), untold);
    }

    @Test
    void everyState() {
        assertExplained(BackEnd.CommandState.values());
        assertExplained(DeliveryQueue.State.values());
        assertExplained(DestinationDirectory.State.values());
    }

    @Test
    void everyLineOfTheStatus() {
        String command = Page.text(Appliance.ROOT.resolve(
                "bundles/admin-shell/src/main/java/org/sallyport/admin/shell/internal/IthStatus.java"));
        List<String> keys = Pattern.compile("sheet\\.put\\(\"([a-z-]+)\"")
                .matcher(command)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertTrue(keys.size() > 10, keys::toString);
        TreeSet<String> untold = new TreeSet<>(keys);
        untold.removeIf(this::isExplained);
        assertEquals(new TreeSet<>(), untold);
    }
}
