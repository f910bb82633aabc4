package org.sallyport.gateway.api.intake;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The gate: takes received objects, de-identifies them while they arrive and makes them durable. Thread-safe. */
public interface Intake {

    /** Why an object could not be taken now, in plain words; empty = it could. Cheap enough to be asked every second. */
    default Optional<String> problem() {
        return Optional.empty();
    }

    /** One session per association. */
    Session open(Sender sender) throws IOException;

    /** Owned by the association's thread; not thread-safe. Closing it lets its studies complete. */
    interface Session extends Closeable {

        /**
         * Takes one object. When it returns {@link IntakeResult.Kept} everything is on stable storage. A failure concerns this object only;
         * the session goes on.
         *
         * @param dataSet the data set in the object's transfer syntax; read as far as needed, not closed
         * @throws IOException only if the network failed while reading; nothing was kept then
         */
        IntakeResult receive(ReceivedObject object, InputStream dataSet) throws IOException;
    }
}
