package org.sallyport.gateway.testkit;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.sallyport.gateway.api.Destination;

/** The contract, run by {@link DestinationContractTest} on a destination of the conduct that the launcher's configuration parameter names. */
class MemoryContract extends DestinationContract {

    static final String CONDUCT = "conduct";

    private final MemoryReceiver receiver = new MemoryReceiver();
    private Conduct conduct = Conduct.GOOD;

    @RegisterExtension
    final BeforeEachCallback chosen = context -> conduct =
            context.getConfigurationParameter(CONDUCT).map(Conduct::valueOf).orElseThrow();

    /** After all that the contract does: what was left behind ends at last. */
    @RegisterExtension
    final AfterEachCallback over = context -> receiver.close();

    @Override
    protected Destination open() {
        return conduct.of(receiver);
    }

    @Override
    protected void close(Destination destination) {
        if (conduct != Conduct.LEAVES_A_THREAD) {
            receiver.close();
        }
    }

    @Override
    protected List<Received> received() {
        return receiver.received();
    }

    @Override
    protected boolean breakReceiver() {
        receiver.goAway();
        return true;
    }

    @Override
    protected Destination openSilent() {
        receiver.fallSilent();
        return conduct.of(receiver);
    }

    @Override
    Duration soon() {
        return conduct.isSlow() ? Duration.ofMillis(500) : super.soon();
    }

    @Override
    Duration longest() {
        return conduct == Conduct.WAITS_WITHOUT_LIMIT ? Duration.ofSeconds(2) : super.longest();
    }
}
