package org.sallyport.gateway.store.internal;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class DerbyIndexTest extends IndexContract {

    private TestDatabase database;

    @BeforeAll
    void openDatabase(@TempDir Path folder) throws SQLException {
        database = TestDatabase.derby(folder.resolve("index"));
    }

    @AfterAll
    void closeDatabase() {
        database.close();
    }

    @Override
    TestDatabase database() {
        return database;
    }
}
