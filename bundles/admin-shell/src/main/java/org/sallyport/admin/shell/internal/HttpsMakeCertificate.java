package org.sallyport.admin.shell.internal;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.http.HttpsPort;

/** https:make-certificate. */
@Service
@Command(
        scope = "https",
        name = "make-certificate",
        description = "Makes a key and a certificate for HTTPS, in use at once; browsers have to be told to trust it")
public final class HttpsMakeCertificate extends ChangingCommand {

    @IfThere
    @Nullable
    HttpsPort https;

    @Option(name = "--days", description = "How long it is valid; some browsers take no more than 825")
    int days = 825;

    @Argument(
            index = 0,
            name = "names",
            multiValued = true,
            description = "Host names and addresses by which people reach the gateway; none = those of this machine")
    @Nullable
    List<String> names;

    @Override
    public @Nullable Object execute() throws Exception {
        HttpsPort port = need(https, "the HTTPS port");
        List<String> wanted = names == null || names.isEmpty() ? ofThisMachine() : names;
        change("https.make-certificate", wanted.get(0), () -> {
            port.make(wanted, days);
            return "made; what it is for and its fingerprint:";
        });
        if (!json) {
            HttpsShow.print(port.status(), false);
        }
        return null;
    }

    private static List<String> ofThisMachine() throws SocketException {
        Set<String> found = new LinkedHashSet<>();
        try {
            found.add(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            // It has none; its addresses do.
        }
        for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            if (network.isUp()) {
                network.inetAddresses()
                        .filter(address -> !address.isLinkLocalAddress())
                        .map(address -> address.getHostAddress().replaceAll("%.*", ""))
                        .forEach(found::add);
            }
        }
        found.add("localhost");
        return new ArrayList<>(found);
    }
}
