package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.dicom.data.Limits;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.Sender;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.Pseudonymizer;

/** The gate. Holds what all sessions share; immutable. */
@Component(service = Intake.class, configurationPid = "org.sallyport.deid")
@Designate(ocd = DeidConfiguration.class)
public final class DeidIntake implements Intake {

    /** What one object may take of the heap while it passes. */
    static final Limits LIMITS = new Limits(32, 500_000, 1 << 20, 24L << 20);

    /** SOP classes that are treated; others are held. */
    static final Set<String> TREATABLE =
            Table.read("treatable-classes.tsv", 2).stream().map(row -> row[0]).collect(Collectors.toUnmodifiableSet());

    private final Profile profile;
    private final Rules rules;
    private final DefaultIssuers defaultIssuers;
    private final Pseudonymizer pseudonymizer;
    private final IdentityVault vault;
    private final InstanceStore store;
    private final Quarantine quarantine;
    private final SentResults results;
    private final Path spoolFolder;
    private final Clock clock;

    /** @throws IOException if the profile is wrong: then nothing is received, and the log says why */
    @Activate
    public DeidIntake(
            DeidConfiguration configuration,
            @Reference Pseudonymizer pseudonymizer,
            @Reference IdentityVault vault,
            @Reference InstanceStore store,
            @Reference Quarantine quarantine,
            @Reference ResultMemory results)
            throws IOException {
        this(
                configuration.profile().isBlank()
                        ? Profile.BASIC
                        : ProfileFile.read(
                                Path.of(configuration.profiles_folder()),
                                configuration.profile().strip()),
                DefaultIssuers.of(configuration.default$_$issuers()),
                pseudonymizer,
                vault,
                store,
                quarantine,
                results.results(),
                DataFolder.of("tmp"),
                Clock.systemUTC());
    }

    DeidIntake(
            Profile profile,
            DefaultIssuers defaultIssuers,
            Pseudonymizer pseudonymizer,
            IdentityVault vault,
            InstanceStore store,
            Quarantine quarantine,
            SentResults results,
            Path spoolFolder,
            Clock clock)
            throws IOException {
        this.profile = profile;
        this.rules = new Rules(profile);
        this.defaultIssuers = defaultIssuers;
        this.pseudonymizer = pseudonymizer;
        this.vault = vault;
        this.store = store;
        this.quarantine = quarantine;
        this.results = results;
        this.spoolFolder = spoolFolder;
        this.clock = clock;
        // Spools of a former run are sealed under a key that is gone.
        try (DirectoryStream<Path> left = Files.newDirectoryStream(spoolFolder, "*" + SealedSpool.SUFFIX)) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
    }

    @Override
    public Optional<String> problem() {
        return store.problem();
    }

    @Override
    public Session open(Sender sender) throws IOException {
        return new IntakeSession(this, sender, store.open());
    }

    Profile profile() {
        return profile;
    }

    Rules rules() {
        return rules;
    }

    DefaultIssuers defaultIssuers() {
        return defaultIssuers;
    }

    Pseudonymizer pseudonymizer() {
        return pseudonymizer;
    }

    IdentityVault vault() {
        return vault;
    }

    Quarantine quarantine() {
        return quarantine;
    }

    SentResults results() {
        return results;
    }

    Clock clock() {
        return clock;
    }

    SealedSpool newSpool() {
        return new SealedSpool(vault, spoolFolder);
    }
}
