package org.sallyport.ith.api.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * So many a minute for each key, all of a minute's at once if need be. Remembers the keys that were used last, 10,000 at most; one that was forgotten
 * begins anew. Guarded by its monitor.
 */
final class RateLimit {

    private static final int MOST_KEYS = 10_000;
    private static final double NANOS_PER_MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final int perMinute;
    private final LongSupplier nanos;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST_KEYS;
        }
    };

    private static final class Bucket {
        private double left;
        private long at;
    }

    /** @param nanos time that only passes, for example {@link System#nanoTime} */
    RateLimit(int perMinute, LongSupplier nanos) {
        this.perMinute = perMinute;
        this.nanos = nanos;
    }

    /** @return 0 if one more is allowed, which counts; else the seconds until there is */
    synchronized int take(String key) {
        Bucket bucket = filled(key);
        if (bucket.left >= 1) {
            bucket.left--;
            return 0;
        }
        return seconds(bucket);
    }

    /** The same without counting. */
    synchronized int look(String key) {
        Bucket bucket = filled(key);
        return bucket.left >= 1 ? 0 : seconds(bucket);
    }

    private Bucket filled(String key) {
        long now = nanos.getAsLong();
        Bucket bucket = buckets.computeIfAbsent(key, fresh -> {
            Bucket full = new Bucket();
            full.left = perMinute;
            full.at = now;
            return full;
        });
        bucket.left = Math.min(perMinute, bucket.left + (now - bucket.at) / NANOS_PER_MINUTE * perMinute);
        bucket.at = now;
        return bucket;
    }

    private int seconds(Bucket bucket) {
        return (int) Math.max(1, Math.ceil((1 - bucket.left) * 60 / perMinute));
    }

    synchronized int keys() {
        return buckets.size();
    }
}
