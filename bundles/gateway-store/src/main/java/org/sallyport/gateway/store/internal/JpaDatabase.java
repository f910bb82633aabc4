package org.sallyport.gateway.store.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import javax.persistence.EntityManager;
import javax.sql.DataSource;
import org.apache.aries.jpa.template.JpaTemplate;
import org.apache.aries.jpa.template.TransactionType;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.jdbc.DataSourceFactory;
import org.sallyport.gateway.api.store.IndexException;

/** The index database by Aries JPA. Comes and goes with the data source. */
@Component(service = Database.class)
public final class JpaDatabase implements Database {

    private final JpaTemplate jpa;
    private final boolean skipsLocked;

    /** null = the database is a server. */
    private final @Nullable EmbeddedDerby derby;

    @Activate
    public JpaDatabase(
            @Reference(target = "(osgi.unit.name=index)") JpaTemplate jpa,
            @Reference(target = "(osgi.jndi.service.name=index)") DataSource dataSource,
            @Reference(target = "(osgi.jdbc.driver.name=derby)") DataSourceFactory drivers)
            throws SQLException {
        this.jpa = jpa;
        try (Connection connection = dataSource.getConnection()) {
            this.skipsLocked = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
            String url = connection.getMetaData().getURL();
            this.derby =
                    skipsLocked ? null : new EmbeddedDerby(drivers.createDriver(null), url.replaceFirst(";.*", ""));
        }
    }

    @Override
    public <R> R inTransaction(Function<EntityManager, R> work) throws IndexException {
        try {
            return jpa.txExpr(TransactionType.Required, work::apply);
        } catch (RuntimeException e) {
            if (derby != null) {
                derby.after(e);
            }
            throw new IndexException(
                    "the index database failed: " + e.getClass().getSimpleName(), e);
        }
    }

    @Override
    public boolean skipsLocked() {
        return skipsLocked;
    }
}
