package org.sallyport.admin.shell.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.sallyport.gateway.api.Destination;

/** Destinations that were configured, but whose constructor refused the configuration: there is no service of theirs that could tell. */
final class FailedComponents {

    private static final int LONGEST = 500;

    /** @param message what was thrown, in one line */
    record Failed(String destination, String bundle, String message) {}

    private FailedComponents() {}

    static List<Failed> destinations(@Nullable ServiceComponentRuntime runtime) {
        List<Failed> failed = new ArrayList<>();
        if (runtime == null) {
            return failed;
        }
        Collection<ComponentDescriptionDTO> descriptions = runtime.getComponentDescriptionDTOs();
        for (ComponentDescriptionDTO description : descriptions) {
            for (ComponentConfigurationDTO one : runtime.getComponentConfigurationDTOs(description)) {
                Object name = one.properties.get(Destination.NAME);
                if (one.state == ComponentConfigurationDTO.FAILED_ACTIVATION && name != null) {
                    failed.add(new Failed(name.toString(), description.bundle.symbolicName, line(one.failure)));
                }
            }
        }
        return failed;
    }

    /** Of a stack trace the innermost cause: that is what the plug-in said. */
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
