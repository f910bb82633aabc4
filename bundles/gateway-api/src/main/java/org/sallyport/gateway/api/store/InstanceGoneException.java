package org.sallyport.gateway.api.store;

import java.io.IOException;

/** An image is no longer here: it was cleaned up after delivery, or deleted. Its identity is kept. */
public class InstanceGoneException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient StoredInstance instance;

    /** @param instance as the index knows it now, so that {@link InstanceStore#openIdentityFile} finds its identity */
    public InstanceGoneException(StoredInstance instance) {
        super("the image " + instance.facts().sopInstanceUid() + " is no longer here: it was "
                + (instance.presence() == StoredInstance.Presence.DELETED
                        ? "deleted"
                        : "cleaned up after its delivery was confirmed"));
        this.instance = instance;
    }

    /** As the index knows it now. */
    public StoredInstance instance() {
        return instance;
    }
}
