package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.testkit.Certificates;

/**
 * The gateway, a node that speaks TLS, and somebody else: each with a certificate of its own.
 *
 * @param ours the gateway's
 */
public record TlsPeers(Certificates ours, Certificates node, Certificates stranger) {

    public static TlsPeers make(Path folder) throws IOException, InterruptedException {
        return new TlsPeers(
                Certificates.make(folder, "ours", "dns:gate.example"),
                Certificates.make(folder, "node", "ip:127.0.0.1"),
                Certificates.make(folder, "stranger", "ip:127.0.0.1"));
    }

    /** The node's side: it lets in who has the gateway's certificate. */
    public Tls acceptor() throws IOException {
        return new Tls(new Tls.Settings(
                node.pem(),
                null,
                new char[0],
                ours.certificate(),
                new char[0],
                Tls.ClientAuthentication.REQUIRED,
                false));
    }

    /**
     * The gateway's side, as the node's configuration has it.
     *
     * @param values of other settings
     */
    public Map<String, Object> settings(int port, Map<String, Object> values) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "address",
                "127.0.0.1",
                "port",
                port,
                "tls",
                "yes",
                "tls$_$certificate",
                ours.certificate().toString(),
                "tls$_$key",
                ours.key().toString(),
                "tls$_$trusted",
                node.certificate().toString()));
        settings.putAll(values);
        return settings;
    }

    /** A node by {@link #settings}. */
    public Node node(String aet, int port) {
        return Configurations.local(aet, settings(port, Map.of())).node();
    }
}
