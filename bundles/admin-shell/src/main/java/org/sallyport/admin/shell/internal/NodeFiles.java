package org.sallyport.admin.shell.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.sallyport.gateway.api.DataFolder;

/** Local nodes as files {@code org.sallyport.node-<name>.cfg} in Karaf's configuration folder, which Karaf watches. */
final class NodeFiles {

    private NodeFiles() {}

    /** @param certificate empty = none */
    static Path write(
            String name, String aet, String address, int port, String permission, String identity, String certificate)
            throws IOException {
        Path file = file(name);
        check("aet", aet, "[\\x21-\\x7e&&[^\\\\$]][\\x20-\\x7e&&[^\\\\$]]{0,15}", "1–16 printable ASCII characters");
        check("address", address, "[A-Za-z0-9.:_-]{1,253}", "a host name or address");
        check("permission", permission, "read|write|read_write", "read, write or read_write");
        check("identity", identity, "pseudonymous|original", "pseudonymous or original");
        check(
                "certificate",
                certificate,
                "|([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}",
                "a SHA-256 fingerprint, 64 hexadecimal digits");
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + ": must be 1–65535");
        }
        String text = "aet = " + aet + "\naddress = " + address + "\nport = " + port + "\npermission = " + permission
                + "\nidentity = " + identity + "\nactive = true\n"
                + (certificate.isEmpty() ? "" : "certificate = " + certificate + "\n");
        DataFolder.replace(file, text.getBytes(StandardCharsets.UTF_8));
        return file;
    }

    static void remove(String name) throws IOException {
        if (!Files.deleteIfExists(file(name))) {
            throw new IllegalArgumentException("no local node " + name + ": node:list shows which there are");
        }
    }

    private static Path file(String name) {
        check("name", name, "[a-z0-9-]{1,40}", "1–40 of a–z, 0–9, -");
        return Path.of(System.getProperty("karaf.etc"), "org.sallyport.node-" + name + ".cfg");
    }

    private static void check(String key, String value, String pattern, String allowed) {
        if (!value.matches(pattern)) {
            throw new IllegalArgumentException(key + " \"" + value + "\": must be " + allowed);
        }
    }
}
