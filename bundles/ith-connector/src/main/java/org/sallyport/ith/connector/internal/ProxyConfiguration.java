package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.api.node.Node;

/**
 * What the back end says of this gateway.
 *
 * @param workspaceId names the workspace in every other call
 * @param deidentify false only if the back end says so explicitly
 * @param listener where the back end wants the gateway to listen; null = it does not say, or says it wrongly
 * @param nodes well-formed ones, none approved yet
 * @param warnings nodes that were skipped, and why
 */
record ProxyConfiguration(
        String proxyId,
        String workspaceId,
        boolean active,
        Mode mode,
        boolean deidentify,
        @Nullable Listener listener,
        List<Node> nodes,
        List<String> warnings) {

    /** @param port 1–65535 */
    record Listener(String aet, int port) {}

    private static final int MOST_NODES = 10_000;
    private static final int LONGEST_ID = 128;
    private static final int LONGEST_AET = 16;
    private static final int LONGEST_ADDRESS = 253;

    private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?");

    /** PS3.5 6.2: no backslash, no control characters. */
    private static final Pattern AET = Pattern.compile("[\\x20-\\x7e&&[^\\\\]]+");

    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9.:_-]+");

    ProxyConfiguration {
        nodes = List.copyOf(nodes);
        warnings = List.copyOf(warnings);
    }

    /** @throws IllegalArgumentException if it is no configuration; nodes that are malformed are skipped with a warning */
    static ProxyConfiguration parse(JsonNode root) {
        String workspace = root.path("workspace_id").asText("");
        if (!workspace.matches("[A-Za-z0-9_-]{1," + LONGEST_ID + "}")) {
            throw new IllegalArgumentException(
                    "the configuration names no workspace_id of 1–128 letters, digits, - or _");
        }
        JsonNode config = root.path("config");
        List<Node> nodes = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        JsonNode list = root.path("nodes");
        if (!list.isArray() && !list.isMissingNode() && !list.isNull()) {
            warnings.add("nodes is no list: there are none");
            list = MissingNode.getInstance();
        }
        for (int i = 0; i < list.size() && i < MOST_NODES; i++) {
            try {
                nodes.add(node(list.get(i)));
            } catch (IllegalArgumentException e) {
                warnings.add("node " + name(list.get(i), i) + " is skipped: " + e.getMessage());
            }
        }
        if (list.size() > MOST_NODES) {
            warnings.add(list.size() - MOST_NODES + " nodes beyond the first " + MOST_NODES + " are skipped");
        }
        return new ProxyConfiguration(
                root.path("id").asText(""),
                workspace,
                active(root),
                // Anything but the one word is private: fail closed.
                config.path("mode").asText("").equals("public") ? Mode.PUBLIC : Mode.PRIVATE,
                !config.path("enable_phi_anonymization").isBoolean()
                        || config.path("enable_phi_anonymization").asBoolean(),
                listener(config, warnings),
                nodes,
                warnings);
    }

    private static @Nullable Listener listener(JsonNode config, List<String> warnings) {
        String aet = config.path("ae_title").asText("").strip();
        JsonNode number = config.path("port");
        int port = number.isIntegralNumber() && number.canConvertToInt() ? number.intValue() : -1;
        boolean told = !aet.isEmpty() && !number.isMissingNode() && !number.isNull();
        if (!told) {
            return null;
        }
        if (aet.length() > LONGEST_AET || !AET.matcher(aet).matches() || port < 1 || port > 65_535) {
            warnings.add("AE title and port of the listener are not both well-formed: they are passed over");
            return null;
        }
        return new Listener(aet, port);
    }

    private static String name(JsonNode node, int index) {
        for (String key : List.of("name", "id", "ae_title")) {
            String text = node.path(key).asText("").strip();
            if (!text.isEmpty()) {
                return "\"" + printable(text) + "\"";
            }
        }
        return "number " + (index + 1);
    }

    private static String printable(String text) {
        String plain = text.replaceAll("[^\\x20-\\x7E]", "?");
        return plain.length() <= 64 ? plain : plain.substring(0, 64);
    }

    /** Missing is on; anything but a yes is off. */
    private static boolean active(JsonNode of) {
        JsonNode value = of.path("is_active");
        return value.isMissingNode() || value.isNull() || value.asBoolean(false);
    }

    private static Node node(JsonNode node) {
        String id = text(node, "id", LONGEST_ID, ID);
        String aet = text(node, "ae_title", LONGEST_AET, AET);
        String key = node.path("ip_address").isMissingNode()
                        || node.path("ip_address").isNull()
                ? "ip"
                : "ip_address";
        String address = text(node, key, LONGEST_ADDRESS, ADDRESS);
        JsonNode number = node.path("port");
        int port = number.isIntegralNumber() && number.canConvertToInt() ? number.intValue() : -1;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port \"" + printable(number.asText("")) + "\" is not 1–65535");
        }
        String name = node.path("name").asText("").strip();
        return new Node(
                id,
                name.isEmpty() ? aet : printable(name),
                aet,
                address,
                port,
                active(node),
                permission(node.path("permission")),
                Node.Origin.BACK_END,
                false);
    }

    private static String text(JsonNode node, String key, int longest, Pattern allowed) {
        String text = node.path(key).asText("").strip();
        if (text.isEmpty()) {
            throw new IllegalArgumentException(key + " is missing");
        }
        if (text.length() > longest || !allowed.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    key + " is longer than " + longest + " or holds characters that are not allowed");
        }
        return text;
    }

    private static Node.Permission permission(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return Node.Permission.READ_WRITE;
        }
        return switch (value.asText().toLowerCase(Locale.ROOT)) {
            case "read" -> Node.Permission.READ;
            case "write" -> Node.Permission.WRITE;
            case "read_write" -> Node.Permission.READ_WRITE;
            default ->
                throw new IllegalArgumentException(
                        "permission \"" + printable(value.asText()) + "\" is not read, write or read_write");
        };
    }
}
