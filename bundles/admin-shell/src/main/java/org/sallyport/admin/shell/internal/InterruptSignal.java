package org.sallyport.admin.shell.internal;

import java.lang.reflect.Proxy;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes Ctrl-C (SIGINT) what SIGTERM is: the framework stops in good order. Karaf sees to SIGTERM only; without this the virtual machine ends at once,
 * with associations open and nothing closed. If the process was started with SIGINT ignored it stays so.
 *
 * <p>By reflection, as Karaf does it: the compiler warns of {@code sun.misc}, and there is nothing else that handles signals.
 */
@Component(service = InterruptSignal.class, immediate = true)
public final class InterruptSignal {

    private static final Logger LOG = LoggerFactory.getLogger(InterruptSignal.class);

    private final Bundle framework;
    private final Class<?> signals;
    private final Class<?> handlers;
    private final Object before;

    @Activate
    public InterruptSignal(BundleContext context) throws ReflectiveOperationException {
        ClassLoader java = ClassLoader.getSystemClassLoader();
        framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
        signals = Class.forName("sun.misc.Signal", true, java);
        handlers = Class.forName("sun.misc.SignalHandler", true, java);
        Object terminate = signal("TERM");
        before = handle(Proxy.newProxyInstance(java, new Class<?>[] {handlers}, (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
                LOG.info("Ctrl-C: the gateway stops");
                signals.getMethod("raise", signals).invoke(null, terminate);
            }
            return null;
        }));
    }

    private Object signal(String name) throws ReflectiveOperationException {
        return signals.getConstructor(String.class).newInstance(name);
    }

    /** @return the handler before */
    private Object handle(Object handler) throws ReflectiveOperationException {
        return signals.getMethod("handle", signals, handlers).invoke(null, signal("INT"), handler);
    }

    /** While the gateway stops a second Ctrl-C must not cut it short; when only this bundle goes, its code must not stay in use. */
    @Deactivate
    void close() throws ReflectiveOperationException {
        if (framework.getState() != Bundle.STOPPING) {
            handle(before);
        }
    }
}
