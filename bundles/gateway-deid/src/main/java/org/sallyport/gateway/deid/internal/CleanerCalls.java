package org.sallyport.gateway.deid.internal;

import java.io.Closeable;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.image.ImagePixel;
import org.sallyport.gateway.api.pixel.FrameFormat;
import org.sallyport.gateway.api.pixel.PixelCleaner;

/** Calls plug-ins, each call within its time. A thread that a plug-in keeps is lost, not the association's. Thread-safe. */
final class CleanerCalls implements Closeable {

    private static final int MOST_THREADS = 64;
    private static final int IDLE_SECONDS = 30;

    private final AtomicInteger number = new AtomicInteger();
    private final int seconds;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0,
            MOST_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> new Thread(task, "pixel-cleaner-" + number.incrementAndGet()));

    /** @param seconds that one call may take */
    CleanerCalls(int seconds) {
        this.seconds = seconds;
    }

    /** @throws Doubt if the plug-in fails, or takes too long */
    Run begin(PixelCleaner cleaner, DataSet described, ImagePixel image) {
        FrameFormat format = new FrameFormat(
                image.rows(),
                image.columns(),
                image.samplesPerPixel(),
                image.photometricInterpretation(),
                image.bitsAllocated(),
                image.bitsStored(),
                described.intValue(Tag.PixelRepresentation, 0) == 1,
                image.frames());
        return new Run(call(() -> cleaner.begin(described.copy(), format)), image.frameBytes());
    }

    private <T> T call(Callable<T> what) {
        Future<T> future;
        try {
            future = threads.submit(what);
        } catch (RejectedExecutionException e) {
            throw new Doubt("the pixel cleaner is busy in " + MOST_THREADS + " threads");
        }
        try {
            return future.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new Doubt("the pixel cleaner took more than " + seconds + " seconds");
        } catch (ExecutionException e) {
            // Its message may hold anything.
            throw new Doubt("the pixel cleaner failed: "
                    + (e.getCause() == null ? e : e.getCause()).getClass().getName());
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new Doubt("interrupted while the pixel cleaner ran");
        }
    }

    /** One object. Owned by one thread. */
    final class Run implements Closeable {

        private final PixelCleaner.Cleaning cleaning;
        private final int frameBytes;

        private Run(PixelCleaner.Cleaning cleaning, int frameBytes) {
            this.cleaning = cleaning;
            this.frameBytes = frameBytes;
        }

        byte[] clean(int frame, byte[] samples) {
            byte[] cleaned = call(() -> cleaning.clean(frame, samples));
            if (cleaned.length != frameBytes) {
                throw new Doubt("the pixel cleaner gave " + cleaned.length + " bytes for a frame of " + frameBytes);
            }
            return cleaned;
        }

        @Override
        public void close() {
            call(() -> {
                cleaning.close();
                return true;
            });
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
