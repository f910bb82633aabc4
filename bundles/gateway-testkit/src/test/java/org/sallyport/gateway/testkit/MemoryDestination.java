package org.sallyport.gateway.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.testkit.DestinationContract.Received;

/** A destination as it should be; those that are not override what they do badly. Thread-safe. */
class MemoryDestination implements Destination {

    private static final int BUFFER = 1 << 16;

    final MemoryReceiver receiver;

    MemoryDestination(MemoryReceiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws Exception {
        int instances = 0;
        long bytes = 0;
        for (DeliveryInstance instance : delivery.instances()) {
            if (isOver(delivery)) {
                return DeliveryOutcome.later("broken off");
            }
            greet();
            keep(take(instance));
            instances++;
            bytes += instance.length();
            delivery.progress(instances, bytes);
        }
        return DeliveryOutcome.delivered("kept");
    }

    boolean isOver(Delivery delivery) {
        return delivery.isCancelled() || Thread.currentThread().isInterrupted();
    }

    void greet() throws IOException, InterruptedException {
        receiver.greet();
    }

    Received take(DeliveryInstance instance) throws Exception {
        try (InputStream in = instance.open()) {
            return digest(instance, in);
        }
    }

    void keep(Received received) {
        receiver.put(received);
    }

    static Received digest(DeliveryInstance instance, InputStream in) throws IOException {
        MessageDigest sha256 = sha256();
        byte[] buffer = new byte[BUFFER];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            sha256.update(buffer, 0, n);
        }
        return received(instance, sha256);
    }

    static Received received(DeliveryInstance instance, MessageDigest sha256) {
        return new Received(instance.sopInstanceUid(), HexFormat.of().formatHex(sha256.digest()));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public ProbeResult probe() throws Exception {
        try {
            receiver.greet();
            return ProbeResult.reachable("there");
        } catch (IOException e) {
            return ProbeResult.unreachable("not there");
        }
    }
}
