package org.sallyport.gateway.store.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.retention.cfg}; {@code $_$} stands for a hyphen. */
@ObjectClassDefinition(name = "Retention", description = "Which images are removed after delivery")
@interface RetentionConfiguration {

    @AttributeDefinition(description = "true: images that the ITH back end has accepted are removed; false: they stay")
    String cleanup$_$after$_$upload() default "true";

    @AttributeDefinition(
            description = "The same for other destinations, NAME=TIME with a comma between (s, m, h, d); empty = never")
    String cleanup$_$after() default "";

    @AttributeDefinition(description = "Images stay at least so long after they were received (s, m, h, d)")
    String keep$_$for() default "0s";

    @AttributeDefinition(
            description = "OSGi filter over study attributes: studies that it takes always stay; empty = none")
    String keep() default "";

    @AttributeDefinition(description = "Seconds between two looks for what may go, 1–86400")
    int interval() default 30;
}
