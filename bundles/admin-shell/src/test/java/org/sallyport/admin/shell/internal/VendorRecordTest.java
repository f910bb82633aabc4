package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.admin.shell.internal.VendorRecord.KeptBundle;
import org.sallyport.admin.shell.internal.VendorRecord.KeptRepository;

class VendorRecordTest {

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        VendorRecord record = new VendorRecord(
                List.of(new KeptBundle("file:/media/x y.jar", "com.example", 1_700_000_000_000L, 80, true, "a.jar")),
                List.of(new KeptRepository("mvn:com.example/features/1/xml", "b.xml")),
                List.of("archive/1.0.0"));
        record.write(folder);
        assertEquals(record, VendorRecord.read(folder));
        assertEquals(Set.of("installed.json", "a.jar", "b.xml"), record.files());
    }

    @Test
    void noFileIsAnEmptyRecord() throws IOException {
        assertEquals(VendorRecord.empty(), VendorRecord.read(folder));
    }

    @Test
    void aDamagedFileIsSaidNotTakenAsEmpty() throws IOException {
        Files.writeString(folder.resolve("installed.json"), "{\"bundles\": [{");
        IOException e = assertThrows(IOException.class, () -> VendorRecord.read(folder));
        assertTrue(String.valueOf(e.getMessage()).contains("installed.json is damaged"), e.getMessage());
    }

    @Test
    void theStartsFeaturesAreReadFromTheirList() {
        assertEquals(Set.of("a", "b", "c"), VendorBundles.words("a, (b/1.0,\n c)"));
        assertEquals(Set.of("file:/etc/x.xml"), VendorBundles.words("file:/etc/x.xml"));
        assertEquals(Set.of(), VendorBundles.words(""));
    }
}
