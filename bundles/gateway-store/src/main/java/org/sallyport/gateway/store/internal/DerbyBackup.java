package org.sallyport.gateway.store.internal;

import java.nio.file.Path;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.store.IndexBackup;
import org.sallyport.gateway.api.store.IndexException;

/** By Derby's own online back-up, which goes on beside transactions and ends with what was committed by then. */
@Component(service = IndexBackup.class)
public final class DerbyBackup implements IndexBackup {

    private final DataSource dataSource;

    @Activate
    public DerbyBackup(@Reference(target = "(osgi.jndi.service.name=index)") DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public boolean backUp(Path folder) throws IndexException {
        try (Connection connection = dataSource.getConnection()) {
            if (!connection.getMetaData().getDatabaseProductName().equals("Apache Derby")) {
                return false;
            }
            try (CallableStatement call = connection.prepareCall("CALL SYSCS_UTIL.SYSCS_BACKUP_DATABASE(?)")) {
                call.setString(1, folder.toString());
                call.execute();
            }
            return true;
        } catch (SQLException e) {
            throw new IndexException("the index cannot be backed up: " + e.getMessage(), e);
        }
    }
}
