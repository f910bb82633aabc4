package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.intake.TrialTreatment;
import org.sallyport.gateway.api.vault.IdentityVault;

/** Treats an object under made-up keys and tells of each decision. Immutable. */
@Component(service = TrialTreatment.class, configurationPid = "org.sallyport.deid")
public final class ProfileTrial implements TrialTreatment {

    private final Profiles profiles;
    private final IdentityVault vault;
    private final OcrSettings ocr;
    private final java.nio.file.Path spoolFolder;

    @Activate
    public ProfileTrial(DeidConfiguration configuration, @Reference Profiles profiles, @Reference IdentityVault vault)
            throws IOException {
        this(profiles, vault, OcrSettings.of(configuration), DataFolder.of("tmp"));
    }

    ProfileTrial(Profiles profiles, IdentityVault vault, OcrSettings ocr, java.nio.file.Path spoolFolder) {
        this.profiles = profiles;
        this.vault = vault;
        this.ocr = ocr;
        this.spoolFolder = spoolFolder;
    }

    @Override
    public Report tryOut(InputStream part10, @Nullable String profileName) throws IOException {
        Profile profile = profileName == null ? profiles.inForce() : profiles.named(profileName);
        try (SealedSpool spool = new SealedSpool(vault, spoolFolder)) {
            return tryOut(part10, profile, spool);
        } catch (Refusal e) {
            throw new IOException("it would be refused: " + e.getMessage(), e);
        }
    }

    private Report tryOut(InputStream part10, Profile profile, BulkStore spool) throws IOException, Refusal {
        Part10Reader reader = Part10Reader.open(part10, DeidIntake.LIMITS, spool);
        Head head = Head.read(
                reader.dataSet(),
                new ReceivedObject(
                        reader.meta().mediaStorageSopClassUid(),
                        reader.meta().mediaStorageSopInstanceUid(),
                        reader.transferSyntax()),
                null);
        ObjectKind kind = ObjectKind.of(head.elements());
        List<Attribute> attributes = new ArrayList<>();
        String named = profile.name() + " " + profile.version();
        String pixels = "none";
        try {
            Admission admission = ocr.applyTo(Admission.of(head, kind, profile), kind);
            if (admission.held() != null) {
                return new Report(named, admission.held(), head.hasPixelData() ? "not touched" : pixels, attributes);
            }
            pixels = head.hasPixelData() ? words(admission, profile) : pixels;
            treat(head.elements(), profile, kind, attributes);
            return new Report(named, null, pixels, attributes);
        } catch (Doubt e) {
            return new Report(named, e.reason(), pixels, attributes);
        }
    }

    private String words(Admission admission, Profile profile) {
        String words = admission.blanked().isEmpty()
                ? "pass as they are"
                : admission.blanked().size() + " regions blanked: " + admission.blanked();
        if (ocr.asks(admission, profile)) {
            words += "; if text recognition finds no text";
        }
        return profile.pixelCleaner() == null ? words : words + "; cleaned by " + profile.pixelCleaner();
    }

    /** @throws Doubt if it would be held on the way, a leak included */
    private static void treat(DataSet head, Profile profile, ObjectKind kind, List<Attribute> attributes)
            throws IOException {
        Treatment treatment = new Treatment(
                profile.compiled(kind),
                new TrialStudy(),
                (place, element, enclosing, decision, result) ->
                        attributes.add(attribute(place.toString(), element, enclosing, decision, result)));
        DataSet treated = treatment.treatHead(head);
        for (int tag : treatment.added()) {
            Element added = treated.get(tag);
            if (added != null) {
                attributes.add(new Attribute(
                        Dictionary.keywordOf(tag),
                        added.vr().name(),
                        Fate.ADDED,
                        "tells what was done",
                        text(added, treated)));
            }
        }
        new LeakScan(LeakPatterns.of(IdentityValues.of(treatment.originals(), head), profile)).check(treated);
    }

    private static Attribute attribute(
            String place, Element element, DataSet enclosing, Decision decision, @Nullable Element result) {
        Fate fate = result == null
                ? Fate.REMOVED
                : result == element ? Fate.KEPT : result.isEmpty() && !element.isEmpty() ? Fate.EMPTIED : Fate.CHANGED;
        return new Attribute(
                place,
                element.vr().name(),
                fate,
                decision.by(),
                fate == Fate.CHANGED && result != null ? text(result, enclosing) : null);
    }

    private static @Nullable String text(Element result, DataSet enclosing) {
        if (!result.vr().isText() || !(result.value() instanceof Value.Bytes)) {
            return null;
        }
        DataSet one = new DataSet();
        Element characterSet = enclosing.get(org.sallyport.dicom.data.Tag.SpecificCharacterSet);
        if (characterSet != null) {
            one.put(characterSet);
        }
        one.put(result);
        return String.join("\\", one.strings(result.tag()));
    }
}
