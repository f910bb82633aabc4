package org.sallyport.itests;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** The same with the index on PostgreSQL. */
@Tag("peers")
@Tag("release")
class RestartOnPostgresIT extends RestartIT {

    private final OnPostgres postgres = new OnPostgres();

    @Override
    Appliance appliance(Path data) throws Exception {
        return postgres.serve(super.appliance(data));
    }

    @AfterEach
    void stopServer() throws Exception {
        postgres.close();
    }

    /** Not tried again: the database has no part in it. */
    @Override
    void whatIsThereGoesOnlyIfThePersonSaysYesAndARebuildTakesNothingAway() {}
}
