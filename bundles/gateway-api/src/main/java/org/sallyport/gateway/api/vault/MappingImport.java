package org.sallyport.gateway.api.vault;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads an earlier proxy's database, which stays as it is, into the vault. Thread-safe; one run at a time. */
public interface MappingImport {

    /**
     * @param issuers see {@link EarlierMappings#begin}
     * @param dryRun true: tells what would come of it, and writes nothing
     * @throws IOException if the database cannot be read, or is in use by a process that writes it; what was taken over until then is taken over once only
     */
    Report run(Source source, Keys keys, AccessRequest request, List<String> issuers, boolean dryRun)
            throws IOException;

    /** Where the old database is. */
    sealed interface Source {

        record SqliteFile(Path path) implements Source {}

        /** @param password not shown by {@code toString} */
        record Postgres(String host, int port, String database, String user, String password) implements Source {

            @Override
            public String toString() {
                return "Postgres[" + host + ":" + port + "/" + database + "]";
            }
        }
    }

    /**
     * With which older rows are encrypted.
     *
     * @param encryptionKey the old proxy's {@code ENCRYPTION_KEY}, or null
     * @param secretKey the old proxy's {@code SECRET_KEY}, or null
     */
    record Keys(@Nullable String encryptionKey, @Nullable String secretKey) {

        @Override
        public String toString() {
            return "Keys[secret]";
        }
    }

    /**
     * @param counts in words → how many
     * @param lists in words → pseudonyms or Study Instance UIDs that a person should look at; of each list the first {@value #LISTED}
     */
    record Report(Map<String, Long> counts, Map<String, List<String>> lists) {

        public static final int LISTED = 1_000;
    }
}
