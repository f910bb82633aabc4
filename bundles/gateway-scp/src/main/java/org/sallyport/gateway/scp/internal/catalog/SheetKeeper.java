package org.sallyport.gateway.scp.internal.catalog;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StudyActivityListener;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.store.StudySheets;
import org.sallyport.gateway.api.store.StudySheets.Sheet;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.ErasureListener;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.scp.internal.QueryConfiguration;
import org.sallyport.gateway.scp.internal.QuerySettings;
import org.sallyport.gateway.scp.internal.query.Query;
import org.sallyport.gateway.scp.internal.query.View;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sheets. A thread of its own opens them at start and makes them anew when a study that has changed is at rest; whoever asks for one that has
 * changed makes it at once. Sheets are made one at a time, under the maker's monitor; which have changed is a concurrent map, where a study stays until a
 * sheet is in place that was begun after its last change: whoever asks meanwhile waits for that, and is never told what was before.
 */
@Component(
        service = {Sheets.class, StudyActivityListener.class, ErasureListener.class},
        configurationPid = "org.sallyport.query")
@Designate(ocd = QueryConfiguration.class)
public final class SheetKeeper implements Sheets, StudyActivityListener, ErasureListener {

    private static final Logger LOG = LoggerFactory.getLogger(SheetKeeper.class);

    private static final String PLACE = "sheet/";
    private static final int AT_ONCE = 1_000;
    private static final int MOST_OUTDATED = 10_000;
    private static final int MOST_STUDIES = 10_000;
    private static final long PAUSE_MILLIS = 1_000;
    private static final long LONGEST_STOP_SECONDS = 10;
    /** A study may change again while its sheet is made; it is made again so often. */
    private static final int ROUNDS = 1_000;

    private final Catalog catalog;
    private final StudySheets kept;
    private final StudyFinder finder;
    private final PatientRegister register;
    private final IdentityVault vault;
    private final AccessRequest request = new AccessRequest(
            "gateway",
            Set.of(Roles.PRIVACY_OFFICER),
            "queries",
            "keeping what queries ask of studies in memory",
            "all studies");
    private final Pseudonymizer pseudonymizer;
    private final SheetMaker maker;
    /** With the number of changes. */
    private final Map<String, Long> changed = new ConcurrentHashMap<>();

    private final Thread thread = new Thread(this::run, "query-sheets");

    /** Studies whose sheet cannot be made: searches pass them over, until they change or the gateway starts again. */
    private final Set<String> setAside = ConcurrentHashMap.newKeySet();

    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile boolean loaded;
    private volatile boolean closing;
    /** Audited when it is first needed; guarded by the monitor of this. */
    private IdentityVault.@Nullable Opening opening;

    @Activate
    public SheetKeeper(
            QueryConfiguration configuration,
            @Reference StudySheets kept,
            @Reference StudyIndex index,
            @Reference StudyFinder finder,
            @Reference InstanceStore store,
            @Reference IdentityRestorer restorer,
            @Reference IdentityDirectory directory,
            @Reference IdentityVault vault,
            @Reference PatientRegister register,
            @Reference Pseudonymizer pseudonymizer) {
        this.catalog = new Catalog(QuerySettings.of(configuration).nameIndexBytes());
        this.kept = kept;
        this.finder = finder;
        this.register = register;
        this.vault = vault;
        this.pseudonymizer = pseudonymizer;
        this.maker = new SheetMaker(index, register, directory, request, new Heads(store, restorer, () -> request));
        thread.start();
    }

