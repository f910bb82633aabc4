package org.sallyport.gateway.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.testkit.DestinationContract.Received;

/** How a destination behaves: as it should, or in one of the ways that the contract is there to find. */
enum Conduct {
    GOOD(MemoryDestination::new),

    LOSES_AN_INSTANCE(receiver -> new MemoryDestination(receiver) {
        private final AtomicInteger number = new AtomicInteger();

        @Override
        void keep(Received received) {
            if (number.incrementAndGet() != 3) {
                super.keep(received);
            }
        }
    }),

    KEEPS_A_SECOND_COPY(receiver -> new MemoryDestination(receiver) {
        @Override
        void keep(Received received) {
            receiver.putBeside(received);
        }
    }),

    KEEPS_THE_OLD_VERSION(receiver -> new MemoryDestination(receiver) {
        @Override
        void keep(Received received) {
            receiver.putIfNew(received);
        }
    }),

    KEEPS_TORN_IMAGES(receiver -> new MemoryDestination(receiver) {
        @Override
        Received take(DeliveryInstance instance) throws Exception {
            MessageDigest sha256 = sha256();
            try (InputStream in = instance.open()) {
                for (byte[] some = in.readNBytes(1_000); some.length > 0; some = in.readNBytes(1_000)) {
                    sha256.update(some);
                }
            } catch (IOException e) {
                keep(received(instance, sha256));
                throw e;
            }
            return received(instance, sha256);
        }
    }),

