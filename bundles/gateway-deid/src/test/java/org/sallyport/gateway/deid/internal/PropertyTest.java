package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.IntakeResult.How;

/** What holds for every data set, tried on a few hundred that are made at random from fixed seeds. */
class PropertyTest {

    private static final int SEEDS = 100;

    @TempDir
    private Path folder;

    static Stream<Arguments> syntaxes() {
        return Stream.of(
                        TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                        TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                        TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
                        TransferSyntax.EXPLICIT_VR_BIG_ENDIAN,
                        Gate.JPEG)
                .flatMap(
                        syntax -> Stream.of(Profile.BASIC, Gate.SHIFTED).map(profile -> Arguments.of(syntax, profile)));
    }

    @ParameterizedTest
    @MethodSource("syntaxes")
    void nothingPlantedRemainsAndTheOriginalComesBackWhole(TransferSyntax syntax, Profile profile) throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Gate gate = new Gate(profile, folder);
            DataSet original = original(seed, syntax);
            byte[] encoded = Gate.encode(original, syntax);
            String sopInstance = RandomDataSets.PLANTED_UID + ".1.1.1";
            assertEquals(
                    new IntakeResult.Kept(How.STORED), gate.receive(encoded, syntax, Gate.CT, sopInstance), "" + seed);

            byte[] stored = gate.lastBytes();
            assertFalse(RandomDataSets.isPlantedIn(stored), "seed " + seed);
            // An array is told by a number that is as good as random, too.
            String facts = gate.last().facts().toString().replaceAll("\\[B@[0-9a-f]+", "");
            assertFalse(RandomDataSets.isPlantedIn(facts.getBytes(StandardCharsets.UTF_8)), "seed " + seed);
            assertPseudonymous(gate, stored, seed);
            assertEquals(List.of(), DataSetDifference.between(original, gate.restored()), "seed " + seed);

            assertEquals(
                    new IntakeResult.Kept(How.SAME), gate.receive(encoded, syntax, Gate.CT, sopInstance), "" + seed);
            Gate again = new Gate(profile, folder);
            again.receive(encoded, syntax, Gate.CT, sopInstance);
            assertArrayEquals(stored, again.lastBytes(), "the same original gives the same bytes, seed " + seed);
        }
    }

    private static DataSet original(int seed, TransferSyntax syntax) {
        Random random = new Random(seed);
        RandomDataSets made = RandomDataSets.of(random);
        DataSet original = made.dataSet();
        if (random.nextInt(10) > 0) {
            original.put(made.pixels(syntax.encapsulated()));
            for (Element element : made.tail()) {
                original.put(element);
            }
        }
        return original;
    }

    private static void assertPseudonymous(Gate gate, byte[] part10, int seed) throws IOException {
        Part10Reader reader = Gate.open(part10);
        DataSet treated = reader.dataSet().readAll();
        String pseudonym = gate.last().facts().pseudonym();
        assertEquals(pseudonym, treated.string(Tag.PatientName), "seed " + seed);
        assertEquals(pseudonym, treated.string(Tag.PatientID), "seed " + seed);
        assertEquals("YES", treated.string(Tag.PatientIdentityRemoved), "seed " + seed);
        assertEquals(gate.last().facts().sopInstanceUid(), treated.string(Tag.SOPInstanceUID));
        assertEquals(treated.string(Tag.SOPInstanceUID), reader.meta().mediaStorageSopInstanceUid());
        assertEquals(treated.string(Tag.SOPClassUID), reader.meta().mediaStorageSopClassUid());
        assertEquals(
                gate.last().facts().transferSyntaxUid(), reader.transferSyntax().uid());
        assertTrue(Set.of("CT").contains(gate.last().facts().modality()));
    }
}