    @Deactivate
    void close() throws IOException {
        closing = true;
        // Not by an interrupt, which an embedded database takes ill.
        stop.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(LONGEST_STOP_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (maker) {
            maker.close();
        }
    }

    // ---- what changes

    @Override
    public void committed(String studyInstanceUid, long session, Instant at) {
        change(studyInstanceUid);
    }

    @Override
    public void removed(String studyInstanceUid) {
        change(studyInstanceUid);
    }

    @Override
    public void erased(Set<String> pseudonyms) throws IndexException {
        for (String pseudonym : pseudonyms) {
            finder.studiesOf(pseudonym, MOST_STUDIES).forEach(this::change);
        }
    }

    private void change(String study) {
        changed.merge(study, 1L, Long::sum);
    }

    @Override
    public void sessionClosed(long session, Set<String> studyInstanceUids) {
        // Each instance was told already.
    }

    // ---- the thread

    private void run() {
        Map<String, Long> before = Map.of();
        while (!closing) {
            try {
                if (!loaded) {
                    load();
                }
                Map<String, Long> now = Map.copyOf(changed);
                refreshAll(atRest(before, now));
                before = now;
            } catch (IOException | RuntimeException e) {
                // Tried again: until then only what an index leads to is found, and made when it is asked for.
                LOG.error(
                        "sheets for queries could not be read or made: {}",
                        e.getClass().getName(),
                        e);
            }
            try {
                if (stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /**
     * What has not changed again since the last look. To make a sheet costs a look at each image of the study: while they still come it is made for those
     * who ask only.
     */
    static List<String> atRest(Map<String, Long> before, Map<String, Long> now) {
        return now.entrySet().stream()
                .filter(change -> change.getValue().equals(before.get(change.getKey())))
                .map(Map.Entry::getKey)
                .limit(AT_ONCE)
                .toList();
    }

    /** One that cannot be made must not keep the others from being found. */
    private void refreshAll(List<String> studies) throws IOException {
        for (String study : studies) {
            if (closing) {
                return;
            }
            Long changes = changed.get(study);
            try {
                refresh(study);
            } catch (IndexException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                if (closing) {
                    throw e;
                }
                setAside.add(study);
                if (changes != null) {
                    changed.remove(study, changes);
                }
                LOG.error("study {} cannot be searched until it changes or the gateway starts again", study, e);
            }
        }
    }

    private List<String> someChanged() {
        return changed.keySet().stream().limit(AT_ONCE).toList();
    }

    private void load() throws IOException {
        long start = System.nanoTime();
        // What was made meanwhile is newer.
        try (SheetOpening opened = new SheetOpening(sheet -> closing ? null : open(sheet), catalog::putIfAbsent)) {
            kept.readAll(sheets -> {
                requireOpening();
                opened.take(sheets);
            });
            opened.finish();
        }
        for (List<String> studies = outdated(); !studies.isEmpty(); studies = outdated()) {
            refreshAll(studies);
        }
        if (closing) {
            return;
        }
        loaded = true;
        LOG.info(
                "{} studies can be searched, {} s after the start{}",
                catalog.size(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
                catalog.isFull() ? "; others have no room (name-index-memory)" : "");
    }

    private void requireOpening() throws IndexException {
        try {
            opening();
        } catch (IOException e) {
            throw new IndexException("the vault opens nothing", e);
        }
    }

    private List<String> outdated() throws IOException {
        return closing
                ? List.of()
                : kept.outdated(MOST_OUTDATED).stream()
                        .filter(study -> !setAside.contains(study))
                        .toList();
    }

    private synchronized IdentityVault.Opening opening() throws IOException {
        IdentityVault.Opening begun = opening;
        if (begun == null) {
            begun = vault.begin(request);
            opening = begun;
        }
        return begun;
    }

    /** Null if it cannot be opened: it is made anew. */
    private @Nullable StudySheet open(Sheet sheet) {
        try (InputStream in =
                opening().open(PLACE + sheet.studyInstanceUid(), new ByteArrayInputStream(sheet.sealed()))) {
            return StudySheet.of(in.readAllBytes());
        } catch (IOException e) {
            LOG.warn("the sheet of study {} cannot be opened and is made anew", sheet.studyInstanceUid(), e);
            change(sheet.studyInstanceUid());
            return null;
        }
    }

    /** Makes a sheet anew, in memory and in the database, unless another thread has done so while this one waited for its turn. */
    private Optional<StudySheet> refresh(String study) throws IOException {
        boolean hadChanged = changed.containsKey(study);
        synchronized (maker) {
            if (closing) {
                throw new IOException("the sheets are being replaced");
            }
            Long changes = changed.get(study);
            Optional<StudySheet> before = catalog.get(study);
            if (hadChanged && changes == null && before.isPresent()) {
                return before;
            }
            Optional<Long> revision = kept.revision(study);
            Optional<StudySheet> made = revision.isEmpty() ? Optional.empty() : maker.make(study, before);
            if (revision.isPresent() && made.isPresent()) {
                catalog.put(made.get());
                kept.write(new Sheet(study, sealed(study, made.get())), revision.get());
            }
            setAside.remove(study);
            if (changes != null) {
                changed.remove(study, changes);
            }
            return made;
        }
    }

    private byte[] sealed(String study, StudySheet sheet) throws IOException {
        StudyContext context = pseudonymizer
                .find(study)
                .orElseThrow(() -> new IOException("the vault does not know the study " + study));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // What is kept of a patient who was erased holds no identity.
        try (OutputStream out = register.isErased(sheet.pseudonym())
                ? vault.sealHeld(PLACE + study, bytes)
                : vault.seal(context, PLACE + study, bytes)) {
            out.write(sheet.bytes());
        }
        return bytes.toByteArray();
    }

    // ---- what is asked

    @Override
    public Optional<StudySheet> sheet(String study) throws IOException {
        if (!changed.containsKey(study) && !setAside.contains(study)) {
            Optional<StudySheet> known = catalog.get(study);
            if (known.isPresent() && loaded) {
                return known;
            }
            if (kept.revision(study).isEmpty()) {
                return Optional.empty();
            }
            Optional<Sheet> sheet = kept.current(study);
            if (sheet.isPresent()) {
                StudySheet opened = open(sheet.get());
                if (opened != null) {
                    return Optional.of(opened);
                }
            }
        }
        return refresh(study);
    }

    @Override
    public boolean isSearchable() {
        return loaded && !catalog.isFull();
    }

    @Override
    public boolean has(String study) {
        return changed.containsKey(study)
                || setAside.contains(study)
                || catalog.get(study).isPresent();
    }

    @Override
    public void scan(Query query, View view, Visitor visitor) throws IOException {
        if (!loaded) {
            throw new NotSearchableException("names are being read: try again soon, or ask by id");
        }
        if (catalog.isFull()) {
            throw new NotSearchableException("more names than name-index-memory: ask by id or UID");
        }
        for (int round = 0; round < ROUNDS && !changed.isEmpty(); round++) {
            List<String> studies = someChanged();
            refreshAll(studies);
            if (studies.size() < AT_ONCE) {
                break;
            }
        }
        catalog.scan(
                query,
                view,
                sheet -> !setAside.isEmpty() && setAside.contains(sheet.studyInstanceUid()) || visitor.visit(sheet));
    }
}
