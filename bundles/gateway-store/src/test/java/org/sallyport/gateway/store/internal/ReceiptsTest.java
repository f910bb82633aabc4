package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.store.IndexException;

class ReceiptsTest {

    private static byte[] deflated(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void whatWasNotWrittenByUsIsAnErrorAndNotAGrowingHeap() throws IOException {
        assertEquals(Map.of("2.25.1", "a"), Receipts.decode(deflated("2.25.1\ta\n")));
        byte[] whole = deflated("2.25.1\ta\n".repeat(100));
        for (byte[] damaged : new byte[][] {
            {},
            {1, 2, 3},
            Arrays.copyOf(whole, whole.length - 5),
            deflated("no tab\n"),
            deflated("\tno uid\n"),
            deflated("2.25.1\t" + "x".repeat(DeliveryQueue.MOST_RECEIPT_BYTES))
        }) {
            assertThrows(IndexException.class, () -> Receipts.decode(damaged));
        }
    }
}
