package org.sallyport.admin.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.MappingImport;
import org.sallyport.gateway.api.vault.MappingImport.Keys;
import org.sallyport.gateway.api.vault.MappingImport.Report;
import org.sallyport.gateway.api.vault.MappingImport.Source;

/** ith:import-mappings. */
@Service
@Command(
        scope = "ith",
        name = "import-mappings",
        description =
                "Takes over the old proxy's pseudonyms, and what it kept of originals; its database stays as it is")
public final class IthImportMappings extends ReasonedCommand {

    private static final Pattern SERVER = Pattern.compile("([^/:@]+)(?::(\\d{1,5}))?/([^/:@]+)");
    private static final long LONGEST_SECRET = 4096;

    @IfThere
    @Nullable
    MappingImport service;

    @Argument(
            index = 0,
            name = "database",
            required = true,
            description = "SQLite file, or HOST[:PORT]/DATABASE of PostgreSQL with --user")
    String database = "";

    @Option(
            name = "--user",
            description = "User of PostgreSQL; its password is POSTGRES_PASSWORD, or in --password-file")
    @Nullable
    String user;

    @Option(name = "--password-file", description = "File with the password")
    @Nullable
    String passwordFile;

    @Option(
            name = "--key-file",
            description = "File with the old ENCRYPTION_KEY; without it the variable, if it is set")
    @Nullable
    String keyFile;

    @Option(
            name = "--secret-key-file",
            description = "File with the old SECRET_KEY; without it the variable, if it is set")
    @Nullable
    String secretKeyFile;

    @Option(
            name = "--issuer",
            multiValued = true,
            description =
                    "Issuer of Patient ID that the ids belong to; more than one may be given. Images that name none always count")
    @Nullable
    List<String> issuers;

    @Option(name = "--dry-run", description = "Say what would come of it, and write nothing")
    boolean dryRun;

    @Override
    public @Nullable Object execute() throws Exception {
        AccessRequest request = request(dryRun ? "dry run" : "old proxy");
        List<String> all = issuers == null
                ? List.of("")
                : java.util.stream.Stream.concat(java.util.stream.Stream.of(""), issuers.stream())
                        .distinct()
                        .toList();
        long start = System.nanoTime();
        Report report = need(service, "the import")
                .run(
                        source(),
                        new Keys(secret(keyFile, "ENCRYPTION_KEY"), secret(secretKeyFile, "SECRET_KEY")),
                        request,
                        all,
                        dryRun);
        print(report, (System.nanoTime() - start) / 1_000_000_000);
        return null;
    }

    private Source source() throws IOException {
        if (user == null) {
            return new Source.SqliteFile(Path.of(database).toAbsolutePath());
        }
        Matcher server = SERVER.matcher(database);
        if (!server.matches()) {
            throw new IllegalArgumentException("database \"" + database + "\": must be HOST[:PORT]/DATABASE");
        }
        int port = server.group(2) == null ? 5432 : Integer.parseInt(server.group(2));
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + ": must be 1–65535");
        }
        String password = secret(passwordFile, "POSTGRES_PASSWORD");
        return new Source.Postgres(server.group(1), port, server.group(3), user, password == null ? "" : password);
    }

    /** Not from the command line: that stays in the shell's history. */
    private static @Nullable String secret(@Nullable String file, String variable) throws IOException {
        if (file == null) {
            return System.getenv(variable);
        }
        Path path = Path.of(file);
        if (!Files.isRegularFile(path) || Files.size(path) > LONGEST_SECRET) {
            throw new IOException(path + ": no file with a secret");
        }
        return Files.readString(path).strip();
    }

    private void print(Report report, long seconds) throws IOException {
        Listing list = MappingListing.of(report, json);
        if (dryRun) {
            list.row("dry run: nothing was written", 0, "");
        }
        list.row("seconds", seconds, "");
        list.print(System.out, json);
    }
}
