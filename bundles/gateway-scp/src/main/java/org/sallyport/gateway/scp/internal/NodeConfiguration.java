package org.sallyport.gateway.scp.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The keys of {@code org.sallyport.node-<name>.cfg}: one file, one local node. {@code $_$} stands for a hyphen, a leading {@code _} for a dot.
 */
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

    @AttributeDefinition(description = "yes: associations to the node are opened over TLS")
    String tls() default "no";

    @AttributeDefinition(description = "Our certificate: PKCS#12 or PEM file; empty = none")
    String tls$_$certificate() default "";

    @AttributeDefinition(description = "PEM file of the key; empty = in the file of the certificate")
    String tls$_$key() default "";

    @AttributeDefinition(
            description = "Password of certificate or key, as $[env:NAME] or FILE(path)",
            type = AttributeType.PASSWORD)
    String _tls$_$password() default "";

    @AttributeDefinition(description = "Certificates to trust: PKCS#12 or PEM file; empty = those of the Java platform")
    String tls$_$trusted() default "";

    @AttributeDefinition(
            description = "Password of the file of trusted certificates, as $[env:NAME] or FILE(path)",
            type = AttributeType.PASSWORD)
    String _tls$_$trusted$_$password() default "";

    @AttributeDefinition(description = "yes: the node's certificate has to name its address")
    String tls$_$check$_$host() default "yes";
}
