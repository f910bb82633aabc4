package org.sallyport.gateway.vault.internal;

import org.sallyport.gateway.api.key.KeyProvider;
import org.sallyport.gateway.testkit.KeyProviderContract;

/** Keys that are settings keep to what vendors' providers keep to. */
class EnvironmentContractTest extends KeyProviderContract {

    private String key = "0123456789abcdef".repeat(4);

    @Override
    protected KeyProvider open() {
        return new EnvironmentKeyProvider(key, "");
    }

    @Override
    protected boolean loseKeys() {
        key = "";
        return true;
    }
}
