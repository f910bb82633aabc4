package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.intake.ProfileDirectory;
import org.sallyport.gateway.api.vault.StudyContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The profiles in the folder of profiles. The one that is configured is read again whenever its files change; while it cannot be understood the one
 * before stays in force, also over a restart. What is in force is changed by one thread at a time, under this object's monitor, and read by any.
 */
@Component(
        service = {Profiles.class, ProfileDirectory.class, ProfileStore.class},
        configurationPid = "org.sallyport.deid")
@Designate(ocd = DeidConfiguration.class)
public final class ProfileStore implements Profiles, ProfileDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(ProfileStore.class);
    private static final int LOOK_SECONDS = 2;
    private static final int END_SECONDS = 10;
    private static final String SUFFIX = ".yaml";

    private final ProfileArchive archive;
    private final StudyProfiles studies;
    private final PixelCleaners cleaners;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "deid-profiles"));

    private Path folder = Path.of("");
    private String name = "";
    private String lookedAt = "";
    private volatile @Nullable Profile inForce;
    private volatile @Nullable String problem;

    /** @throws IOException if the profile cannot be read and none was in force before: then nothing is received, and the log says why */
    @Activate
    public ProfileStore(DeidConfiguration configuration, @Reference PixelCleaners cleaners) throws IOException {
        this(
                Path.of(configuration.profiles_folder()),
                configuration.profile().strip(),
                DataFolder.of("deid"),
                cleaners);
        timer.scheduleWithFixedDelay(this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    /** Looks only when told. */
    ProfileStore(Path folder, String name, Path data, PixelCleaners cleaners) throws IOException {
        this.cleaners = cleaners;
        this.archive = new ProfileArchive(data);
        this.studies = new StudyProfiles(data);
        try {
            configure(folder, name);
        } catch (IOException e) {
            studies.close();
            throw e;
        }
    }

    @Modified
    void modified(DeidConfiguration configuration) throws IOException {
        configure(
                Path.of(configuration.profiles_folder()),
                configuration.profile().strip());
    }

    private synchronized void configure(Path newFolder, String newName) throws IOException {
        folder = newFolder;
        name = newName;
        lookedAt = stamp();
        load();
        if (inForce == null) {
            inForce = archive.lastInForce()
                    .orElseThrow(
                            () -> new IOException(String.valueOf(problem) + "; and no profile was in force before"));
            LOG.warn("the profile that was in force before stays so: {}", inForce);
        }
    }

    /** Reads the profile again if its files have changed, or what it needs has come. */
    synchronized void look() {
        String now = stamp();
        if (!now.equals(lookedAt)) {
            lookedAt = now;
            load();
        }
    }

    /** Times and lengths of all files of the folder, and which plug-ins there are. */
    private String stamp() {
        StringBuilder stamp = new StringBuilder(cleaners.names().toString());
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                stamp.append(file.getFileName())
                        .append(' ')
                        .append(Files.size(file))
                        .append(' ')
                        .append(Files.getLastModifiedTime(file))
                        .append('\n');
            }
        } catch (IOException e) {
            stamp.append(e.getClass().getName());
        }
        return stamp.toString();
    }

    private void load() {
        try {
            if (name.isEmpty()) {
                putInForce(Profile.BASIC);
                return;
            }
            ProfileSource source = ProfileSource.read(folder, name);
            Profile profile = ProfileParser.parse(source);
            cleaners.check(profile);
            archive.putInForce(source, profile);
            putInForce(profile);
        } catch (IOException e) {
            String told = String.valueOf(e.getMessage());
            if (!told.equals(problem)) {
                LOG.error("profile {} is not taken, what was in force stays so: {}", name, told);
            }
            problem = told;
        }
    }

    private void putInForce(Profile profile) {
        Profile before = inForce;
        inForce = profile;
        problem = null;
        if (before == null || !before.hash().equals(profile.hash())) {
            LOG.info("profile {} is in force for studies that begin now", profile);
        }
    }

    @Override
    public Profile inForce() {
        return Objects.requireNonNull(inForce);
    }

    @Override
    public Profile of(StudyContext study) throws IOException {
        Profile now = inForce();
        String hash = studies.of(study.studyInstanceUid(), now.hash());
        if (hash.equals(now.hash())) {
            return now;
        }
        return hash.equals(Profile.BASIC.hash()) ? Profile.BASIC : archive.version(hash);
    }

    @Override
    public Profile named(String wanted) throws IOException {
        Path from;
        synchronized (this) {
            from = folder;
        }
        ProfileSource source = ProfileSource.read(from, wanted);
        Profile profile = ProfileParser.parse(source);
        cleaners.check(profile);
        archive.keep(source, profile);
        return profile;
    }

    @Override
    public synchronized List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.endsWith(SUFFIX))
                    .map(file -> file.substring(0, file.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public List<State> profiles() throws IOException {
        Profile now = inForce();
        List<State> states = new ArrayList<>();
        for (String each : names()) {
            if (!each.equals(now.name())) {
                states.add(state(each));
            }
        }
        states.add(new State(now.name(), true, now.version(), now.hash(), problem));
        states.sort(Comparator.comparing(State::name));
        return states;
    }

    private State state(String wanted) {
        try {
            Profile profile = named(wanted);
            return new State(wanted, false, profile.version(), profile.hash(), null);
        } catch (IOException e) {
            return new State(wanted, false, null, null, e.getMessage());
        }
    }

    @Deactivate
    void close() throws IOException {
        timer.shutdownNow();
        try {
            if (!timer.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the thread that looks at profiles did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        studies.close();
    }
}
