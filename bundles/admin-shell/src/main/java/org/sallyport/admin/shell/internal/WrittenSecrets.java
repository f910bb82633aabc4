package org.sallyport.admin.shell.internal;

import java.io.IOException;
import java.util.Collections;
import java.util.Dictionary;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationPlugin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Shows keys that begin with a dot, which are secrets, as their file has them: {@code $[env:NAME]}, not its value. Karaf's {@code config:list} asks for
 * values with all references replaced, and its editing commands write back what they were given; neither names a service, while everyone who works
 * with a configuration does. Called after references were replaced. Stateless.
 */
@Component(service = ConfigurationPlugin.class, property = ConfigurationPlugin.CM_RANKING + ":Integer=1000")
public final class WrittenSecrets implements ConfigurationPlugin {

    private static final String NOT_SHOWN = "(not shown)";

    private final ConfigurationAdmin configurations;

    @Activate
    public WrittenSecrets(@Reference ConfigurationAdmin configurations) {
        this.configurations = configurations;
    }

    @Override
    public void modifyConfiguration(@Nullable ServiceReference<?> reference, Dictionary<String, Object> properties) {
        if (reference != null) {
            return;
        }
        List<String> secrets = Collections.list(properties.keys()).stream()
                .filter(key -> key.startsWith("."))
                .toList();
        if (secrets.isEmpty()) {
            return;
        }
        Dictionary<String, Object> written = written(properties.get(Constants.SERVICE_PID));
        for (String key : secrets) {
            Object value = written == null ? null : written.get(key);
            properties.put(key, value == null ? NOT_SHOWN : value);
        }
    }

    private @Nullable Dictionary<String, Object> written(@Nullable Object pid) {
        try {
            Configuration[] found = configurations.listConfigurations("(" + Constants.SERVICE_PID + "=" + pid + ")");
            return found == null ? null : found[0].getProperties();
        } catch (IOException | InvalidSyntaxException e) {
            return null;
        }
    }
}
