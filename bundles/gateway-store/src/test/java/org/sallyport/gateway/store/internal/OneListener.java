package org.sallyport.gateway.store.internal;

import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;
import org.sallyport.gateway.api.store.StudyActivityListener;

/** A listener as Declarative Services hands it over. */
record OneListener(StudyActivityListener listener) implements ComponentServiceObjects<StudyActivityListener> {

    @Override
    public StudyActivityListener getService() {
        return listener;
    }

    @Override
    public void ungetService(StudyActivityListener service) {
        if (service != listener) {
            throw new IllegalArgumentException("another listener is given back than was taken");
        }
    }

    @Override
    public ServiceReference<StudyActivityListener> getServiceReference() {
        throw new UnsupportedOperationException("not asked for");
    }
}
