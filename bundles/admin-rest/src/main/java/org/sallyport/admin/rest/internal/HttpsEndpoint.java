package org.sallyport.admin.rest.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import javax.servlet.ServletException;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.http.HttpService;
import org.osgi.service.http.NamespaceException;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.http.HttpsPort;
import org.sallyport.gateway.support.settings.Secrets;

/** Opens the HTTPS port on the HTTP service's server, which gives it up when it is stopped. */
@Component(service = HttpsPort.class, configurationPid = "org.sallyport.https", immediate = true)
@Designate(ocd = HttpsConfiguration.class)
public final class HttpsEndpoint implements HttpsPort {

    private static final String ALIAS = "/certificate.pem";
    private static final String PLACE = " (org.sallyport.https.cfg)";

    private final HttpService http;
    private final Https https;

    @Activate
    public HttpsEndpoint(
            HttpsConfiguration configuration,
            Map<String, Object> properties,
            @Reference HttpService http,
            @Reference ConfigurationAdmin configurations)
            throws IOException, ServletException, NamespaceException {
        this.http = http;
        String passphrase =
                Secrets.of(configurations, properties, PLACE).get(".passphrase", configuration._passphrase());
        HttpsKeys keys = new HttpsKeys(DataFolder.of("https"), passphrase);
        this.https = new Https(port(configuration.port()), keys, Clock.systemUTC());
        http.registerServlet(ALIAS, new CertificatePage(keys.certificateFile(), https), null, null);
    }

    static int port(String text) {
        if (text.isBlank()) {
            return Https.OFF;
        }
        int port = text.strip().matches("[0-9]{1,5}") ? Integer.parseInt(text.strip()) : 0;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "port \"" + text + "\": must be 1–65535 or empty (org.sallyport.https.cfg, HTTPS_PORT)");
        }
        return port;
    }

    @Override
    public Status status() {
        return https.status();
    }

    @Override
    public Status make(List<String> names, int days) throws IOException {
        return https.make(names, days);
    }

    @Override
    public Status take(Path certificate, @Nullable Path key, char[] password) throws IOException {
        return https.take(certificate, key, password);
    }

    @Deactivate
    void close() {
        http.unregister(ALIAS);
        https.close();
    }
}
