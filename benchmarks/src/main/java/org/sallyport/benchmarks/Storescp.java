package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** dcmtk's storescp with its default options: one process that serves one association after the other and leaves writing to the operating system. */
record Storescp() implements ReceivingSystem {

    @Override
    public String name() {
        return "storescp";
    }

    @Override
    public String durability() {
        return "stock";
    }

    @Override
    public Receiver start(Children children, Path folder, int maxPdu) throws IOException {
        int port = Readiness.freePorts(1).get(0);
        Path images = Files.createDirectory(folder.resolve("images"));
        List<String> command =
                List.of("storescp", "-od", images.toString(), "-pdu", String.valueOf(maxPdu), String.valueOf(port));
        Child child = children.start(command, Map.of(), folder, folder.resolve("output"));
        Receiver receiver = new Receiver(child, "STORESCP", port);
        Readiness.await(name(), child, () -> Readiness.echoes(receiver));
        return receiver;
    }
}
