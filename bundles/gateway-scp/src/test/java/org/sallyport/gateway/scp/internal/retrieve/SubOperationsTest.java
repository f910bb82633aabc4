package org.sallyport.gateway.scp.internal.retrieve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.CommandSet.SubOperations;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.scp.internal.Fakes;

/** What a C-GET or C-MOVE counts (PS3.4 C.4.2.1), and by which contexts it sends. */
class SubOperationsTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String MR = "1.2.840.10008.5.1.4.1.1.4";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";
    private static final String IMPLICIT = "1.2.840.10008.1.2";
    private static final String RLE = "1.2.840.10008.1.2.5";
    private static final String JPEG_2000 = "1.2.840.10008.1.2.4.90";

    private static Item instance(String sopClass, String syntax) {
        InstanceFacts facts = Fakes.facts("2.25.1", "2.25.3", sopClass, syntax);
        return new StoredItem(
                new StoredInstance(facts, UUID.randomUUID(), "pack", 0, 1, 1, new byte[32], 1),
                instance -> Optional.empty());
    }

    @Test
    void countsAndStatusAreThoseOfTheStandard() {
        Tally all = new Tally(3);
        assertEquals(new SubOperations(3, 0, 0, 0), all.numbers());
        for (int i = 0; i < 3; i++) {
            assertTrue(all.answered(0));
        }
        assertEquals(CommandSet.SUCCESS, all.status(false));
        assertEquals(new SubOperations(-1, 3, 0, 0), all.last(false));
        assertEquals("", all.comment());

        Tally some = new Tally(5);
        assertTrue(some.answered(0));
        assertTrue(some.answered(0xB007));
        assertEquals(false, some.answered(0xA700));
        some.failed(Optional.of("1.2"), "the receiver answered A700");
        some.failed(Optional.empty(), "cannot be read");
        some.failed(Optional.of("1.3"), "the receiver answered A700");
        assertEquals(0xB000, some.status(false));
        assertEquals(new SubOperations(-1, 1, 3, 1), some.last(false));
        assertEquals(List.of("1.2", "1.3"), some.failedUids());
        assertEquals("the receiver answered A700", some.comment());

        Tally none = new Tally(1);
        none.failed(Optional.of("1.2"), "not taken");
        assertEquals(0xA702, none.status(false));
        Tally away = new Tally(900);
        away.failed(900, "the back end is away");
        assertEquals(0xA702, away.status(false), "more than nothing was asked for");
        assertEquals(new SubOperations(-1, 0, 900, 0), away.last(false));
        assertEquals("the back end is away", away.comment());
        Tally other = new Tally(5);
        other.expect(2);
        assertTrue(other.answered(0));
        other.failed(1, "the back end is away");
        assertEquals(0xB000, other.status(false));
        assertEquals(new SubOperations(-1, 1, 1, 0), other.last(false));
        Tally cancelled = new Tally(4);
        assertTrue(cancelled.answered(0));
        assertEquals(CommandSet.CANCELLED, cancelled.status(true));
        assertEquals(new SubOperations(3, 1, 0, 0), cancelled.last(true));
        assertEquals(CommandSet.SUCCESS, new Tally(0).status(false), "nothing matched: nothing failed");
        assertEquals(65_535, new Tally(70_000).numbers().remaining(), "the field holds no more");
    }

    @Test
    void eachStoredSyntaxIsProposedByItselfWithANativeOneToFallBackOn() {
        assertEquals(
                List.of(
                        new ProposedContext(1, CT, List.of(EXPLICIT)),
                        new ProposedContext(3, CT, List.of(RLE)),
                        new ProposedContext(5, CT, List.of(IMPLICIT)),
                        new ProposedContext(7, MR, List.of(JPEG_2000)),
                        new ProposedContext(9, MR, List.of(EXPLICIT, IMPLICIT))),
                Contexts.of(List.of(
                        instance(CT, EXPLICIT), instance(CT, RLE), instance(MR, JPEG_2000), instance(CT, RLE))));
        List<Item> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(instance("1.2.3." + i, RLE));
        }
        assertEquals(128, Contexts.of(many).size());
    }

    private static PresentationContext context(int id, String sopClass, String syntax, boolean accepted) {
        return new PresentationContext(
                id,
                sopClass,
                accepted ? PresentationContext.Result.ACCEPTANCE : PresentationContext.Result.NO_REASON,
                syntax);
    }

    @Test
    void anInstanceGoesAsItIsStoredElseAsItCanBeRewritten() {
        List<PresentationContext> contexts = List.of(
                context(1, CT, EXPLICIT, true),
                context(3, CT, RLE, true),
                context(5, MR, RLE, true),
                context(7, MR, EXPLICIT, false));
        assertEquals(
                3, Contexts.choose(contexts, instance(CT, RLE)).orElseThrow().id());
        assertEquals(
                1,
                Contexts.choose(contexts, instance(CT, IMPLICIT)).orElseThrow().id());
        assertEquals(
                5,
                Contexts.choose(contexts, instance(MR, EXPLICIT)).orElseThrow().id());
        assertEquals(Optional.empty(), Contexts.choose(contexts, instance(CT, JPEG_2000)), "it is not decoded");
        assertEquals(Optional.empty(), Contexts.choose(contexts, instance("1.2.3", EXPLICIT)));
    }

    @Test
    void whatStandsBeforeTheDataSetIsPassedAndTellsTheUid() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        FileMetaInformation.ours(CT, "1.2.3.4.5", EXPLICIT).write(file);
        file.write(new byte[] {8, 0, 5, 0});
        ByteArrayInputStream in = new ByteArrayInputStream(file.toByteArray());
        assertEquals("1.2.3.4.5", Part10Start.pass(in));
        assertEquals(4, in.available());
        byte[] whole = file.toByteArray();
        for (int length : new int[] {0, 100, 140, 150, 200}) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(IOException.class, () -> Part10Start.pass(new ByteArrayInputStream(cut)));
        }
        byte[] long2 = whole.clone();
        long2[142] = 1;
        assertThrows(IOException.class, () -> Part10Start.pass(new ByteArrayInputStream(long2)));
    }
}
