package org.sallyport.gateway.vault.internal;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.IdentityVault.Opening;
import org.sallyport.gateway.api.vault.MappingExchange;
import org.sallyport.gateway.api.vault.MappingImport.Report;
import org.sallyport.gateway.api.vault.StudyOriginals;
import org.sallyport.gateway.api.vault.VaultException;

/** Mappings in files, an envelope around lines of JSON. One run at a time, by a lock. */
@Component(service = MappingExchange.class)
public final class FileMappingExchange implements MappingExchange {

    private static final String WRITE = "mappings.export";
    private static final String TAKE = "mappings.import";

    private final VaultKeys keys;
    private final JournalPseudonymizer assignments;
    private final GcmIdentityVault vault;
    private final EarlierProxy earlier;
    private final StudyOriginals originals;
    private final AuditLog audit;
    private final Clock clock;
    private final ReentrantLock running = new ReentrantLock();

    @Activate
    public FileMappingExchange(
            @Reference KeyHolder keys,
            @Reference JournalPseudonymizer assignments,
            @Reference GcmIdentityVault vault,
            @Reference EarlierProxy earlier,
            @Reference StudyOriginals originals,
            @Reference AuditLog audit) {
        this(keys.keys(), assignments, vault, earlier, originals, audit, Clock.systemUTC());
    }

    FileMappingExchange(
            VaultKeys keys,
            JournalPseudonymizer assignments,
            GcmIdentityVault vault,
            EarlierProxy earlier,
            StudyOriginals originals,
            AuditLog audit,
            Clock clock) {
        this.keys = keys;
        this.assignments = assignments;
        this.vault = vault;
        this.earlier = earlier;
        this.originals = originals;
        this.audit = audit;
        this.clock = clock;
    }

    /** What is done once it is allowed. */
    private interface Work {
        Report run(Opening opening) throws IOException;
    }

    /** What is allowed is audited before it is done, and what came of it, in counts, afterwards. */
    private Report audited(String action, AccessRequest request, Work work) throws IOException {
        Opening opening = vault.begin(action, request);
        if (!running.tryLock()) {
            throw new VaultException("mappings are written or taken over already");
        }
        try {
            Report report = work.run(opening);
            record(
                    action,
                    request,
                    report.counts().getOrDefault(CONFLICTS, 0L) > 0 ? "failed" : "done",
                    report.counts().entrySet().stream()
                            .map(count -> count.getKey() + ": " + count.getValue())
                            .collect(Collectors.joining("; ")));
            return report;
        } catch (IOException | RuntimeException e) {
            record(action, request, "failed", "not all was done");
            throw e;
        } finally {
            running.unlock();
        }
    }

    private void record(String action, AccessRequest request, String outcome, String detail) throws VaultException {
        audit.record(action, request.actor(), request.source(), request.subject(), request.reason(), outcome, detail);
    }

    // ---- writing

    @Override
    public Report write(Set<String> pseudonyms, List<Path> recipients, Path file, AccessRequest request)
            throws IOException {
        return audited(WRITE, request, opening -> {
            List<X509Certificate> certificates = RecipientFiles.certificates(recipients, clock.instant());
            if (Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            return write(pseudonyms, certificates, file, opening);
        });
    }

    private Report write(Set<String> pseudonyms, List<X509Certificate> certificates, Path file, Opening opening)
            throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.deleteIfExists(part);
            Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Report report;
            try (FileOutputStream written = new FileOutputStream(part.toFile());
                    BufferedOutputStream buffered = new BufferedOutputStream(written, 1 << 16)) {
                try (MappingLines.Writer out = new MappingLines.Writer(Envelope.seal(certificates, buffered))) {
                    report = new MappingWriter(assignments, keys, earlier, originals, out)
                            .write(pseudonyms, clock.instant(), opening);
                }
                buffered.flush();
                written.getFD().sync();
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
            return report;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    // ---- taking over

    @Override
    public Report take(Path file, Path key, char[] passphrase, AccessRequest request, boolean dryRun)
            throws IOException {
        return audited(TAKE, request, opening -> {
            PrivateKey own = RecipientFiles.key(key, passphrase);
            MappingContent content = read(file, own, MappingContent::read);
            MappingPlan plan = assignments.atRest((known, journal) -> {
                MappingPlan made = MappingPlan.of(assignments, keys, known, content);
                if (!dryRun && !made.hasConflicts() && !made.rows().isEmpty()) {
                    assignments.appendAll(made.rows());
                }
                return made;
            });
            Map<String, Long> counts = new LinkedHashMap<>(plan.report().counts());
            if (!dryRun && !plan.hasConflicts()) {
                counts.put("new sheets of originals", takeSheets(file, own, content, opening));
            }
            return new Report(counts, plan.report().lists());
        });
    }

    /** What reads the content of a file. */
    private interface Reading<T> {
        T read(InputStream content) throws IOException;
    }

    private static <T> T read(Path file, PrivateKey key, Reading<T> reading) throws VaultException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return reading.read(Envelope.open(in, key));
        } catch (NoSuchFileException e) {
            throw new VaultException(file + " does not exist", e);
        } catch (IOException e) {
            throw new VaultException(file + " is not taken over: " + e.getMessage(), e);
        }
    }

    /**
     * Not in the journal, and found by what is: what a crash cuts short here the next run completes.
     *
     * @return how many were not there
     */
    private long takeSheets(Path file, PrivateKey key, MappingContent content, Opening opening) throws IOException {
        long[] taken = {0};
        try (SheetWriter writer = earlier.newWriter()) {
            read(file, key, lines -> {
                MappingLines.read(lines, line -> {
                    if (line.path("kind").asText().equals("originals")
                            && take(MappingCode.sheet(line), content, writer, opening)) {
                        taken[0]++;
                    }
                });
                return true;
            });
            writer.finish();
        } catch (IOException e) {
            throw new VaultException(
                    "patients and studies are taken over, but not all that is told of their originals; do it again once this is mended: "
                            + e.getMessage(),
                    e);
        }
        return taken[0];
    }

    /** @return whether it was not there */
    private boolean take(Sheet sheet, MappingContent content, SheetWriter writer, Opening opening) throws IOException {
        boolean isNew = content.called(sheet.pseudonym()) != null
                && assignments.patientCalled(sheet.pseudonym()) != null
                && !writer.isKnown(sheet, opening);
        if (isNew) {
            writer.add(sheet);
        }
        return isNew;
    }
}
