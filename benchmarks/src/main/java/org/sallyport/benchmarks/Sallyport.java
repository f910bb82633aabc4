package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The appliance as a receiver.
 *
 * @param root folder of the project
 * @param durability {@code instance} or {@code os}
 */
record Sallyport(Path root, String durability) implements ReceivingSystem {

    @Override
    public String name() {
        return "sallyport";
    }

    @Override
    public boolean acknowledgesAtOnce() {
        return true;
    }

    @Override
    public boolean isCompiledWhileItRuns() {
        return true;
    }

    @Override
    public Receiver start(Children children, Path folder, int maxPdu) throws IOException {
        return Appliance.start(
                        children,
                        root,
                        folder,
                        Map.of(
                                "SALLYPORT_DURABILITY",
                                durability,
                                "DICOM_MAX_PDU_SIZE",
                                String.valueOf(maxPdu),
                                // A day: no study is delivered while images are still counted.
                                "DICOM_STUDY_TIMEOUT",
                                "86400"))
                .receiver();
    }
}
