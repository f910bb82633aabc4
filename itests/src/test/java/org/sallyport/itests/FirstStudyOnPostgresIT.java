package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same with the index on PostgreSQL. */
@Tag("peers")
class FirstStudyOnPostgresIT extends FirstStudyIT {

    private final OnPostgres postgres = new OnPostgres();

    @Override
    Appliance appliance(Path data) throws Exception {
        return postgres.serve(super.appliance(data));
    }

    /** What the base class's test sees of Derby's files. */
    @Test
    void noIdentifierIsInADumpOfTheDatabase() throws Exception {
        List<byte[]> dumps = postgres.dumps();
        assertEquals(1, dumps.size());
        String text = new String(dumps.get(0), StandardCharsets.UTF_8);
        assertTrue(text.contains("ANON-"), "the dump holds the studies");
        assertEquals(Optional.empty(), planted().firstIn(dumps.get(0)));
    }

    @AfterAll
    void stopServer() throws Exception {
        postgres.close();
    }
}
