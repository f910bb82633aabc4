package org.sallyport.gateway.support.components;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Components that were configured, but whose constructor refused the configuration: there is no service of theirs that could tell. */
public final class FailedComponents {

    private static final int LONGEST = 500;

    /**
     * @param bundle symbolic name
     * @param properties the configuration; may hold secrets
     * @param message what was thrown, in one line
     */
    public record Failed(String bundle, Map<String, Object> properties, String message) {

        @Override
        public String toString() {
            return bundle + ": " + message;
        }
    }

    private FailedComponents() {}

    /** @param key those whose configuration holds it are listed */
    public static List<Failed> with(ServiceComponentRuntime runtime, String key) {
        List<Failed> failed = new ArrayList<>();
        for (ComponentDescriptionDTO description : runtime.getComponentDescriptionDTOs()) {
            for (ComponentConfigurationDTO one : runtime.getComponentConfigurationDTOs(description)) {
                if (one.state == ComponentConfigurationDTO.FAILED_ACTIVATION && one.properties.get(key) != null) {
                    failed.add(new Failed(description.bundle.symbolicName, one.properties, line(one.failure)));
                }
            }
        }
        return failed;
    }

    /** Of a stack trace the innermost cause: that is what the component said. */
    static String line(@Nullable String trace) {
        String said = "its component failed: see log:tail";
        if (trace == null) {
            return said;
        }
        for (String line : trace.lines().toList()) {
            if (line.startsWith("Caused by: ")) {
                said = line.substring("Caused by: ".length());
            } else if (said.startsWith("its component failed") && !line.isBlank()) {
                said = line;
            }
        }
        said = said.replaceFirst("^(java\\.[a-zA-Z.]*\\.)?IllegalArgumentException: ", "");
        return said.length() <= LONGEST ? said : said.substring(0, LONGEST);
    }
}
