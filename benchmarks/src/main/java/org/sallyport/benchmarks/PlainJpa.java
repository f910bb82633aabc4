package org.sallyport.benchmarks;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;
import javax.persistence.EntityManager;
import javax.persistence.EntityManagerFactory;
import javax.persistence.Persistence;
import javax.sql.DataSource;
import org.apache.aries.jpa.template.EmFunction;
import org.apache.aries.jpa.template.JpaTemplate;
import org.apache.derby.jdbc.EmbeddedDriver;
import org.osgi.service.jdbc.DataSourceFactory;

/** The index by plain EclipseLink, as a template. */
final class PlainJpa {

    private PlainJpa() {}

    static JpaTemplate of(DataSource dataSource) {
        EntityManagerFactory factory = Persistence.createEntityManagerFactory(
                "index", Map.of("javax.persistence.nonJtaDataSource", dataSource));
        return (JpaTemplate) Proxy.newProxyInstance(
                PlainJpa.class.getClassLoader(), new Class<?>[] {JpaTemplate.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("txExpr")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    EmFunction<?> work = (EmFunction<?>) arguments[1];
                    return inTransaction(factory, work::apply);
                });
    }

    /** Of Derby alone. */
    static DataSourceFactory drivers() {
        return (DataSourceFactory) Proxy.newProxyInstance(
                PlainJpa.class.getClassLoader(),
                new Class<?>[] {DataSourceFactory.class},
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("createDriver")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return new EmbeddedDriver();
                });
    }

    private static Object inTransaction(EntityManagerFactory factory, Function<EntityManager, Object> work) {
        EntityManager em = factory.createEntityManager();
        try {
            em.getTransaction().begin();
            Object result = work.apply(em);
            em.getTransaction().commit();
            return result;
        } finally {
            if (em.getTransaction().isActive()) {
                em.getTransaction().rollback();
            }
            em.close();
        }
    }
}
