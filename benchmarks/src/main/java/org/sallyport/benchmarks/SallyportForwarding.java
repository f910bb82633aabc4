package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The appliance with a PACS as its only destination. Each image is forced to disk before it is acknowledged. */
record SallyportForwarding(int associations) implements ForwardingSystem {

    private static final int STUDY_TIMEOUT_SECONDS = 1;

    @Override
    public String name() {
        return "sallyport";
    }

    @Override
    public String settings() {
        return "durability = instance";
    }

    @Override
    public long idleMillis() {
        return STUDY_TIMEOUT_SECONDS * 1_000L;
    }

    @Override
    public boolean isCompiledWhileItRuns() {
        return true;
    }

    @Override
    public Running start(Workbench bench, Path folder, int port) throws IOException, InterruptedException {
        Appliance.withoutOutbox(folder);
        Appliance.addPacs(folder, "target", port, "associations = " + associations);
        Appliance appliance =
                Appliance.start(bench, folder, Map.of("DICOM_STUDY_TIMEOUT", String.valueOf(STUDY_TIMEOUT_SECONDS)));
        return new Running() {
            @Override
            public Receiver receiver() {
                return appliance.receiver();
            }

            @Override
            public void forward(String studyInstanceUid) {
                // By itself, when the study is complete.
            }

            @Override
            public void close() {
                appliance.close();
            }
        };
    }
}
