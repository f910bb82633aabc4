package org.sallyport.ith.migration.internal;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.EarlierMappings;
import org.sallyport.gateway.api.vault.MappingImport;

/** Reads the old proxy's tables patient_mappings, sessions and scans. One run at a time, by a lock. */
@Component(service = MappingImport.class)
public final class OldProxyImport implements MappingImport {

    private final EarlierMappings mappings;
    private final ReentrantLock running = new ReentrantLock();

    @Activate
    public OldProxyImport(@Reference EarlierMappings mappings) {
        this.mappings = mappings;
    }

    @Override
    public Report run(Source source, Keys keys, AccessRequest request, List<String> issuers, boolean dryRun)
            throws IOException {
        if (!running.tryLock()) {
            throw new IOException("mappings are being imported already");
        }
        // The role before anything is opened.
        try (EarlierMappings.Run run = mappings.begin(request, issuers, dryRun);
                OldDatabase database = OldDatabase.open(source)) {
            OldTables tables = new OldTables(database, Fernet.of(keys), run);
            tables.patients();
            tables.studies();
            tables.series();
            run.finish();
            return tables.report();
        } finally {
            running.unlock();
        }
    }
}
