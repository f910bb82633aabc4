package org.sallyport.gateway.deid.internal;

import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A value of a YAML document that knows its line. Immutable. */
final class YamlValue {

    private static final int DEEPEST = 20;
    private static final int LONGEST = 1 << 20;

    private final String file;
    private final Node node;

    private YamlValue(String file, Node node) {
        this.file = file;
        this.node = node;
    }

    /** The one document of a file. Anchors and aliases are refused: a document is what it looks like. */
    static YamlValue parse(String file, String text) throws ProfileException {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(DEEPEST);
        options.setCodePointLimit(LONGEST);
        try {
            Node node = new Yaml(options).compose(new StringReader(text));
            if (node == null) {
                throw new ProfileException(file, 1, "is empty");
            }
            return new YamlValue(file, node);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new ProfileException(file, line, String.valueOf(e.getProblem()));
        } catch (YAMLException e) {
            throw new ProfileException(file, 1, "is no YAML: " + e.getMessage());
        }
    }

    int line() {
        return node.getStartMark().getLine() + 1;
    }

    ProfileException problem(String what) {
        return new ProfileException(file, line(), what);
    }

    /** {@code object, array, string, integer, number, boolean, null}, as JSON Schema calls them. */
    String type() {
        if (node instanceof MappingNode) {
            return "object";
        }
        if (node instanceof SequenceNode) {
            return "array";
        }
        Tag tag = node.getTag();
        if (tag.equals(Tag.INT)) {
            return "integer";
        }
        if (tag.equals(Tag.FLOAT)) {
            return "number";
        }
        if (tag.equals(Tag.BOOL)) {
            return "boolean";
        }
        return tag.equals(Tag.NULL) ? "null" : "string";
    }

    boolean isNull() {
        return type().equals("null");
    }

    /** The fields of an object in their order; empty for anything else. */
    Map<String, YamlValue> fields() throws ProfileException {
        Map<String, YamlValue> fields = new LinkedHashMap<>();
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                    throw problem("a key has to be text");
                }
                if (fields.put(key.getValue(), new YamlValue(file, tuple.getValueNode())) != null) {
                    throw new ProfileException(
                            file, key.getStartMark().getLine() + 1, "\"" + key.getValue() + "\" stands twice");
                }
            }
        }
        return fields;
    }

    /** A field of an object; null if it is not there or has no value. */
    @Nullable
    YamlValue field(String name) throws ProfileException {
        YamlValue value = fields().get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** The items of an array; empty for anything else. */
    List<YamlValue> items() {
        return node instanceof SequenceNode sequence
                ? sequence.getValue().stream()
                        .map(item -> new YamlValue(file, item))
                        .toList()
                : List.of();
    }

    /** A scalar as it was written; empty for anything else. */
    String text() {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /** A whole number; the schema has said that it is one. */
    int number() throws ProfileException {
        try {
            return Integer.parseInt(text());
        } catch (NumberFormatException e) {
            throw problem("\"" + text() + "\" is no whole number in decimal digits");
        }
    }

    /** One text or an array of texts, as a list. */
    List<YamlValue> oneOrMore() {
        return node instanceof SequenceNode ? items() : List.of(this);
    }
}
