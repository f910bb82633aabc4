package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.sallyport.gateway.api.store.ImageFetcher.Waiting;
import org.sallyport.gateway.api.store.StoredInstance;

/**
 * One that the index knows.
 *
 * @param naming tells its SOP Instance UID as the caller knows it; thread-safe
 */
record StoredItem(StoredInstance instance, Function<StoredInstance, Optional<String>> naming) implements Item {

    @Override
    public String name() {
        return instance.facts().sopInstanceUid();
    }

    @Override
    public String sopClassUid() {
        return instance.facts().sopClassUid();
    }

    @Override
    public String transferSyntaxUid() {
        return instance.facts().transferSyntaxUid();
    }

    @Override
    public Optional<String> called() {
        return naming.apply(instance);
    }

    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    public void prepare(Images images, Waiting waiting) throws IOException {
        images.prepare(instance, waiting);
    }

    @Override
    public void openAhead(Images images) {
        images.openAhead(instance);
    }

    @Override
    public Images.Opened open(Images images, Waiting waiting) throws IOException {
        return images.open(instance, waiting);
    }
}
