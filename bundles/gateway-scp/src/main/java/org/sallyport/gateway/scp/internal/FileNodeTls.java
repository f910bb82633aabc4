package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.node.NodeTls;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;

/** TLS with a local node, by the files that its configuration names. Shows no password. */
record FileNodeTls(Tls tls, boolean checksHostName) implements NodeTls {

    /**
     * Reads the files.
     *
     * @return null = no TLS
     * @throws IllegalArgumentException naming the key, the value or file and what is allowed; never a secret
     */
    static @Nullable FileNodeTls of(NodeConfiguration c, Values values, Secrets secrets) {
        // Also where they are not used: a secret in the clear is never passed over.
        char[] password = secrets.get(".tls-password", c._tls$_$password()).toCharArray();
        char[] trustedPassword = secrets.get(".tls-trusted-password", c._tls$_$trusted$_$password())
                .toCharArray();
        boolean checkHost = values.yes("tls-check-host", c.tls$_$check$_$host());
        if (!values.yes("tls", c.tls())) {
            return null;
        }
        try {
            Tls tls = new Tls(new Tls.Settings(
                    path(c.tls$_$certificate()),
                    path(c.tls$_$key()),
                    password,
                    path(c.tls$_$trusted()),
                    trustedPassword,
                    Tls.ClientAuthentication.NONE,
                    checkHost));
            return new FileNodeTls(tls, checkHost);
        } catch (IOException | InvalidPathException e) {
            throw values.refused("tls-certificate, tls-key or tls-trusted: " + e.getMessage(), e);
        }
    }

    private static @Nullable Path path(String text) {
        return text.isBlank() ? null : Path.of(text.strip());
    }

    @Override
    public SSLContext context() {
        return tls.context();
    }
}
