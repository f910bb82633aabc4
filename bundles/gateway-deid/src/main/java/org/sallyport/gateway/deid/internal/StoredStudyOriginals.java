package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.StudyOriginals;
import org.sallyport.gateway.deid.internal.Levels.Level;

/** Reads them in the sealed records, of images that are here and of those that were cleaned up. Immutable. */
@Component(service = StudyOriginals.class)
public final class StoredStudyOriginals implements StudyOriginals {

    private final Pseudonymizer pseudonymizer;
    private final StudyIndex index;
    private final InstanceStore store;

    @Activate
    public StoredStudyOriginals(
            @Reference Pseudonymizer pseudonymizer, @Reference StudyIndex index, @Reference InstanceStore store) {
        this.pseudonymizer = pseudonymizer;
        this.index = index;
        this.store = store;
    }

    @Override
    public List<Sheet> sheets(String uid, IdentityVault.Opening opening) throws IOException {
        List<StoredInstance> instances = index.instances(uid);
        if (instances.isEmpty()) {
            return List.of();
        }
        StudyContext study =
                pseudonymizer.find(uid).orElseThrow(() -> new IOException("the vault does not know study " + uid));
        Map<String, StoredInstance> firstOfSeries = new LinkedHashMap<>();
        for (StoredInstance instance : instances) {
            firstOfSeries.putIfAbsent(instance.facts().seriesInstanceUid(), instance);
        }
        List<Sheet> sheets = new ArrayList<>();
        try (IdentityRecords records = new IdentityRecords(store, opening, PassedOver.STORE)) {
            for (StoredInstance first : firstOfSeries.values()) {
                Map<Level, Map<String, String>> values = Levels.values(records.read(first), first.facts());
                if (sheets.isEmpty()) {
                    sheets.add(new Sheet(study.pseudonym(), null, null, of(values, Level.PATIENT)));
                    sheets.add(new Sheet(study.pseudonym(), uid, null, ofStudy(study, instances, values, opening)));
                }
                sheets.add(
                        new Sheet(study.pseudonym(), uid, first.facts().seriesInstanceUid(), of(values, Level.SERIES)));
            }
        }
        return sheets;
    }

    private static Map<String, String> of(Map<Level, Map<String, String>> values, Level level) {
        return values.getOrDefault(level, Map.of());
    }

    /** With those of its patient, as this study tells them. */
    private Map<String, String> ofStudy(
            StudyContext study,
            List<StoredInstance> instances,
            Map<Level, Map<String, String>> values,
            IdentityVault.Opening opening)
            throws IOException {
        StudyMemory memory = StudyMemory.read(study, instances, EarlierOriginals.NONE, store, opening);
        Map<String, String> all = new TreeMap<>(of(values, Level.PATIENT));
        all.putAll(of(values, Level.STUDY));
        all.put(
                Sheet.UIDS,
                String.join(
                        "\\",
                        memory.originalUids().stream().sorted().limit(MOST_UIDS).toList()));
        all.put(
                Sheet.DATES,
                String.join(
                        "\\",
                        memory.originalDates().stream().sorted().distinct().toList()));
        return all;
    }
}
