package org.sallyport.gateway.scp.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.scp.cfg}; {@code $_$} stands for a hyphen. Without a configuration the mode is private. */
@ObjectClassDefinition(name = "DICOM listener", description = "How the gateway receives images")
@interface ScpConfiguration {

    @AttributeDefinition(description = "Our AE title, 1–16 characters")
    String aet() default "DICOMRCV";

    @AttributeDefinition(description = "Accept associations that call another AE title than ours")
    boolean accept$_$any$_$called$_$ae() default false;

    @AttributeDefinition(description = "Local address to listen on; empty = all")
    String bind$_$address() default "";

    @AttributeDefinition(description = "TCP port, 0–65535; 0 = any free one")
    int port() default 11112;

    @AttributeDefinition(description = "Longest PDU that we take, bytes, 4096–1048576")
    int max$_$pdu$_$size() default 16384;

    @AttributeDefinition(description = "Associations at the same time, 1–1000; one more is rejected for the time being")
    int max$_$associations() default 50;

    @AttributeDefinition(description = "Seconds to wait for association messages, 1–3600 (ARTIM)")
    int acse$_$timeout() default 30;

    @AttributeDefinition(description = "Seconds that an association may be idle, 1–3600")
    int dimse$_$timeout() default 60;

    @AttributeDefinition(description = "Seconds to wait in the middle of a message, 1–3600")
    int network$_$timeout() default 60;

    @AttributeDefinition(description = "ct-mr-pt, all, or SOP Class UIDs")
    String storage$_$classes() default "ct-mr-pt";

    @AttributeDefinition(description = "Without a back end: public (any caller may store) or private (nodes only)")
    String mode() default "private";

    @AttributeDefinition(description = "URL of the back end; if there is one, its configuration decides the mode")
    String back$_$end() default "";

    @AttributeDefinition(description = "Listen at once; false waits for dicom:start")
    boolean auto$_$start() default true;
}
