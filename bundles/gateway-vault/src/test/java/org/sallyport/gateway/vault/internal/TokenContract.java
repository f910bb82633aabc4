package org.sallyport.gateway.vault.internal;

import org.sallyport.gateway.api.key.KeyProvider;
import org.sallyport.gateway.testkit.KeyProviderContract;

/** A token keeps to what vendors' providers keep to. Run by {@link Pkcs11KeyProviderTest} in a process of its own, which tells where the token is. */
class TokenContract extends KeyProviderContract {

    static final String LIBRARY = "token.library";
    static final String PIN = "token.pin";

    @Override
    protected KeyProvider open() {
        return new Pkcs11KeyProvider(System.getProperty(LIBRARY, ""), -1, "sallyport", System.getProperty(PIN, ""));
    }
}
