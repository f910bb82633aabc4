package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.intake.Sender;

/** Reads what comes and answers as it is told. */
final class FakeIntake implements Intake {

    /** What becomes of an object. */
    interface Answer {
        IntakeResult to(ReceivedObject object, InputStream dataSet) throws IOException;
    }

    record Received(ReceivedObject object, int bytes) {}

    final List<Sender> opened = new CopyOnWriteArrayList<>();
    final List<Received> received = new CopyOnWriteArrayList<>();
    final AtomicInteger closed = new AtomicInteger();
    volatile boolean openFails;
    volatile Answer answer = (object, dataSet) -> {
        received.add(new Received(object, dataSet.readAllBytes().length));
        return new IntakeResult.Kept(IntakeResult.How.STORED);
    };

    @Override
    public Session open(Sender sender) throws IOException {
        if (openFails) {
            throw new IOException("vault is locked");
        }
        opened.add(sender);
        return new Session() {
            @Override
            public IntakeResult receive(ReceivedObject object, InputStream dataSet) throws IOException {
                return answer.to(object, dataSet);
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }
}
