package org.sallyport.ith.api.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.node.BackEndRegistration;

class TokenCheckTest {

    private final AtomicLong nanos = new AtomicLong();
    private final TokenCheck check = new TokenCheck(nanos::get);

    private interface Says {
        boolean to(String token) throws IOException, InterruptedException;
    }

    private static BackEndRegistration backEnd(Says says) {
        return new BackEndRegistration() {
            @Override
            public Optional<Profile> profile() {
                return Optional.empty();
            }

            @Override
            public String address() {
                return "";
            }

            @Override
            public Map<String, Boolean> reachability() {
                return Map.of();
            }

            @Override
            public boolean admits(String token) throws IOException, InterruptedException {
                return says.to(token);
            }
        };
    }

    @Test
    void callsWithOneTokenAskOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        BackEndRegistration slow = backEnd(token -> {
            asked.incrementAndGet();
            return go.await(60, TimeUnit.SECONDS);
        });
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            List<Future<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                answers.add(threads.submit(() -> check.admits(slow, new Bearer("token"))));
            }
            Await.until("it is asked", () -> asked.get() > 0);
            go.countDown();
            for (Future<Boolean> answer : answers) {
                assertTrue(answer.get(60, TimeUnit.SECONDS));
            }
            assertEquals(1, asked.get());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aNoIsAskedAgainSoonerThanAYes() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        BackEndRegistration no = backEnd(token -> asked.incrementAndGet() > 1);
        assertFalse(check.admits(no, new Bearer("token")));
        nanos.addAndGet(Duration.ofSeconds(9).toNanos());
        assertFalse(check.admits(no, new Bearer("token")));
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertTrue(check.admits(no, new Bearer("token")));
        assertEquals(2, asked.get());
    }

    /** What takes long to say counts from when it was asked. */
    @Test
    void aYesHoldsForAMinuteFromTheQuestion() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        BackEndRegistration slow = backEnd(token -> {
            asked.incrementAndGet();
            nanos.addAndGet(Duration.ofSeconds(5).toNanos());
            return true;
        });
        check.admits(slow, new Bearer("token"));
        nanos.addAndGet(Duration.ofSeconds(54).toNanos());
        check.admits(slow, new Bearer("token"));
        assertEquals(1, asked.get());
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        check.admits(slow, new Bearer("token"));
        assertEquals(2, asked.get());
    }

    @Test
    void aFailureIsNotRemembered() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        BackEndRegistration failing = backEnd(token -> {
            if (asked.incrementAndGet() == 1) {
                throw new IOException("no connection");
            }
            return true;
        });
        assertThrows(IOException.class, () -> check.admits(failing, new Bearer("token")));
        assertTrue(check.admits(failing, new Bearer("token")));
    }

    @Test
    void onlyAThousandTokensAreRemembered() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        BackEndRegistration yes = backEnd(token -> asked.incrementAndGet() > 0);
        for (int i = 0; i < 1_001; i++) {
            check.admits(yes, new Bearer("token" + i));
        }
        check.admits(yes, new Bearer("token1000"));
        assertEquals(1_001, asked.get());
        check.admits(yes, new Bearer("token0"));
        assertEquals(1_002, asked.get(), "the oldest was forgotten");
    }
}
