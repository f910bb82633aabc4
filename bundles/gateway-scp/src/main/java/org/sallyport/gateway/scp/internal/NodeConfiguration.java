package org.sallyport.gateway.scp.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.node-<name>.cfg}: one file, one local node. */
@ObjectClassDefinition(name = "Local node", description = "A DICOM peer that may associate with the gateway")
@interface NodeConfiguration {

    @AttributeDefinition(description = "The node's AE title, 1–16 characters")
    String aet() default "";

    @AttributeDefinition(description = "Host name or address")
    String address() default "";

    @AttributeDefinition(description = "Port, 1–65535")
    int port() default 104;

    @AttributeDefinition(description = "read (query and retrieve), write (store) or read_write")
    String permission() default "read_write";

    @AttributeDefinition(description = "no refuses the node")
    String active() default "yes";

    @AttributeDefinition(description = "pseudonymous, or original: may be given patients' identities")
    String identity() default "pseudonymous";

    @AttributeDefinition(description = "SHA-256 of the certificate by which alone the node may associate, over TLS")
    String certificate() default "";
}
