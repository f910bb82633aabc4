package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.intake.EncryptedOriginals.Encrypted;
import org.sallyport.gateway.api.intake.OriginalInstances.Original;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;

/** An instance as a destination is handed it: as it is stored, with its original in it encrypted, or its original. */
sealed interface HandedInstance extends DeliveryInstance {

    int CHUNK = 64 * 1024;

    StoredInstance stored();

    @Override
    default String sopClassUid() {
        return stored().facts().sopClassUid();
    }

    /** Of a de-identified one. */
    @Override
    default String sopInstanceUid() {
        return stored().facts().sopInstanceUid();
    }

    /** Of a de-identified one. */
    @Override
    default String seriesInstanceUid() {
        return stored().facts().seriesInstanceUid();
    }

    @Override
    default String transferSyntaxUid() {
        return stored().facts().transferSyntaxUid();
    }

    /** Of what is made while it is read. */
    private static byte[] sha256(InputStream in, Call call) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[CHUNK];
            for (int n = in.read(chunk, 0, CHUNK); n >= 0; n = in.read(chunk, 0, CHUNK)) {
                digest.update(chunk, 0, n);
                call.progressed();
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** De-identified. */
    record Pseudonymous(StoredInstance stored, InstanceStore store, Call call) implements HandedInstance {

        @Override
        public long length() {
            return stored.length();
        }

        @Override
        public long crc32() {
            return stored.crc32();
        }

        @Override
        public byte[] sha256() {
            return stored.sha256();
        }

        @Override
        public InputStream open() throws IOException {
            return call.meter(store.openPart10(stored));
        }
    }

    /** De-identified, with the originals of what was changed in it, encrypted for others. */
    record WithEncrypted(StoredInstance stored, Encrypted encrypted, Call call) implements HandedInstance {

        @Override
        public long length() {
            return encrypted.length();
        }

        @Override
        public long crc32() {
            return encrypted.crc32();
        }

        @Override
        public byte[] sha256() {
            try (InputStream in = encrypted.open()) {
                return HandedInstance.sha256(in, call);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public InputStream open() throws IOException {
            return call.meter(encrypted.open());
        }
    }

    /** Restored while it is read. */
    record WithIdentity(StoredInstance stored, Original original, Call call) implements HandedInstance {

        @Override
        public String sopInstanceUid() {
            return original.sopInstanceUid();
        }

        @Override
        public String seriesInstanceUid() {
            return original.seriesInstanceUid();
        }

        @Override
        public long length() {
            return original.length();
        }

        @Override
        public long crc32() {
            return original.crc32();
        }

        @Override
        public byte[] sha256() {
            try (InputStream in = original.open()) {
                return HandedInstance.sha256(in, call);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public InputStream open() throws IOException {
            return call.meter(original.open());
        }

        @Override
        public String toString() {
            return "original of " + stored.frameId();
        }
    }
}
