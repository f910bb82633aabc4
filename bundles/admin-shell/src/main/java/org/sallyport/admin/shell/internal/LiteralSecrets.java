package org.sallyport.admin.shell.internal;

import java.io.IOException;
import java.util.Dictionary;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.support.settings.Secrets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the log of secrets, keys that begin with a dot, that stand in a configuration themselves. The gateway's own bundles refuse theirs, and the queue a
 * vendor's destination with such; this tells of those, and of the database's and other components', which take them. Stateless.
 */
@Component(service = ConfigurationListener.class, immediate = true)
public final class LiteralSecrets implements ConfigurationListener {

    private static final Logger LOG = LoggerFactory.getLogger(LiteralSecrets.class);

    private final ConfigurationAdmin configurations;

    @Activate
    public LiteralSecrets(@Reference ConfigurationAdmin configurations) throws IOException {
        this.configurations = configurations;
        tell(null);
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (event.getType() != ConfigurationEvent.CM_UPDATED) {
            return;
        }
        try {
            tell("(" + Constants.SERVICE_PID + "=" + event.getPid() + ")");
        } catch (IOException e) {
            LOG.warn("configuration {} cannot be read", event.getPid(), e);
        }
    }

    /** @param filter null = all */
    private void tell(@Nullable String filter) throws IOException {
        Configuration[] found;
        try {
            found = configurations.listConfigurations(filter);
        } catch (InvalidSyntaxException e) {
            throw new IOException(filter + " is no filter", e);
        }
        for (Configuration one : found == null ? new Configuration[0] : found) {
            Dictionary<String, Object> written = one.getProperties();
            if (written != null) {
                problems(one.getPid(), written).forEach(LOG::error);
            }
        }
    }

    static List<String> problems(String pid, Dictionary<String, Object> written) {
        if (pid.startsWith("org.sallyport.") || pid.startsWith("org.apache.karaf.")) {
            return List.of();
        }
        return Secrets.literals(written).stream()
                .map(problem -> pid + ": " + problem)
                .toList();
    }
}
