package org.sallyport.gateway.delivery.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.delivery.cfg}; {@code $_$} stands for a hyphen. */
@ObjectClassDefinition(name = "Delivery", description = "How deliveries are tried again")
@interface DeliveryConfiguration {

    @AttributeDefinition(description = "Quick tries after the first, 0–100")
    int quick$_$retries() default 3;

    @AttributeDefinition(description = "Seconds between quick tries, 1–3600")
    int retry$_$delay() default 5;

    @AttributeDefinition(description = "Longest pause between later tries, seconds, 1–86400")
    int retry$_$cap() default 900;
}
