package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.Limits;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.Sender;
import org.sallyport.gateway.api.pixel.PixelCleaner;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.Pseudonymizer;

/** The gate. Holds what all sessions share; immutable. */
@Component(
        service = {Intake.class, DeidIntake.class},
        configurationPid = "org.sallyport.deid")
public final class DeidIntake implements Intake {

    /** What one object may take of the heap while it passes. */
    static final Limits LIMITS = new Limits(32, 500_000, 1 << 20, 24L << 20);

    private final Profiles profiles;
    private final PixelTreatment pixels;
    private final LeakGuard leaks;
    private final DefaultIssuers defaultIssuers;
    private final Pseudonymizer pseudonymizer;
    private final IdentityVault vault;
    private final InstanceStore store;
    private final Quarantine quarantine;
    private final SentResults results;
    private final Path spoolFolder;
    private final Clock clock;

    @Activate
    public DeidIntake(
            DeidConfiguration configuration,
            @Reference Profiles profiles,
            @Reference PixelCleaners cleaners,
            @Reference LeakGuard leaks,
            @Reference Pseudonymizer pseudonymizer,
            @Reference IdentityVault vault,
            @Reference InstanceStore store,
            @Reference Quarantine quarantine,
            @Reference ResultMemory results)
            throws IOException {
        this(
                profiles,
                pixels(OcrSettings.of(configuration), cleaners),
                leaks,
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
            Profiles profiles,
            PixelTreatment pixels,
            LeakGuard leaks,
            DefaultIssuers defaultIssuers,
            Pseudonymizer pseudonymizer,
            IdentityVault vault,
            InstanceStore store,
            Quarantine quarantine,
            SentResults results,
            Path spoolFolder,
            Clock clock)
            throws IOException {
        this.profiles = profiles;
        this.pixels = pixels;
        this.leaks = leaks;
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

    private static PixelTreatment pixels(OcrSettings ocr, PixelCleaners cleaners) {
        return new PixelTreatment(cleaners, new CleanerCalls(PixelCleaner.SECONDS), ocr, Tesseract.of(ocr));
    }

    @Override
    public Optional<String> problem() {
        return store.problem();
    }

    @Override
    public Session open(Sender sender) throws IOException {
        return new IntakeSession(this, sender, openStore());
    }

    InstanceStore.Session openStore() throws IOException {
        return store.open();
    }

    /** @return whether the newest version that is stored under one of these pseudonymous SOP Instance UIDs was made from that original */
    boolean isStored(List<String> sopInstanceUids, byte[] originalDigest) throws IOException {
        for (String uid : sopInstanceUids) {
            StoredInstance known = store.find(uid).orElse(null);
            if (known != null && Arrays.equals(known.facts().originalDigest(), originalDigest)) {
                return true;
            }
        }
        return false;
    }

    Profiles profiles() {
        return profiles;
    }

    PixelTreatment pixels() {
        return pixels;
    }

    LeakGuard leaks() {
        return leaks;
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
