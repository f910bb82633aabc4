package org.sallyport.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sends a study over several associations at once. */
final class Transfer {

    private Transfer() {}

    /**
     * Sends all images, each association an equal part of them.
     *
     * @throws IOException if it fails, or not every image was accepted
     */
    static void run(Sender sender, Receiver receiver, List<Image> images, int associations)
            throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(associations);
        try {
            List<Future<Integer>> parts = new ArrayList<>();
            for (List<Image> part : split(images, associations)) {
                parts.add(threads.submit(() -> sender.send(receiver, part)));
            }
            int accepted = 0;
            for (Future<Integer> part : parts) {
                accepted += part.get();
            }
            if (accepted != images.size()) {
                throw new IOException(accepted + " of " + images.size() + " images were accepted");
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(sender.name() + ": " + cause.getMessage(), cause);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Consecutive parts whose sizes differ by one at most. */
    static <T> List<List<T>> split(List<T> all, int parts) {
        List<List<T>> result = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            result.add(all.subList((int) ((long) all.size() * i / parts), (int) ((long) all.size() * (i + 1) / parts)));
        }
        return result;
    }
}
