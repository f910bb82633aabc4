package example;

import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.*;
import org.sallyport.gateway.api.*;

/** A destination that counts the bytes of each study and keeps nothing. */
public final class Counter implements Destination, BundleActivator {
    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws Exception {
        long bytes = 0;
        for (DeliveryInstance image : delivery.instances()) {
            try (var part10 = image.open()) {
                bytes += part10.readAllBytes().length;
            }
        }
        return DeliveryOutcome.delivered(bytes + " bytes counted");
    }

    @Override
    public void start(BundleContext context) {
        context.registerService(Destination.class, this, new Hashtable<>(Map.of(Destination.NAME, "counter")));
    }

    @Override
    public void stop(BundleContext context) {}
}
