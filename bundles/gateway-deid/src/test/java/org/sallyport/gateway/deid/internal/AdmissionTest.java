package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.UidRegistry;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.IntakeResult.How;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.vault.PatientIdentity;

/** Whatever the classes that are accepted, an object is treated by a written rule or held: with {@code storage-classes = all} too. */
class AdmissionTest {

    private static final TransferSyntax SYNTAX = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

    @TempDir
    private Path folder;

    /** By the strictest profile. @return the reason for which it is held, or {@code treated} */
    private String fate(DataSet object) throws IOException {
        Gate gate = new Gate(Profile.BASIC, folder);
        IntakeResult result = gate.receive(
                Gate.encode(object, SYNTAX), SYNTAX, String.valueOf(object.string(Tag.SOPClassUID)), Gate.SOP_INSTANCE);
        if (result.equals(new IntakeResult.Kept(How.STORED))) {
            assertEquals(
                    "ANON-",
                    String.valueOf(gate.lastDataSet().string(Tag.PatientID)).substring(0, 5));
            assertEquals(List.of(), gate.store.held);
            return "treated";
        }
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), result);
        assertEquals(List.of(), gate.store.instances, "nothing of it is stored");
        Quarantine.Entry held = gate.store.held.get(0);
        assertEquals(Quarantine.Kind.HELD, held.description().kind());
        return held.description().reason();
    }

    private static DataSet of(String sopClass, DataSet object) {
        object.setString(Tag.SOPClassUID, sopClass);
        return object;
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.840.10008.5.1.4.1.1.104.1, Encapsulated PDF, a document",
        "1.2.840.10008.5.1.4.1.1.104.2, Encapsulated CDA, a document",
        "1.2.840.10008.5.1.4.1.1.104.3, Encapsulated STL, a surface",
        "1.2.840.10008.5.1.4.1.1.104.4, Encapsulated OBJ, a surface",
        "1.2.840.10008.5.1.4.1.1.104.5, Encapsulated MTL, a surface",
        "1.2.840.10008.5.1.4.1.1.9.4.1, Basic Voice Audio Waveform, a voice",
        "1.2.840.10008.5.1.4.1.1.9.4.2, General Audio Waveform, a voice",
        "1.2.840.10008.5.1.4.1.1.66, Raw Data, raw data",
        "1.2.840.10008.5.1.4.1.1.66.5, Surface Segmentation, a surface",
        "1.2.840.10008.5.1.4.1.1.77.1.1.1, Video Endoscopic Image, a video",
        "1.2.3.4.5, a class of nobody, no rule for this SOP class",
        "1.2.840.10008.5.1.4.1.1.9.1.1, 12-lead ECG Waveform, treated",
        "1.2.840.10008.5.1.4.1.1.11.1, Grayscale Softcopy Presentation State, treated",
        "1.2.840.10008.5.1.4.1.1.481.2, RT Dose, treated",
        "1.2.840.10008.5.1.4.1.1.481.3, RT Structure Set, treated",
        "1.2.840.10008.5.1.4.1.1.481.5, RT Plan, treated",
        "1.2.840.10008.5.1.4.1.1.66.4, Segmentation, treated",
        "1.2.840.10008.5.1.4.1.1.88.11, Basic Text SR, treated"
    })
    void eachKindOfObjectIsTreatedByAWrittenRuleOrHeld(String sopClass, String name, String fate) throws Exception {
        String told = fate(of(sopClass, Gate.withoutPixels()));
        assertTrue(told.startsWith(fate), name + ": " + told);
    }

    /** Classes are treated or held as their row says; a storage class of the standard that has none is held. */
    @Test
    void eachClassIsAsItsRowSaysAndWithoutARowHeld() throws Exception {
        for (SopClasses.SopClass each : SopClasses.all()) {
            DataSet object = of(each.uid(), Gate.withoutPixels());
            Head head = new Head(
                    object, false, Gate.SOP_INSTANCE, Gate.SERIES, new PatientIdentity(null, "MRN4711", Gate.STUDY));
            Admission admission = Admission.of(head, ObjectKind.of(object), Profile.BASIC);
            assertEquals(each.held(), admission.held(), each.name());
        }
        String protocol = "1.2.840.10008.5.1.4.1.1.200.2";
        assertEquals("CT Performed Procedure Protocol Storage", UidRegistry.name(protocol));
        assertEquals("no rule for this SOP class", fate(of(protocol, Gate.withoutPixels())));
    }

    /** Captures, pictures of screens, and modalities whose images hold text as a rule (a profile's rule for pixels lets them pass). */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Modality | OT",
                "Modality | US",
                "Modality | XC",
                "Modality | SC",
                "Modality | ot",
                "ConversionType | WSD",
                "ImageType | DERIVED\\SECONDARY\\SCREEN SAVE",
                "ImageType | DERIVED\\SECONDARY\\DOSE_INFO",
                "ImageType | ORIGINAL\\PRIMARY\\CSA REPORT",
                "BurnedInAnnotation | YES",
                "RecognizableVisualFeatures | YES",
                "SOPClassUID | 1.2.840.10008.5.1.4.1.1.7",
                "SOPClassUID | 1.2.840.10008.5.1.4.1.1.7.4",
                "SOPClassUID | 1.2.840.10008.5.1.4.1.1.6.1",
                "SOPClassUID | 1.2.840.10008.5.1.4.1.1.77.1.4",
                "SOPClassUID | 1.2.840.10008.5.1.4.1.1.1.1"
            })
    void pixelsThatMayHoldTextOrAPersonAreHeldUnlessARuleCoversThem(String keyword, String values) throws Exception {
        DataSet image = Gate.image();
        assertEquals("treated", fate(image), "a slice of nothing but tissue");
        image.setString(org.sallyport.dicom.data.Dictionary.tagOf(keyword).orElseThrow(), values.split("\\\\", -1));
        String told = fate(image);
        assertTrue(told.startsWith("the pixels "), told);
    }

    /** An X-ray image that says of itself that it holds no text is believed. */
    @Test
    void aDeclaredXrayImagePasses() throws Exception {
        DataSet image = of("1.2.840.10008.5.1.4.1.1.1.1", Gate.image());
        image.setString(Tag.Modality, "DX");
        assertTrue(fate(image).contains("Burned In Annotation (0028,0301) is not NO"));
        image.setString(Tag.BurnedInAnnotation, "NO");
        assertEquals("treated", fate(image));
    }
}
