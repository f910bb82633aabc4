package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.QueryRetrieve;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** A multi-frame object of 2 GiB passes in a heap of 256 MiB, through to the ZIP, and back to who may see originals. */
@Tag("peers")
class LargeObjectIT {

    private static final String ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1";
    private static final String STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3";
    private static final int FRAMES = 4096;
    private static final long PIXELS = FRAMES * 512L * 512 * 2;

    @TempDir
    Path folder;

    @Test
    void passesThroughASmallHeap() throws Exception {
        Path file = folder.resolve("large.dcm");
        long crc = write(file);
        Files.writeString(
                Files.createDirectories(folder.resolve("data/etc")).resolve("org.sallyport.node-viewer.cfg"),
                "aet = VIEWER\naddress = 127.0.0.1\nport = 104\npermission = read\nidentity = original\n");
        try (Appliance appliance = new Appliance(folder.resolve("data"))
                .with("SALLYPORT_HEAP", "256m")
                .with("SALLYPORT_JAVA_OPTIONS", "")) {
            appliance.start();
            assertEquals("-Xmx256m", appliance.heapOption());
            appliance.send(List.of(), List.of(file));
            Files.delete(file);
            appliance.await("the archive", Duration.ofMinutes(15), () -> !appliance
                    .archives()
                    .isEmpty());
            Path archive = appliance.archives().get(0);
            assertTrue(Files.size(archive) > PIXELS);
            assertEquals(crc, pixelCrc(archive), "CRC-32 of the pixel data");
            assertEquals(crc, fetchedCrc(appliance), "CRC-32 of the pixel data that came back by C-GET");
        }
    }

    private static long fetchedCrc(Appliance appliance) throws IOException {
        String explicit = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid();
        DataSet keys = new DataSet();
        keys.setString(org.sallyport.dicom.data.Tag.QueryRetrieveLevel, "STUDY");
        keys.setString(
                org.sallyport.dicom.data.Tag.StudyInstanceUID,
                String.valueOf(image().string(org.sallyport.dicom.data.Tag.StudyInstanceUID)));
        List<Long> sums = new ArrayList<>();
        try (Association association = AssociationRequester.open(
                "127.0.0.1",
                appliance.dicomPort(),
                "DICOMRCV",
                "VIEWER",
                List.of(
                        new ProposedContext(1, STUDY_GET, List.of(explicit)),
                        new ProposedContext(3, ENHANCED_CT, List.of(explicit))),
                AssociationRequester.Options.DEFAULT.withRoles(QueryRetrieve.asProviderOf(List.of(ENHANCED_CT))))) {
            QueryRetrieve.Outcome outcome = new QueryRetrieve(association)
                    .get(
                            STUDY_GET,
                            keys,
                            () -> false,
                            stored -> {
                                sums.add(pixelCrc(
                                        new DataSetReader(
                                                stored.dataSet(),
                                                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                                                Limits.DEFAULT,
                                                BulkStore.REFUSE),
                                        true));
                                return 0;
                            },
                            numbers -> {});
            assertEquals(0, outcome.status(), outcome.comment());
            association.release();
        }
        assertEquals(1, sums.size());
        return sums.get(0);
    }

    private static DataSet image() {
        return new SyntheticStudy(new Patient(5), Modality.CT, 5, 1, 1, 8, 8).image(1, 1);
    }

    /** @return CRC-32 of the pixel data */
    private static long write(Path file) throws IOException {
        DataSet d = image();
        d.setString(org.sallyport.dicom.data.Tag.SOPClassUID, ENHANCED_CT);
        d.setInt(org.sallyport.dicom.data.Tag.NumberOfFrames, FRAMES);
        d.setInt(org.sallyport.dicom.data.Tag.Rows, 512);
        d.setInt(org.sallyport.dicom.data.Tag.Columns, 512);
        d.remove(org.sallyport.dicom.data.Tag.PixelData);
        String sop = String.valueOf(d.string(org.sallyport.dicom.data.Tag.SOPInstanceUID));
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            FileMetaInformation.ours(ENHANCED_CT, sop, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid())
                    .write(out);
            DataSetWriter writer = new DataSetWriter(out, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
            writer.write(d);
            CheckedInputStream pixels = new CheckedInputStream(new Pixels(), new CRC32());
            writer.stream(org.sallyport.dicom.data.Tag.PixelData, VR.OW, PIXELS, pixels);
            writer.finish();
            return pixels.getChecksum().getValue();
        }
    }

    private static long pixelCrc(Path archive) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            ZipEntry entry = zip.entries().nextElement();
            try (InputStream in = zip.getInputStream(entry)) {
                return pixelCrc(
                        Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE).dataSet(), false);
            }
        }
    }

    /** @param isOriginal whether it has to have the name of the patient */
    private static long pixelCrc(DataSetReader reader, boolean isOriginal) throws IOException {
        DataSet attributes = new DataSet();
        while (reader.next() != DataSetReader.Event.STREAM) {
            attributes.put(reader.element());
        }
        assertEquals(
                isOriginal,
                new Patient(5).name().equals(attributes.string(org.sallyport.dicom.data.Tag.PatientName)),
                "whether it has the patient's name");
        assertEquals(PIXELS, reader.length());
        CheckedInputStream pixels = new CheckedInputStream(reader.stream(), new CRC32());
        pixels.transferTo(OutputStream.nullOutputStream());
        return pixels.getChecksum().getValue();
    }

    /** Frames that differ from each other. */
    private static final class Pixels extends InputStream {

        private long at;

        @Override
        public int read() {
            return at >= PIXELS ? -1 : (int) ((at * 31 + at++ / 524_288) & 0x7F);
        }

        @Override
        public int read(byte[] to, int offset, int length) {
            if (at >= PIXELS) {
                return -1;
            }
            int n = (int) Math.min(length, PIXELS - at);
            for (int i = 0; i < n; i++) {
                to[offset + i] = (byte) ((at * 31 + at / 524_288) & 0x7F);
                at++;
            }
            return n;
        }
    }
}
