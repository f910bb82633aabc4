package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.intake.IdentityCompactor;
import org.sallyport.gateway.api.store.IdentityFile;
import org.sallyport.gateway.api.store.IdentityFileWriter;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;

/** Writes identity as it is, a block for each image. */
final class CopyingCompactor implements IdentityCompactor {

    private final InstanceStore store;

    /** What it fails with, if it is to fail. */
    @Nullable
    IOException failure;

    /** Done while the images' identity is written. */
    Runnable meanwhile = () -> {};

    CopyingCompactor(InstanceStore store) {
        this.store = store;
    }

    @Override
    public Compacted compact(String study, List<StoredInstance> instances, IdentityFileWriter to) throws IOException {
        if (failure != null) {
            throw failure;
        }
        List<Long> offsets = new ArrayList<>();
        List<byte[]> contents = new ArrayList<>();
        for (StoredInstance instance : instances) {
            try (InputStream in = store.openIdentity(instance)) {
                contents.add(in.readAllBytes());
            }
            offsets.add(to.end());
            try (OutputStream block = to.block()) {
                block.write(contents.get(contents.size() - 1));
            }
        }
        meanwhile.run();
        return new Compacted() {
            @Override
            public List<Long> offsets() {
                return offsets;
            }

            @Override
            public void verify(IdentityFile file) throws IOException {
                for (int i = 0; i < offsets.size(); i++) {
                    try (InputStream in = file.open(offsets.get(i))) {
                        if (!Arrays.equals(in.readAllBytes(), contents.get(i))) {
                            throw new IOException("another content");
                        }
                    }
                }
            }
        };
    }
}
