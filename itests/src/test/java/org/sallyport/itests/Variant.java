package org.sallyport.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/**
 * The same images in a form that senders use, with studies and UIDs of its own, converted by dcmtk and gdcm.
 *
 * @param number tells the studies of the variants apart
 * @param negotiated transfer syntax in which images have to arrive
 * @param stored transfer syntax in which they have to be kept
 * @param options of storescu
 * @param converter program and options that make the form; empty = explicit VR little endian as generated
 */
record Variant(
        int number, String name, String negotiated, String stored, List<String> options, List<String> converter) {

    private static final String JPEG_BASELINE = "jpeg-baseline";
    private static final String IMPLICIT_LE = "1.2.840.10008.1.2";
    private static final String EXPLICIT_LE = "1.2.840.10008.1.2.1";
    private static final String DEFLATED = "1.2.840.10008.1.2.1.99";
    private static final String BIG_ENDIAN = "1.2.840.10008.1.2.2";

    private static final String SMALL = "4096";

    static final List<Variant> ALL = List.of(
            of(1, "explicit", EXPLICIT_LE, "-xe", List.of()),
            of(2, "implicit", IMPLICIT_LE, "-xi", List.of("dcmconv", "+ti")),
            new Variant(
                    3,
                    "small-pdus",
                    EXPLICIT_LE,
                    EXPLICIT_LE,
                    List.of("-xe", "--max-pdu", SMALL, "--max-send-pdu", SMALL),
                    List.of()),
            of(4, "jpeg-lossless", "1.2.840.10008.1.2.4.70", "-xs", List.of("dcmcjpeg", "+e1")),
            of(10, JPEG_BASELINE, "1.2.840.10008.1.2.4.50", "-xy", List.of("dcmcjpeg", "+eb")),
            of(5, "jpeg-2000", "1.2.840.10008.1.2.4.90", "-xv", List.of("gdcmconv", "--j2k")),
            of(6, "rle", "1.2.840.10008.1.2.5", "-xr", List.of("dcmcrle")),
            of(7, "deflated", DEFLATED, "-xd", List.of("dcmconv", "+td")),
            of(8, "big-endian", BIG_ENDIAN, "-xb", List.of("dcmconv", "+tb")));

    /** Those of all modalities lie in one folder, to be found there by storescu. */
    static final Variant MIXED = of(9, "mixed", EXPLICIT_LE, "+sd", List.of());

    /** What {@code --max-pdu} and {@code --max-send-pdu} of {@code small-pdus} say, bytes. */
    static final int SMALL_PDU = Integer.parseInt(SMALL);

    private static Variant of(int number, String name, String negotiated, String option, List<String> converter) {
        String stored = negotiated.equals(DEFLATED) || negotiated.equals(BIG_ENDIAN) ? EXPLICIT_LE : negotiated;
        return new Variant(number, name, negotiated, stored, List.of(option), converter);
    }

    boolean hasSmallPdus() {
        return options.contains("--max-send-pdu");
    }

    /** Whether the gateway keeps it in another form than it came in. */
    boolean isConverted() {
        return !stored.equals(negotiated);
    }

    /** Whether its pixels are no more those of the sources. */
    boolean isLossy() {
        return name.equals(JPEG_BASELINE);
    }

    /**
     * @param sent the files as they are sent
     * @param sources the files that they were made from, explicit VR little endian
     */
    record Made(Variant variant, SyntheticStudy study, List<Path> sent, List<Path> sources) {

        /** What the original has to be compared with: compressed pixel data as sent, all else as it was before dcmtk turned it around. */
        List<Path> expected() {
            return variant.isConverted() ? sources : sent;
        }
    }

    Made make(Modality modality, Path folder, int images) throws IOException, InterruptedException {
        // Of each modality even ones too, which have names in Cyrillic.
        int own = number * 101 + 10 * Arrays.asList(Modality.values()).indexOf(modality);
        SyntheticStudy study = new SyntheticStudy(new Patient(own), modality, own, 1, images, 64, 64);
        List<Path> sources = study.writeTo(folder.resolve(name + "-source"));
        if (converter.isEmpty()) {
            return new Made(this, study, sources, sources);
        }
        Path sentFolder = Files.createDirectories(folder.resolve(name + "-sent"));
        List<Path> sent = new ArrayList<>();
        for (Path source : sources) {
            Path target = sentFolder.resolve(source.getFileName());
            List<String> command = new ArrayList<>(converter);
            if (converter.get(0).equals("dcmcjpeg") || converter.get(0).equals("dcmcrle")) {
                // Else dcmtk gives the compressed image a UID of its own.
                command.add("+un");
            }
            command.add(source.toString());
            command.add(target.toString());
            Command.run(command).ok();
            sent.add(target);
        }
        return new Made(this, study, sent, sources);
    }
}
