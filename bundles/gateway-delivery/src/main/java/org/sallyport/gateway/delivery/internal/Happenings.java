package org.sallyport.gateway.delivery.internal;

import java.time.Duration;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/** Hears what happens to deliveries and destinations, in the thread that does it: must not block, and must not throw. */
interface Happenings {

    void delivered(DeliveryRecord delivery, String receipt);

    void parked(DeliveryRecord delivery, String reason);

    void retrying(DeliveryRecord delivery, String reason, Duration pause);

    void destination(DestinationDirectory.View view);
}
