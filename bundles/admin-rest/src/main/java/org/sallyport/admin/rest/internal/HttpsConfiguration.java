package org.sallyport.admin.rest.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.https.cfg}. The leading dot keeps the passphrase out of the service properties. */
@ObjectClassDefinition(name = "HTTPS", description = "The HTTPS port and what its key is kept under")
@interface HttpsConfiguration {

    @AttributeDefinition(description = "Port, 1–65535; empty = no HTTPS")
    String port() default "";

    @AttributeDefinition(
            description = "Passphrase of https/key.p12; empty = from the file https/passphrase, made when it is needed",
            type = AttributeType.PASSWORD)
    String _passphrase() default "";
}
