package org.sallyport.gateway.delivery.internal;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;

/** Answers as it is told and remembers what it was handed. */
final class FakeDestination implements Destination {

    /** What a delivery ends with. */
    interface Answer {
        DeliveryOutcome to(Delivery delivery) throws Exception;
    }

    final List<Delivery> handed = new CopyOnWriteArrayList<>();
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger mostRunning = new AtomicInteger();
    volatile Answer answer;
    volatile boolean replaces = true;
    volatile Callable<ProbeResult> health = ProbeResult::unknown;

    FakeDestination(Answer answer) {
        this.answer = answer;
    }

    static FakeDestination thatTakesAll() {
        return new FakeDestination(delivery -> DeliveryOutcome.delivered("receipt " + delivery.id()));
    }

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws Exception {
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            handed.add(delivery);
            return answer.to(delivery);
        } finally {
            running.decrementAndGet();
        }
    }

    @Override
    public ProbeResult probe() throws Exception {
        return health.call();
    }

    @Override
    public boolean replacesExisting() {
        return replaces;
    }
}
