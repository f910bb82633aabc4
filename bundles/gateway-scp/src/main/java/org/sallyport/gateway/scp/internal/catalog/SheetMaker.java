package org.sallyport.gateway.scp.internal.catalog;

import java.io.Closeable;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.scp.internal.catalog.StudySheet.Counts;
import org.sallyport.gateway.scp.internal.query.Attributes;
import org.sallyport.gateway.scp.internal.query.View;

/** Makes the sheet of a study from one of its images and the index. Owned by one thread at a time. */
public final class SheetMaker implements Closeable {

    private final StudyIndex index;
    private final PatientRegister register;
    private final IdentityDirectory directory;
    private final AccessRequest request;
    private final Heads heads;
    private IdentityDirectory.@Nullable Reading reading;

    /** @param request under which originals are read; audited when the first is */
    SheetMaker(
            StudyIndex index,
            PatientRegister register,
            IdentityDirectory directory,
            AccessRequest request,
            Heads heads) {
        this.index = index;
        this.register = register;
        this.directory = directory;
        this.request = request;
        this.heads = heads;
    }

    /**
     * @param before the sheet so far: its values are kept when no image is here any more
     * @return empty if the study is not known
     */
    Optional<StudySheet> make(String study, Optional<StudySheet> before) throws IOException {
        List<StoredInstance> all = index.instances(study);
        if (all.isEmpty()) {
            return Optional.empty();
        }
        List<StoredInstance> instances =
                all.stream().filter(one -> one.presence() != Presence.DELETED).toList();
        Counts counts = counts(instances);
        if (register.isErased(all.get(0).facts().pseudonym())) {
            return Optional.of(withoutIdentity(study, all.get(0), counts));
        }
        // The first that came tells of the study: which that is does not change when others are removed.
        Optional<StoredInstance> first = instances.stream()
                .filter(StoredInstance::isHere)
                .min(Comparator.comparing((StoredInstance one) -> one.facts().receivedAt())
                        .thenComparing(one -> one.facts().sopInstanceUid()));
        if (first.isPresent()) {
            DataSet original = heads.read(first.get(), View.ORIGINAL);
            DataSet treated = heads.read(first.get(), View.PSEUDONYMOUS);
            return Optional.of(StudySheet.of(
                    study, first.get().facts().pseudonym(), counts, Attributes.of(original), Attributes.of(treated)));
        }
        if (before.isPresent()) {
            return Optional.of(before.get().with(counts));
        }
        return Optional.of(withoutImages(study, all.get(0), counts));
    }

    private static Counts counts(List<StoredInstance> instances) {
        Set<String> series = new TreeSet<>();
        Set<String> modalities = new TreeSet<>();
        Set<String> classes = new TreeSet<>();
        int here = 0;
        for (StoredInstance instance : instances) {
            series.add(instance.facts().seriesInstanceUid());
            modalities.add(instance.facts().modality());
            classes.add(instance.facts().sopClassUid());
            here += instance.isHere() ? 1 : 0;
        }
        return new Counts(series.size(), instances.size(), here, modalities, classes);
    }

    /** From what was kept of the images: values that were not changed are known as far as the index has them. */
    private StudySheet withoutImages(String study, StoredInstance any, Counts counts) throws IOException {
        DataSet originals = new DataSet();
        originals.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        IdentityDirectory.Reading open = reading;
        if (open == null) {
            open = directory.begin(request);
            reading = open;
        }
        Optional<IdentityDirectory.Study> known = open.study(study);
        if (known.isPresent()) {
            put(originals, known.get().patientValues());
            put(originals, known.get().values());
        }
        return StudySheet.of(study, any.facts().pseudonym(), counts, Attributes.of(originals), treated(any));
    }

    /** Of a patient who was erased: whoever asks is told what goes out. */
    private static StudySheet withoutIdentity(String study, StoredInstance any, Counts counts) {
        return StudySheet.of(study, any.facts().pseudonym(), counts, treated(any), treated(any));
    }

    private static Attributes treated(StoredInstance any) {
        DataSet treated = new DataSet();
        treated.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        put(treated, any.facts().attributes());
        return Attributes.of(treated);
    }

    /** Values by keyword, several of one attribute with a backslash between. */
    public static void put(DataSet into, Map<String, String> values) {
        values.forEach((keyword, value) -> Dictionary.tagOf(keyword).ifPresent(tag -> {
            if (tag != Tag.SpecificCharacterSet && Dictionary.vrOf(tag).isText()) {
                into.setString(tag, value.split("\\\\", -1));
            }
        }));
    }

    @Override
    public void close() throws IOException {
        heads.close();
    }
}
