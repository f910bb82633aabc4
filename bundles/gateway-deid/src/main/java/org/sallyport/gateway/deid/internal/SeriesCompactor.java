package org.sallyport.gateway.deid.internal;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.Limits;
import org.sallyport.gateway.api.intake.IdentityCompactor;
import org.sallyport.gateway.api.store.IdentityFile;
import org.sallyport.gateway.api.store.IdentityFileWriter;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;

/**
 * Writes the record of a study's first instance whole, that of each series' first as what differs from it, and the others as what differs from their
 * series' first. Each block is sealed by itself, so that any record is had by opening three. Immutable.
 */
@Component(service = IdentityCompactor.class)
public final class SeriesCompactor implements IdentityCompactor {

    /** A value beyond 4 KiB gets a block of its own, so that it does not push the others out of reach of the deflation. */
    private static final Limits LIMITS = new Limits(64, 1_000_000, 4096, 96L << 20);

    private final InstanceStore store;
    private final IdentityVault vault;
    private final Pseudonymizer pseudonymizer;

    @Activate
    public SeriesCompactor(
            @Reference InstanceStore store, @Reference IdentityVault vault, @Reference Pseudonymizer pseudonymizer) {
        this.store = store;
        this.vault = vault;
        this.pseudonymizer = pseudonymizer;
    }

    /** A record that others are told by, and where it stands. */
    private record Base(long offset, IdentityRecord record) {}

    @Override
    public Compacted compact(String study, List<StoredInstance> instances, IdentityFileWriter to) throws IOException {
        StudyContext context = pseudonymizer
                .find(study)
                .orElseThrow(() -> new VaultException("the vault does not know the study " + study));
        IdentityVault.Opening opening = vault.begin(new AccessRequest(
                "gateway",
                Set.of(Roles.PRIVACY_OFFICER),
                "clean-up",
                "rewriting the identity of " + instances.size() + " images before they are removed",
                study));
        LargeValues large = new LargeValues(to, vault, context);
        Base first = new Base(0, RecordDelta.NOTHING);
        Map<String, Base> series = new HashMap<>();
        List<Long> offsets = new ArrayList<>();
        List<byte[]> digests = new ArrayList<>();
        for (StoredInstance instance : instances) {
            MessageDigest digest = LargeValues.sha256();
            IdentityRecord record = read(instance, opening, digest, large);
            Base base = series.getOrDefault(instance.facts().seriesInstanceUid(), first);
            long offset = write(instance, record, base, context, to);
            offsets.add(offset);
            digests.add(digest.digest());
            if (series.isEmpty()) {
                first = new Base(offset, record);
            }
            series.putIfAbsent(instance.facts().seriesInstanceUid(), new Base(offset, record));
        }
        return new Written(instances, offsets, digests, opening);
    }

    private IdentityRecord read(
            StoredInstance instance, IdentityVault.Opening opening, MessageDigest digest, LargeValues large)
            throws IOException {
        try (InputStream sealed = store.openIdentity(instance);
                InputStream plain = opening.open("frame/" + instance.frameId(), sealed)) {
            return IdentityRecord.read(new DigestInputStream(plain, digest), LIMITS, large);
        }
    }

    private long write(
            StoredInstance instance, IdentityRecord record, Base base, StudyContext context, IdentityFileWriter to)
            throws IOException {
        byte[] delta = RecordDelta.write(record, base.record);
        long offset = to.end();
        try (OutputStream block = to.block();
                DataOutputStream out = new DataOutputStream(vault.seal(context, to.place(offset), block))) {
            out.writeLong(instance.frameId().getMostSignificantBits());
            out.writeLong(instance.frameId().getLeastSignificantBits());
            RecordCode.number(out, base.offset);
            out.write(delta);
        }
        return offset;
    }

    private record Written(
            List<StoredInstance> instances, List<Long> offsets, List<byte[]> digests, IdentityVault.Opening opening)
            implements Compacted {

        @Override
        public void verify(IdentityFile file) throws IOException {
            // Closed by whoever opened the file.
            CompactRecords records = new CompactRecords(file, opening);
            for (int i = 0; i < instances.size(); i++) {
                MessageDigest digest = LargeValues.sha256();
                try (OutputStream out = new BufferedOutputStream(
                        new DigestOutputStream(OutputStream.nullOutputStream(), digest), 64 * 1024)) {
                    records.read(instances.get(i).frameId(), offsets.get(i)).write(out);
                }
                if (!MessageDigest.isEqual(digest.digest(), digests.get(i))) {
                    throw new IOException("the identity of frame "
                            + instances.get(i).frameId() + " does not come back as it was kept");
                }
            }
        }
    }
}
