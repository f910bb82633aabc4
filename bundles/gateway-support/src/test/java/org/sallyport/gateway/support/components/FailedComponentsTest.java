package org.sallyport.gateway.support.components;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.dto.BundleDTO;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.sallyport.gateway.support.components.FailedComponents.Failed;

class FailedComponentsTest {

    private static ComponentConfigurationDTO configuration(int state, Map<String, Object> properties, String failure) {
        ComponentConfigurationDTO configuration = new ComponentConfigurationDTO();
        configuration.state = state;
        configuration.properties = properties;
        configuration.failure = failure;
        return configuration;
    }

    /** One component with these configurations. */
    private static ServiceComponentRuntime runtime(List<ComponentConfigurationDTO> configurations) {
        ComponentDescriptionDTO description = new ComponentDescriptionDTO();
        description.bundle = new BundleDTO();
        description.bundle.symbolicName = "com.example";
        return (ServiceComponentRuntime) Proxy.newProxyInstance(
                FailedComponentsTest.class.getClassLoader(),
                new Class<?>[] {ServiceComponentRuntime.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getComponentDescriptionDTOs" -> List.of(description);
                    case "getComponentConfigurationDTOs" -> configurations;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void thoseThatFailedAndAreOfTheKindAreListed() {
        Map<String, Object> own = Map.of("name", "archive", "password", "hunter2");
        List<Failed> failed = FailedComponents.with(
                runtime(List.of(
                        configuration(ComponentConfigurationDTO.ACTIVE, own, ""),
                        configuration(ComponentConfigurationDTO.FAILED_ACTIVATION, Map.of("port", 1), "other"),
                        configuration(ComponentConfigurationDTO.FAILED_ACTIVATION, own, "no disk"))),
                "name");
        assertEquals(List.of(new Failed("com.example", own, "no disk")), failed);
        assertFalse(failed.toString().contains("hunter2"), "it may be logged");
    }

    @Test
    void ofAFailureTheInnermostCauseIsTold() {
        assertEquals("min-free 0: must be 1–9", FailedComponents.line("""
                        java.lang.reflect.InvocationTargetException
                            at x
                        Caused by: java.lang.IllegalArgumentException: min-free 0: must be 1–9
                            at y
                        """));
        assertEquals("java.io.IOException: no disk", FailedComponents.line("java.io.IOException: no disk\n\tat x\n"));
        assertEquals("its component failed: see log:tail", FailedComponents.line(null));
    }
}
