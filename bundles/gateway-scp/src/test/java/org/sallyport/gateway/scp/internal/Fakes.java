package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationPolicy;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.store.InstanceFacts;

/** Stand-ins for ports of which a test uses few methods. */
public final class Fakes {

    private Fakes() {}

    /** Answers one method. */
    @FunctionalInterface
    public interface Answer {
        @Nullable
        Object to(Object[] arguments) throws Exception;
    }

    /** Answers the methods that are named; any other is an error. */
    public static <T> T fake(Class<T> type, Map<String, Answer> answers) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    Answer answer = answers.get(method.getName());
                    if (answer == null) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return answer.to(given);
                }));
    }

    /** What is known of the first image of series 2.25.2. */
    public static InstanceFacts facts(String study, String sop, String sopClass, String transferSyntax) {
        return new InstanceFacts(
                study,
                "2.25.2",
                sop,
                sopClass,
                transferSyntax,
                new byte[32],
                "ANON-1",
                1,
                1,
                "CT",
                null,
                null,
                "A",
                "B",
                "C",
                Instant.EPOCH,
                Map.of());
    }

    /** Serves one message of an association. */
    @FunctionalInterface
    public interface Serving {
        void serve(Association association, Association.Message message) throws IOException;
    }

    /** A DICOM server on loopback that accepts all that is proposed, in the transfer syntax that is named first and in the proposed roles. */
    public static AssociationServer server(Timeouts timeouts, Runnable opened, Serving serving) throws IOException {
        return server(timeouts, null, opened, serving);
    }

    /** @param tls null = in the clear */
    public static AssociationServer server(Timeouts timeouts, @Nullable Tls tls, Runnable opened, Serving serving)
            throws IOException {
        return AssociationServer.start(
                new AssociationServer.Settings("127.0.0.1", 0, 16_384, 10, timeouts, tls), new AssociationPolicy() {
                    @Override
                    public Decision decide(AssociateRequest request, Peer from) {
                        return Decision.accept(request.contexts().stream()
                                        .map(c -> new PresentationContext(
                                                c.id(),
                                                c.abstractSyntax(),
                                                PresentationContext.Result.ACCEPTANCE,
                                                c.transferSyntaxes().get(0)))
                                        .toList())
                                .withRoles(request.userInformation().roles());
                    }

                    @Override
                    public Service serve(Association association) {
                        opened.run();
                        return new Service() {
                            @Override
                            public void handle(Association.Message message) throws IOException {
                                serving.serve(association, message);
                            }

                            @Override
                            public void close() {}
                        };
                    }
                });
    }

    /** Waits until something holds, two minutes at most. */
    public static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "did not happen in time");
            LockSupport.parkNanos(1_000_000);
        }
    }
}
