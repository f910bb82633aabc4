package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

class WrittenSecretsTest {

    private static final String WRITTEN = "$[env:ITH_TOKEN]";

    /** Knows one configuration, as its file has it. */
    private static ConfigurationAdmin admin() {
        Configuration configuration = (Configuration) Proxy.newProxyInstance(
                WrittenSecretsTest.class.getClassLoader(), new Class<?>[] {Configuration.class}, (p, method, a) -> {
                    if (method.getName().equals("getProperties")) {
                        return FrameworkUtil.asDictionary(Map.of(
                                ".token",
                                WRITTEN,
                                "password",
                                "$[env:MY_PASSWORD]",
                                "hosts",
                                new String[] {"a", "$[env:HOST]"},
                                "url",
                                "https://backend"));
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
        return (ConfigurationAdmin) Proxy.newProxyInstance(
                WrittenSecretsTest.class.getClassLoader(),
                new Class<?>[] {ConfigurationAdmin.class},
                (p, method, arguments) -> {
                    if (method.getName().equals("listConfigurations")) {
                        return "(service.pid=org.sallyport.ith)".equals(arguments[0])
                                ? new Configuration[] {configuration}
                                : null;
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Dictionary<String, Object> processed(String pid) {
        @SuppressWarnings("JdkObsolete") // the only dictionary that can be changed
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put("service.pid", pid);
        properties.put(".token", "s3cret");
        properties.put("password", "s3cret too");
        properties.put("hosts", new String[] {"a", "b"});
        properties.put("url", "https://backend");
        return properties;
    }

    @Test
    void whoOnlyLooksSeesWhatTheFileHas() {
        Dictionary<String, Object> properties = processed("org.sallyport.ith");
        new WrittenSecrets(admin()).modifyConfiguration(null, properties);
        assertEquals(WRITTEN, properties.get(".token"));
        assertEquals("https://backend", properties.get("url"));
    }

    /** Else any variable of the environment could be looked at by a setting that names it. */
    @Test
    void whatRefersToSomethingIsShownAsTheFileHasIt() {
        Dictionary<String, Object> properties = processed("org.sallyport.ith");
        new WrittenSecrets(admin()).modifyConfiguration(null, properties);
        assertEquals("$[env:MY_PASSWORD]", properties.get("password"));
        assertArrayEquals(new String[] {"a", "$[env:HOST]"}, (String[]) properties.get("hosts"));
    }

    @Test
    void whatIsNotFoundIsNotShown() {
        Dictionary<String, Object> properties = processed("org.sallyport.other");
        new WrittenSecrets(admin()).modifyConfiguration(null, properties);
        assertEquals("(not shown)", properties.get(".token"));
    }

    @Test
    void whoWorksWithItGetsTheValue() {
        ServiceReference<?> reference = (ServiceReference<?>) Proxy.newProxyInstance(
                WrittenSecretsTest.class.getClassLoader(), new Class<?>[] {ServiceReference.class}, (p, method, a) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
        Dictionary<String, Object> properties = processed("org.sallyport.ith");
        new WrittenSecrets(admin()).modifyConfiguration(reference, properties);
        assertEquals("s3cret", properties.get(".token"));
    }
}
