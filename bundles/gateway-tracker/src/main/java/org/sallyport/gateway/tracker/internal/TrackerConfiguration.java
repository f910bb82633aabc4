package org.sallyport.gateway.tracker.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.tracker.cfg}; {@code $_$} stands for a hyphen. */
@ObjectClassDefinition(name = "Tracker", description = "When a study is complete")
@interface TrackerConfiguration {

    @AttributeDefinition(description = "Seconds without a new image after which a study is complete, 1–86400")
    int study$_$timeout() default 60;
}
