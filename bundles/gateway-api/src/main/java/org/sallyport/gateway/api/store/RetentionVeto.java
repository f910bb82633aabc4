package org.sallyport.gateway.api.store;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Says that images are still needed for something that no delivery tells of: a storage commitment that was asked for, a result that is on its way
 * (whiteboard: register it as a service). Called on the clean-up's thread; has to answer at once.
 */
public interface RetentionVeto {

    /**
     * @return why these images have to stay for now, in plain words without identity; empty = as far as this one knows they may go
     * @throws IOException it cannot be told: they stay
     */
    Optional<String> reasonToKeep(String studyInstanceUid, List<StoredInstance> instances) throws IOException;
}
