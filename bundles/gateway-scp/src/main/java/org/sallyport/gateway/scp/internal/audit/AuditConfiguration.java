package org.sallyport.gateway.scp.internal.audit;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.audit.cfg}; {@code $_$} stands for a hyphen, a leading {@code _} for a dot. */
@ObjectClassDefinition(name = "Audit messages", description = "Where the audit log is sent on to")
@interface AuditConfiguration {

    @AttributeDefinition(description = "Host of the audit repository; empty = nothing is sent")
    String host() default "";

    @AttributeDefinition(description = "Port of syslog over TLS, 1–65535")
    int port() default 6514;

    @AttributeDefinition(description = "How this gateway is called in the messages, 1–48 visible characters")
    String source() default "sallyport";

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

    @AttributeDefinition(description = "yes: the repository's certificate has to name its host")
    String tls$_$check$_$host() default "yes";
}
