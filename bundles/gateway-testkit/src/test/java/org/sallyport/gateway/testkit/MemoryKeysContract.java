package org.sallyport.gateway.testkit;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.gateway.api.key.KeyProvider;

/** The contract, run by {@link KeyProviderContractTest} on a provider of the conduct that the launcher's configuration parameter names. */
class MemoryKeysContract extends KeyProviderContract {

    static final String CONDUCT = "key-conduct";

    private final MemoryKeys.Store store = new MemoryKeys.Store();
    private KeyConduct conduct = KeyConduct.GOOD;

    @RegisterExtension
    final BeforeEachCallback chosen = context -> conduct =
            context.getConfigurationParameter(CONDUCT).map(KeyConduct::valueOf).orElseThrow();

    @Override
    protected KeyProvider open() {
        return conduct.of(store);
    }

    @Override
    protected boolean loseKeys() {
        store.keys.clear();
        return true;
    }
}
