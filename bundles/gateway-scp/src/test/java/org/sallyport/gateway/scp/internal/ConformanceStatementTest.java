package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.testkit.docs.GeneratedPart;

/** What the conformance statement says of associations, classes, syntaxes and answers is what is accepted and proposed. */
class ConformanceStatementTest {

    private static void check(String part, List<String> lines) throws IOException {
        GeneratedPart.check(Path.of("../../docs/conformance.md"), part, lines, ConformanceStatementTest.class);
    }

    @Test
    void classes() throws Exception {
        check("services", NetworkTables.services());
        check("storage-classes", NetworkTables.storageClasses());
    }

    @Test
    void encodings() throws Exception {
        check("transfer-syntaxes", NetworkTables.transferSyntaxes());
        check("character-sets", NetworkTables.characterSets());
    }

    @Test
    void associations() throws Exception {
        check("association", NetworkTables.association());
        check("rejections", NetworkTables.rejections());
        check("tls", NetworkTables.tls());
    }

    @Test
    void answers() throws Exception {
        check("store-responses", NetworkTables.storeResponses());
        check("query-keys", NetworkTables.queryKeys());
    }
}
