package org.sallyport.gateway.scp.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.scp.cfg}; {@code $_$} stands for a hyphen. Without a configuration the mode is private. */
@ObjectClassDefinition(name = "DICOM listener", description = "How the gateway receives images")
@interface ScpConfiguration {

    @AttributeDefinition(description = "Our AE title, 1–16 characters")
    String aet() default "DICOMRCV";

    @AttributeDefinition(description = "yes: associations that call another AE title than ours are accepted too")
    String accept$_$any$_$called$_$ae() default "no";

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

    @AttributeDefinition(description = "TCP port for associations over TLS, 1–65535; 0 or empty = none")
    String tls$_$port() default "0";

    @AttributeDefinition(description = "Our certificate: PKCS#12 or PEM file")
    String tls$_$certificate() default "";

    @AttributeDefinition(description = "PEM file of the key; empty = in the file of the certificate")
    String tls$_$key() default "";

    @AttributeDefinition(
            description = "Password of certificate or key, as $[env:NAME] or FILE(path)",
            type = AttributeType.PASSWORD)
    String _tls$_$password() default "";

    @AttributeDefinition(description = "Certificates of senders to trust: PKCS#12 or PEM file")
    String tls$_$trusted() default "";

    @AttributeDefinition(
            description = "Password of the file of trusted certificates, as $[env:NAME] or FILE(path)",
            type = AttributeType.PASSWORD)
    String _tls$_$trusted$_$password() default "";

    @AttributeDefinition(description = "Whether senders have to show a certificate: required, optional or none")
    String tls$_$client$_$certificate() default "required";

    @AttributeDefinition(description = "ct-mr-pt, all, or SOP Class UIDs")
    String storage$_$classes() default "ct-mr-pt";

    @AttributeDefinition(description = "Without a back end: public (any caller may store) or private (nodes only)")
    String mode() default "private";

    @AttributeDefinition(description = "URL of the back end; if there is one, its configuration decides the mode")
    String back$_$end() default "";

    @AttributeDefinition(description = "yes: listen at once; no: wait for dicom:start")
    String auto$_$start() default "yes";
}
