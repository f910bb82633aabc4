package org.sallyport.gateway.store.internal;

import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class DerbyMigrationsTest extends MigrationsContract {

    @TempDir
    private Path folder;

    @Override
    DataSource database() {
        return TestDatabase.derbySource(folder.resolve("index"));
    }

    @AfterEach
    void shutDown() {
        TestDatabase.shutDown(folder.resolve("index"));
    }
}