    /** Leaves it to a thread of its own to read what it was given. */
    PROMISES(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) {
            afterThis(() -> super.deliver(delivery));
            return DeliveryOutcome.delivered("as good as kept");
        }
    }),

    READS_AGAIN_AFTERWARDS(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            DeliveryOutcome outcome = super.deliver(delivery);
            afterThis(() -> take(delivery.instances().get(0)));
            return outcome;
        }
    }),

    TELLS_PROGRESS_AFTERWARDS(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            DeliveryOutcome outcome = super.deliver(delivery);
            afterThis(() -> {
                delivery.progress(delivery.instances().size(), delivery.study().bytes());
                return outcome;
            });
            return outcome;
        }
    }),

    HOLDS_WHOLE_INSTANCES(receiver -> new MemoryDestination(receiver) {
        @Override
        Received take(DeliveryInstance instance) throws Exception {
            try (InputStream in = instance.open()) {
                MessageDigest sha256 = sha256();
                sha256.update(in.readAllBytes());
                return received(instance, sha256);
            }
        }
    }),

    LEAVES_STREAMS_OPEN(receiver -> new MemoryDestination(receiver) {
        @Override
        Received take(DeliveryInstance instance) throws Exception {
            return digest(instance, instance.open());
        }
    }),

    LEAVES_A_STREAM_OPEN_WHEN_IT_FAILS(receiver -> new MemoryDestination(receiver) {
        @Override
        Received take(DeliveryInstance instance) throws Exception {
            InputStream in = instance.open();
            Received received = digest(instance, in);
            in.close();
            return received;
        }
    }),

    LEAVES_A_THREAD(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            new Thread(receiver::awaitClose, "left-behind").start();
            return super.deliver(delivery);
        }
    }),

    IGNORES_INTERRUPT_AND_CANCELLATION(receiver -> new MemoryDestination(receiver) {
        @Override
        boolean isOver(Delivery delivery) {
            return false;
        }
    }),

    WAITS_ON_AFTER_AN_INTERRUPT(receiver -> new MemoryDestination(receiver) {
        @Override
        boolean isOver(Delivery delivery) {
            if (super.isOver(delivery)) {
                receiver.awaitClose();
                receiver.awaitClose();
            }
            return false;
        }
    }),

    WAITS_WITHOUT_LIMIT(receiver -> new MemoryDestination(receiver) {
        @Override
        void greet() throws IOException {
            receiver.greetForEver();
        }
    }),

    /** Takes what passes for what will never go. */
    REFUSES_WHAT_FAILS_FOR_NOW(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            try {
                return super.deliver(delivery);
            } catch (IOException e) {
                return DeliveryOutcome.refused("failed");
            }
        }
    }),

    STOPS_WHAT_FAILS_FOR_NOW(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            try {
                return super.deliver(delivery);
            } catch (IOException e) {
                return DeliveryOutcome.stopped("failed");
            }
        }
    }),

    PASSES_OVER_WHAT_CANNOT_BE_READ(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            for (DeliveryInstance instance : delivery.instances()) {
                try {
                    keep(take(instance));
                } catch (IOException e) {
                    // As if it did not matter.
                }
            }
            return DeliveryOutcome.delivered("kept what could be read");
        }
    }),

    TAKES_ONE_AT_A_TIME(receiver -> new MemoryDestination(receiver) {
        private final AtomicInteger running = new AtomicInteger();

        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            try {
                if (running.incrementAndGet() > 1) {
                    throw new IllegalStateException("busy");
                }
                return super.deliver(delivery);
            } finally {
                running.decrementAndGet();
            }
        }
    }),

    ANSWERS_NOTHING(receiver -> new MemoryDestination(receiver) {
        @Override
        @SuppressWarnings("NullAway")
        public DeliveryOutcome deliver(Delivery delivery) {
            return null;
        }
    }),

    COUNTS_BACKWARDS(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            delivery.progress(delivery.instances().size(), delivery.study().bytes());
            return super.deliver(delivery);
        }
    }),

    HAS_RECEIPTS_OF_OTHERS(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            super.deliver(delivery);
            return DeliveryOutcome.delivered("kept", Map.of("1.2.3", "kept"));
        }
    }),

    TELLS_IDENTITY_IN_ITS_RECEIPT(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            super.deliver(delivery);
            return DeliveryOutcome.delivered(
                    "images of " + patient(delivery.instances().get(0)));
        }
    }),

    TELLS_IDENTITY_IN_AN_EXCEPTION(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            String patient = patient(delivery.instances().get(0));
            try {
                return super.deliver(delivery);
            } catch (IOException e) {
                throw new IOException("no connection", new IOException("while sending " + patient, e));
            }
        }
    }),

    LOGS_IDENTITY(receiver -> new MemoryDestination(receiver) {
        @Override
        Received take(DeliveryInstance instance) throws Exception {
            System.err.println("INFO an image of " + patient(instance));
            return super.take(instance);
        }
    }),

    KEEPS_ITS_CLASS_LOADER(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            Thread.currentThread().setContextClassLoader(Conduct.class.getClassLoader());
            return super.deliver(delivery);
        }
    }),

    NEEDS_THE_CONTEXT_CLASS_LOADER(receiver -> new MemoryDestination(receiver) {
        @Override
        public DeliveryOutcome deliver(Delivery delivery) throws Exception {
            Class.forName(
                    MemoryReceiver.class.getName(), true, Thread.currentThread().getContextClassLoader());
            return super.deliver(delivery);
        }
    }),

    PROBES_WITHOUT_LIMIT(receiver -> new MemoryDestination(receiver) {
        @Override
        public ProbeResult probe() {
            receiver.awaitClose();
            return ProbeResult.reachable("at last");
        }
    }),

    SAYS_THAT_ALL_IS_WELL(receiver -> new MemoryDestination(receiver) {
        @Override
        public ProbeResult probe() {
            return ProbeResult.reachable("why not");
        }
    });

    /** Those that are found by waiting. Their tests wait less than a vendor's do. */
    private static final Set<Conduct> SLOW =
            Set.of(LEAVES_A_THREAD, WAITS_ON_AFTER_AN_INTERRUPT, WAITS_WITHOUT_LIMIT, PROBES_WITHOUT_LIMIT);

    /** One that makes things, and remembers none. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Function<MemoryReceiver, MemoryDestination> made;

    Conduct(Function<MemoryReceiver, MemoryDestination> made) {
        this.made = made;
    }

    Destination of(MemoryReceiver receiver) {
        return made.apply(receiver);
    }

    boolean isSlow() {
        return SLOW.contains(this);
    }

    private interface Work {
        Object run() throws Exception;
    }

    /** Does it when the thread that delivers is over. */
    private static void afterThis(Work work) {
        Thread caller = Thread.currentThread();
        new Thread(
                        () -> {
                            try {
                                caller.join();
                                work.run();
                            } catch (Exception e) {
                                // Nobody is there to be told.
                            }
                        },
                        "afterwards")
                .start();
    }

    private static String patient(DeliveryInstance instance) throws IOException {
        try (InputStream in = instance.open()) {
            return String.valueOf(Part10Reader.open(in, Limits.DEFAULT, BulkStore.PASS_OVER)
                    .dataSet()
                    .readAll()
                    .string(Tag.PatientName));
        }
    }
}
