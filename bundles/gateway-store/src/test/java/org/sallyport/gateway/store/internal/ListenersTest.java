package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.store.StudyActivityListener;

class ListenersTest {

    private final AtomicInteger heard = new AtomicInteger();
    private final OneListener listener = new OneListener(new StudyActivityListener() {
        @Override
        public void committed(String study, long session, Instant at) {
            heard.incrementAndGet();
        }

        @Override
        public void sessionClosed(long session, Set<String> studies) {
            heard.incrementAndGet();
        }
    });
    private final Listeners listeners = new Listeners();

    private void tell() {
        listeners.tell(l -> l.sessionClosed(1, Set.of()));
    }

    @Test
    void aListenerIsNotAskedForBeforeThereIsSomethingToTell() {
        listeners.add(listener);
        listeners.remove(listener);
        assertEquals(0, listener.taken());
        assertEquals(0, listener.givenBack());
    }

    @Test
    void severalAssociationsTellOneListenerThatIsTakenAndGivenBackOnce() throws Exception {
        listeners.add(listener);
        ExecutorService associations = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> told = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                told.add(associations.submit(this::tell));
            }
            for (Future<?> each : told) {
                each.get(10, TimeUnit.SECONDS);
            }
        } finally {
            associations.shutdownNow();
        }
        listeners.remove(listener);
        assertEquals(400, heard.get());
        assertEquals(1, listener.taken());
        assertEquals(1, listener.givenBack());
    }

    @Test
    void oneThatFailsKeepsNothingFromTheOthers() {
        listeners.add(new OneListener(new StudyActivityListener() {
            @Override
            public void committed(String study, long session, Instant at) {
                throw new IllegalStateException("failed");
            }

            @Override
            public void sessionClosed(long session, Set<String> studies) {
                throw new IllegalStateException("failed");
            }
        }));
        listeners.add(listener);
        tell();
        assertEquals(1, heard.get());
    }

    @Test
    void whoHasGoneIsToldNothing() {
        listeners.add(listener);
        tell();
        listeners.remove(listener);
        tell();
        assertEquals(1, heard.get());
    }
}
