package org.sallyport.gateway.store.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Function;
import javax.persistence.EntityManager;
import javax.sql.DataSource;
import org.apache.aries.jpa.template.JpaTemplate;
import org.apache.aries.jpa.template.TransactionType;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.store.IndexException;

/** The index database by Aries JPA. Comes and goes with the data source. */
@Component(service = Database.class)
public final class JpaDatabase implements Database {

    private final JpaTemplate jpa;
    private final boolean skipsLocked;

    @Activate
    public JpaDatabase(
            @Reference(target = "(osgi.unit.name=index)") JpaTemplate jpa,
            @Reference(target = "(osgi.jndi.service.name=index)") DataSource dataSource)
            throws SQLException {
        this.jpa = jpa;
        try (Connection connection = dataSource.getConnection()) {
            this.skipsLocked = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
        }
    }

    @Override
    public <R> R inTransaction(Function<EntityManager, R> work) throws IndexException {
        try {
            return jpa.txExpr(TransactionType.Required, work::apply);
        } catch (RuntimeException e) {
            throw new IndexException(
                    "the index database failed: " + e.getClass().getSimpleName(), e);
        }
    }

    @Override
    public boolean skipsLocked() {
        return skipsLocked;
    }
}
