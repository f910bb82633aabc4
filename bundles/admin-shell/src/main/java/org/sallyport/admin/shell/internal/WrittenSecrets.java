package org.sallyport.admin.shell.internal;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Dictionary;
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
 * Shows settings as their file has them, {@code $[env:NAME]} and not its value: keys that begin with a dot, which are secrets, and all others that refer to
 * something, since any variable of the environment could be looked at by such a key. Karaf's {@code config:list} asks for values with all references
 * replaced, and its editing commands write back what they were given; neither names a service, while everyone who works with a configuration does.
 * Called after references were replaced. Stateless.
 */
@Component(service = ConfigurationPlugin.class, property = ConfigurationPlugin.CM_RANKING + ":Integer=1000")
public final class WrittenSecrets implements ConfigurationPlugin {

    private static final String NOT_SHOWN = "(not shown)";
    private static final String REFERENCE = "$[";

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
        Dictionary<String, Object> written = written(properties.get(Constants.SERVICE_PID));
        for (String key : Collections.list(properties.keys())) {
            Object value = written == null ? null : written.get(key);
            if (key.startsWith(".")) {
                properties.put(key, value == null ? NOT_SHOWN : value);
            } else if (value != null && refers(value)) {
                properties.put(key, value);
            }
        }
    }

    private static boolean refers(Object value) {
        String text = value instanceof Object[] several ? Arrays.toString(several) : value.toString();
        return text.contains(REFERENCE);
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
