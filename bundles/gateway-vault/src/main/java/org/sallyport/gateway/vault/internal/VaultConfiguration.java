package org.sallyport.gateway.vault.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The keys of {@code org.sallyport.vault.cfg}. The leading dot keeps the passphrase out of the service properties. */
@ObjectClassDefinition(name = "Vault", description = "Keys and pseudonyms")
@interface VaultConfiguration {

    @AttributeDefinition(description = "keyed (from issuer and patient id) or random")
    String pseudonyms() default "keyed";

    @AttributeDefinition(
            description = "Passphrase of the key file; empty = from the file vault/passphrase, made at first start",
            type = AttributeType.PASSWORD)
    String _passphrase() default "";
}
