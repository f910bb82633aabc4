package org.sallyport.gateway.testkit;

import java.util.Arrays;
import java.util.Base64;
import java.util.function.UnaryOperator;

/** How a key provider behaves: as it should, or in one of the ways that the contract is there to find. */
enum KeyConduct {
    GOOD(provider -> provider),

    HAS_AN_ID_OF_TWO_WORDS(provider -> new MemoryKeys(provider) {
        @Override
        public String newKey() {
            return "key 1";
        }
    }),

    FORGETS_AT_RESTART(provider -> new MemoryKeys(new MemoryKeys.Store())),

    SHOWS_THE_KEY(provider -> new MemoryKeys(provider) {
        @Override
        public byte[] wrap(String keyId, byte[] key) throws Exception {
            return concat(super.wrap(keyId, key), key);
        }

        @Override
        public byte[] unwrap(String keyId, byte[] wrapped) throws Exception {
            return super.unwrap(keyId, Arrays.copyOf(wrapped, wrapped.length - 32));
        }
    }),

    IS_LENGTHY(provider -> new MemoryKeys(provider) {
        @Override
        public byte[] wrap(String keyId, byte[] key) throws Exception {
            return concat(super.wrap(keyId, key), new byte[10_000]);
        }
    }),

    EMPTIES_WHAT_IT_IS_GIVEN(provider -> new MemoryKeys(provider) {
        @Override
        public byte[] wrap(String keyId, byte[] key) throws Exception {
            byte[] wrapped = super.wrap(keyId, key);
            Arrays.fill(key, (byte) 0);
            return wrapped;
        }
    }),

    HANDS_OUT_ITS_OWN(provider -> new MemoryKeys(provider) {
        private byte[] last = {};

        @Override
        public byte[] unwrap(String keyId, byte[] wrapped) throws Exception {
            last = last.length == 0 ? super.unwrap(keyId, wrapped) : last;
            return last;
        }
    }),

    SEES_NO_CHANGE(provider -> new MemoryKeys(provider) {
        @Override
        public byte[] wrap(String keyId, byte[] key) throws Exception {
            return turned(find(keyId).getEncoded(), key);
        }

        @Override
        public byte[] unwrap(String keyId, byte[] wrapped) throws Exception {
            return turned(find(keyId).getEncoded(), wrapped);
        }
    }),

    TAKES_ANY_ID(provider -> new MemoryKeys(provider) {
        @Override
        public byte[] unwrap(String keyId, byte[] wrapped) throws Exception {
            return super.unwrap("key-1", wrapped);
        }
    }),

    SAYS_NOTHING(provider -> new MemoryKeys(provider) {
        @Override
        public byte[] unwrap(String keyId, byte[] wrapped) throws Exception {
            try {
                return super.unwrap(keyId, wrapped);
            } catch (Exception e) {
                throw new IllegalStateException((String) null);
            }
        }
    }),

    FORGETS_THE_KEY_BEFORE(provider -> new MemoryKeys(provider) {
        @Override
        public String newKey() {
            store.keys.clear();
            return super.newKey();
        }
    }),

    RETIRES_ALL(provider -> new MemoryKeys(provider) {
        @Override
        public void retire(String keyId) {
            store.keys.clear();
        }
    }),

    KEEPS_A_COPY(provider -> new MemoryKeys(provider) {
        @Override
        public byte[] wrap(String keyId, byte[] key) throws Exception {
            store.copy = key.clone();
            return super.wrap(keyId, key);
        }

        @Override
        public byte[] unwrap(String keyId, byte[] wrapped) {
            return store.copy.clone();
        }
    }),

    LOGS_THE_KEY(provider -> new MemoryKeys(provider) {
        @Override
        public byte[] wrap(String keyId, byte[] key) throws Exception {
            System.out.println("wrapping " + Base64.getEncoder().encodeToString(key));
            return super.wrap(keyId, key);
        }
    }),

    TELLS_THE_KEY(provider -> new MemoryKeys(provider) {
        private byte[] known = {};

        @Override
        public byte[] wrap(String keyId, byte[] key) throws Exception {
            known = key.clone();
            return super.wrap(keyId, key);
        }

        @Override
        public byte[] unwrap(String keyId, byte[] wrapped) throws Exception {
            try {
                return super.unwrap(keyId, wrapped);
            } catch (Exception e) {
                throw new IllegalStateException("not " + Base64.getEncoder().encodeToString(known), e);
            }
        }
    });

    @SuppressWarnings("ImmutableEnumChecker")
    private final UnaryOperator<MemoryKeys> change;

    KeyConduct(UnaryOperator<MemoryKeys> change) {
        this.change = change;
    }

    MemoryKeys of(MemoryKeys.Store store) {
        return change.apply(new MemoryKeys(store));
    }
}
