package org.sallyport.gateway.scp.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.sallyport.dicom.data.AeTitles;
import org.sallyport.gateway.support.settings.Values;

/**
 * The settings of {@code org.sallyport.query}, checked once.
 *
 * @param unknownCallers whether callers that are no node get pseudonymous answers in public mode
 * @param moveAssociations by AE title; the empty one is for all others
 * @param whenDelivered whether an image counts as committed only when its deliveries are confirmed
 * @param reportOnNew whether results are reported on an association to the node
 */
public record QuerySettings(
        long nameIndexBytes,
        int maxMatches,
        boolean unknownCallers,
        Map<String, Integer> moveAssociations,
        boolean whenDelivered,
        Duration commitmentWait,
        boolean reportOnNew) {

    private static final String PLACE = " (org.sallyport.query.cfg)";
    private static final Values FILE = new Values(PLACE);
    private static final int MOST_ASSOCIATIONS = 16;

    public QuerySettings {
        moveAssociations = Map.copyOf(moveAssociations);
    }

    /** @throws IllegalArgumentException naming the key, the value and what is allowed */
    public static QuerySettings of(QueryConfiguration c) {
        return new QuerySettings(
                (long) FILE.within("name-index-memory", c::name$_$index$_$memory, 1, 65_536) << 20,
                FILE.within("max-matches", c::max$_$matches, 1, 10_000_000),
                second("unknown-callers", c.unknown$_$callers(), "nothing", "pseudonymous"),
                associations(c.move$_$associations()),
                second("commitment", c.commitment(), "stored", "delivered"),
                Duration.ofHours(FILE.within("commitment-wait", c::commitment$_$wait, 1, 720)),
                second("commitment-report", c.commitment$_$report(), "same", "new"));
    }

    private static boolean second(String key, String value, String first, String second) {
        String text = value.strip();
        if (!text.equals(first) && !text.equals(second)) {
            throw new IllegalArgumentException(key + " \"" + text + "\": must be " + first + " or " + second + PLACE);
        }
        return text.equals(second);
    }

    private static Map<String, Integer> associations(String text) {
        Map<String, Integer> numbers = new HashMap<>(Map.of("", 1));
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String aet = equals < 0 ? "" : part.substring(0, equals).strip();
            String number = part.substring(equals + 1).strip();
            if (equals >= 0 && !AeTitles.isValid(aet)
                    || !number.matches("\\d{1,2}")
                    || Integer.parseInt(number) < 1
                    || Integer.parseInt(number) > MOST_ASSOCIATIONS) {
                throw new IllegalArgumentException(
                        "move-associations \"" + part.strip() + "\": must be 1–16, or an AE title, = and 1–16" + PLACE);
            }
            numbers.put(aet, Integer.parseInt(number));
        }
        return numbers;
    }

    int associationsTo(String aet) {
        return moveAssociations.getOrDefault(aet, moveAssociations.getOrDefault("", 1));
    }
}
