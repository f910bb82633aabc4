package org.sallyport.gateway.store.internal;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;
import org.sallyport.gateway.api.store.StudyActivityListener;

/** A listener as Declarative Services hands it over; counts how often it is taken and given back. */
final class OneListener implements ComponentServiceObjects<StudyActivityListener> {

    private final StudyActivityListener listener;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger givenBack = new AtomicInteger();
    private final ServiceReference<StudyActivityListener> reference = reference();

    OneListener(StudyActivityListener listener) {
        this.listener = listener;
    }

    int taken() {
        return taken.get();
    }

    int givenBack() {
        return givenBack.get();
    }

    @Override
    public StudyActivityListener getService() {
        taken.incrementAndGet();
        return listener;
    }

    @Override
    public void ungetService(StudyActivityListener service) {
        if (service != listener) {
            throw new IllegalArgumentException("another listener is given back than was taken");
        }
        givenBack.incrementAndGet();
    }

    @Override
    public ServiceReference<StudyActivityListener> getServiceReference() {
        return reference;
    }

    /** Equal to itself only, and asked for nothing else. */
    @SuppressWarnings("unchecked")
    private static ServiceReference<StudyActivityListener> reference() {
        return (ServiceReference<StudyActivityListener>) Proxy.newProxyInstance(
                OneListener.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
