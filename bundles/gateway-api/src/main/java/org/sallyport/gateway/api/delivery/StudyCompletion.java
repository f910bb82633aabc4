package org.sallyport.gateway.api.delivery;

import java.io.IOException;

/** Takes studies that are complete and sees to it that they are delivered. Thread-safe. */
public interface StudyCompletion {

    /**
     * Makes all loose instances of the study one part and queues a delivery of it for each destination that the study is routed to, in
     * one transaction; durable on return. Does nothing if there are no loose instances.
     */
    void complete(String studyInstanceUid) throws IOException;
}
