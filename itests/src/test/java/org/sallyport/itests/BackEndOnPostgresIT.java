package org.sallyport.itests;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

/** The same with the index on PostgreSQL. */
@Tag("peers")
@Tag("release")
class BackEndOnPostgresIT extends BackEndIT {

    private final OnPostgres postgres = new OnPostgres();

    @Override
    Appliance appliance(Path data) throws Exception {
        return postgres.serve(super.appliance(data));
    }

    @AfterAll
    void stopServer() throws Exception {
        postgres.close();
    }
}
