package org.sallyport.gateway.vault.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.identity.cfg}; {@code $_$} stands for a hyphen. */
@ObjectClassDefinition(name = "Identity", description = "Who may be given originals")
@interface IdentityConfiguration {

    @AttributeDefinition(description = "Networks that identity may be sent into; empty = loopback and RFC 1918")
    String identity$_$networks() default "";

    @AttributeDefinition(
            description = "yes: uploads to the ITH back end carry originals if its configuration asks for them too")
    String identified$_$upload() default "no";
}
