package org.sallyport.gateway.vault.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The keys of {@code org.sallyport.vault.cfg}; {@code $_$} stands for a hyphen, a leading {@code _} for a dot, which keeps secrets out of the service
 * properties.
 */
@ObjectClassDefinition(name = "Vault", description = "Keys and pseudonyms")
@interface VaultConfiguration {

    @AttributeDefinition(description = "keyed (from issuer and patient id) or random")
    String pseudonyms() default "keyed";

    @AttributeDefinition(
            description =
                    "Where the key is that the vault opens with: pkcs12, environment, pkcs11, or the name of a plug-in")
    String key$_$provider() default "pkcs12";

    @AttributeDefinition(
            description = "Passphrase of the key file; empty = from the file vault/passphrase, made at first start",
            type = AttributeType.PASSWORD)
    String _passphrase() default "";

    @AttributeDefinition(
            description = "Of key-provider environment: 64 hexadecimal digits",
            type = AttributeType.PASSWORD)
    String _key() default "";

    @AttributeDefinition(
            description = "The .key before, until vault:rotate-master-key was run",
            type = AttributeType.PASSWORD)
    String _previous$_$key() default "";

    @AttributeDefinition(description = "Of key-provider pkcs11: path of the token's library")
    String pkcs11$_$library() default "";

    @AttributeDefinition(description = "Id of the token's slot; -1 = the first one")
    int pkcs11$_$slot() default -1;

    @AttributeDefinition(description = "Label of the AES key in the token")
    String pkcs11$_$key() default "sallyport";

    @AttributeDefinition(description = "PIN of the token", type = AttributeType.PASSWORD)
    String _pkcs11$_$pin() default "";
}
