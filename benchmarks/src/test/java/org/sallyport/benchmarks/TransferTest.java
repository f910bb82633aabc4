package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TransferTest {

    private static final List<Image> TEN = IntStream.range(0, 10)
            .mapToObj(i -> new Image(Path.of("image" + i), 1, "1.2", "1.2." + i))
            .toList();
    private static final Receiver NOBODY =
            new Receiver(new Child(new EndedProcess(), Path.of("/dev/null")), "NOBODY", 1);

    private interface Sending {
        int send(List<Image> images) throws IOException;
    }

    private static void transfer(Sending sending, int associations) throws IOException, InterruptedException {
        Sender sender = new Sender() {
            @Override
            public String name() {
                return "fake";
            }

            @Override
            public boolean usesNagle() {
                return false;
            }

            @Override
            public int send(Receiver receiver, List<Image> images) throws IOException {
                return sending.send(images);
            }
        };
        Transfer.run(sender, NOBODY, TEN, associations);
    }

    @Test
    void partsAreConsecutiveAndOfAboutEqualSize() {
        assertEquals(
                List.of(List.of(1, 2), List.of(3, 4, 5), List.of(6, 7), List.of(8, 9, 10)),
                Transfer.split(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 4));
    }

    @Test
    void oneAssociationGetsAll() {
        assertEquals(List.of(List.of(1, 2, 3)), Transfer.split(List.of(1, 2, 3), 1));
    }

    @Test
    void aTransferIsGoodIfEveryImageWasAccepted() {
        assertDoesNotThrow(() -> transfer(List::size, 4));
    }

    @Test
    void aSingleImageThatWasNotAcceptedFailsTheTransfer() {
        IOException e = assertThrows(
                IOException.class,
                () -> transfer(images -> images.contains(TEN.get(9)) ? images.size() - 1 : images.size(), 4));
        assertEquals("9 of 10 images were accepted", e.getMessage());
    }

    @Test
    void aSenderThatFailsFailsTheTransferWithItsReason() {
        IOException e = assertThrows(
                IOException.class,
                () -> transfer(
                        images -> {
                            throw new IOException("rejected");
                        },
                        2));
        assertTrue(String.valueOf(e.getMessage()).contains("rejected"), e.getMessage());
    }
}
