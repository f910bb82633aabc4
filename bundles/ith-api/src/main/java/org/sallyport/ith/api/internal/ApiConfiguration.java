package org.sallyport.ith.api.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.ith.api.cfg}; {@code $_$} stands for a hyphen. */
@ObjectClassDefinition(name = "API for ITH's front end", description = "Health, status, and original values for people")
@interface ApiConfiguration {

    @AttributeDefinition(description = "The version that it tells")
    String version() default "1.0.0";

    @AttributeDefinition(description = "on: people whom ITH admits are told original values; off: nobody")
    String phi$_$api() default "on";

    @AttributeDefinition(description = "Origins of pages that may call, parted by commas; empty = that of back-end")
    String allowed$_$origins() default "";

    @AttributeDefinition(description = "URL of the back end; empty = none")
    String back$_$end() default "";

    @AttributeDefinition(description = "Addresses of proxies before the gateway that take TLS off, parted by commas")
    String tls$_$proxies() default "";

    @AttributeDefinition(description = "Calls that one address, and one person, may make in a minute, 1–100000")
    int calls$_$per$_$minute() default 120;

    @AttributeDefinition(description = "Calls of one address that may be refused in a minute, 1–100000")
    int refused$_$per$_$minute() default 20;
}
