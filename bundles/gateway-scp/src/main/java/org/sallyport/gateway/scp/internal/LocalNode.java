package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.dicom.data.AeTitles;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;

/** One local node, made by one configuration. Immutable. */
@Component(
        service = LocalNode.class,
        configurationPid = "org.sallyport.node",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = NodeConfiguration.class, factory = true)
public final class LocalNode {

    private final Node node;

    /** @throws IllegalArgumentException naming the key, the value and what is allowed; the node is not in force then */
    @Activate
    public LocalNode(
            NodeConfiguration configuration,
            Map<String, Object> properties,
            @Reference ConfigurationAdmin configurations)
            throws IOException {
        this(name(properties), configuration, Secrets.of(configurations, properties, place(name(properties))));
    }

    LocalNode(String name, NodeConfiguration c, Secrets secrets) {
        String where = place(name);
        Values values = new Values(where);
        String aet = c.aet().strip();
        if (!AeTitles.isValid(aet)) {
            throw new IllegalArgumentException("aet \"" + aet + "\": must be 1–16 printable ASCII characters" + where);
        }
        String address = c.address().strip();
        if (address.isEmpty() || address.length() > 253) {
            throw new IllegalArgumentException("address \"" + address + "\": must be a host name or address" + where);
        }
        node = new Node(
                name,
                name,
                aet,
                address,
                values.within("port", c::port, 1, 65_535),
                values.yes("active", c.active()),
                permission(c.permission(), where),
                Node.Origin.LOCAL,
                original(c.identity(), where),
                certificate(c.certificate(), where),
                FileNodeTls.of(c, values, secrets));
    }

    private static String place(String name) {
        return " (org.sallyport.node-" + name + ".cfg)";
    }

    Node node() {
        return node;
    }

    /** Karaf names a factory configuration {@code org.sallyport.node~name} (or {@code .<generated>} for older tools). */
    private static String name(Map<String, Object> properties) {
        String pid = String.valueOf(properties.get("service.pid"));
        int tilde = pid.indexOf('~');
        return tilde >= 0 ? pid.substring(tilde + 1) : pid.substring(pid.lastIndexOf('.') + 1);
    }

    private static Node.Permission permission(String value, String where) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "read" -> Node.Permission.READ;
            case "write" -> Node.Permission.WRITE;
            case "read_write" -> Node.Permission.READ_WRITE;
            default ->
                throw new IllegalArgumentException(
                        "permission \"" + value + "\": must be read, write or read_write" + where);
        };
    }

    /** As {@code openssl x509 -fingerprint -sha256} prints it, or without colons. */
    private static @Nullable String certificate(String value, String where) {
        String digits = value.strip().replace(":", "").toLowerCase(Locale.ROOT);
        if (!digits.isEmpty() && !digits.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("certificate \"" + value.strip()
                    + "\": must be a SHA-256 fingerprint, 64 hexadecimal digits" + where);
        }
        return digits.isEmpty() ? null : digits;
    }

    private static boolean original(String value, String where) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "original" -> true;
            case "pseudonymous" -> false;
            default ->
                throw new IllegalArgumentException(
                        "identity \"" + value + "\": must be pseudonymous or original" + where);
        };
    }
}
