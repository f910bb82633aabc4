package org.sallyport.gateway.store.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.ComponentServiceObjects;
import org.sallyport.gateway.api.store.StudyActivityListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is told of studies. A listener is asked for when there is first something to tell, not when it comes: it may need the store to come into being,
 * and would then wait for itself. Thread-safe; each listener's object is guarded by its holder's monitor.
 */
final class Listeners {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final List<Holder> holders = new CopyOnWriteArrayList<>();

    void add(ComponentServiceObjects<StudyActivityListener> objects) {
        holders.add(new Holder(objects));
    }

    void remove(ComponentServiceObjects<StudyActivityListener> objects) {
        List<Holder> gone = holders.stream()
                .filter(holder -> holder.objects.getServiceReference().equals(objects.getServiceReference()))
                .toList();
        holders.removeAll(gone);
        gone.forEach(Holder::giveBack);
    }

    void tell(Consumer<StudyActivityListener> event) {
        for (Holder holder : holders) {
            StudyActivityListener listener = holder.get();
            if (listener != null) {
                try {
                    event.accept(listener);
                } catch (RuntimeException e) {
                    // What it is told of is durable, whatever it makes of that; it compares itself with the index
                    // anyway.
                    LOG.error("a listener failed", e);
                }
            }
        }
    }

    /** Takes its object once: taken and given back for each event by several threads, the framework says it was never taken. */
    private static final class Holder {

        private final ComponentServiceObjects<StudyActivityListener> objects;
        private @Nullable StudyActivityListener listener;
        private boolean gone;

        Holder(ComponentServiceObjects<StudyActivityListener> objects) {
            this.objects = objects;
        }

        synchronized @Nullable StudyActivityListener get() {
            if (listener == null && !gone) {
                listener = objects.getService();
            }
            return listener;
        }

        synchronized void giveBack() {
            gone = true;
            if (listener != null) {
                objects.ungetService(listener);
                listener = null;
            }
        }
    }
}
