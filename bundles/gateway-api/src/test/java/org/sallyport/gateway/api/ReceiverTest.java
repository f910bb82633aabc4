package org.sallyport.gateway.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReceiverTest {

    @Test
    void aReceiverComesBackFromItsText() {
        for (Receiver receiver : List.of(
                Receiver.dicom("PACS", "10.1.2.3", 104),
                Receiver.dicom("A B@:/%ä", "pacs.example.org", 11112),
                Receiver.dicom("X", "fd00::1", 1),
                Receiver.of(URI.create("https://10.1.2.3/dicom-web")),
                Receiver.of(URI.create("HTTP://[::1]:8042")))) {
            assertEquals(receiver, Receiver.parse(receiver.toString()), receiver.toString());
        }
        assertEquals(
                "dicom://MY%20PACS@10.1.2.3:104",
                Receiver.dicom("MY PACS", "10.1.2.3", 104).toString());
        assertEquals(443, Receiver.parse("https://10.1.2.3/x").port());
        assertTrue(Receiver.parse("dicom://A@h:1").isDicom());
        assertFalse(Receiver.parse("http://h").isDicom());
    }

    @Test
    void whatIsNoneIsNamed() {
        for (String text : List.of(
                "",
                "PACS",
                "dicom://10.1.2.3:104",
                "dicom://A@10.1.2.3",
                "dicom://A@:104",
                "dicom://A@h:70000",
                "dicom://SEVENTEEN-LETTERS@h:1",
                "ftp://h",
                "https://",
                "https://user@h",
                "file:/tmp")) {
            assertThrows(IllegalArgumentException.class, () -> Receiver.parse(text), text);
        }
    }
}
