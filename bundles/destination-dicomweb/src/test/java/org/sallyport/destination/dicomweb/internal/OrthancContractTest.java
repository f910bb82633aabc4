package org.sallyport.destination.dicomweb.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.testkit.DestinationContract;

/** The DICOMweb destination is held to what every destination is held to, with Orthanc as the server, which keeps files as they are. */
@Tag("peers")
class OrthancContractTest extends DestinationContract {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private @Nullable OrthancServer orthanc;

    @Override
    protected Destination open() throws Exception {
        OrthancServer started = new OrthancServer(folder);
        orthanc = started;
        return destination(started, 300);
    }

    private static Destination destination(OrthancServer server, int readTimeout) {
        return new DicomwebDestination(
                Configurations.settings(Map.of(
                        "url",
                        server.url(),
                        "authentication",
                        "basic",
                        "user",
                        OrthancServer.USER,
                        "_password",
                        OrthancServer.PASSWORD,
                        "read$_$timeout",
                        readTimeout)),
                Clock.systemUTC());
    }

    @Override
    protected void close(Destination destination) throws Exception {
        ((DicomwebDestination) destination).close();
        breakReceiver();
        // With it goes the test's own HTTP client.
        orthanc = null;
    }

    @Override
    protected boolean breakReceiver() {
        if (orthanc != null) {
            orthanc.close();
        }
        return true;
    }

    @Override
    protected @Nullable Destination openSilent() throws Exception {
        if (orthanc == null) {
            return null;
        }
        orthanc.stall();
        return destination(orthanc, 3);
    }

    @Override
    protected List<Received> received() throws Exception {
        OrthancServer server = orthanc;
        if (server == null) {
            throw new IllegalStateException("not open");
        }
        List<Received> received = new ArrayList<>();
        for (JsonNode instance : JSON.readTree(server.get("/instances?expand").body())) {
            byte[] file = server.get("/instances/" + instance.path("ID").asText() + "/file")
                    .body();
            received.add(new Received(
                    instance.path("MainDicomTags").path("SOPInstanceUID").asText(),
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(file))));
        }
        return received;
    }
}
