package org.sallyport.gateway.scp.internal.catalog;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.scp.internal.query.Attributes;
import org.sallyport.gateway.scp.internal.query.Keys;
import org.sallyport.gateway.scp.internal.query.View;

/**
 * What queries ask of a study, in both views: values of patient and study, and counts. Holds identity: its bytes are written sealed only. Immutable,
 * thread-safe; values are read from the bytes each time.
 */
public final class StudySheet {

    private static final int VERSION = 1;
    private static final int ORIGINAL = 1;
    private static final int TREATED = 2;

    /** Bytes; a value that would make it longer is left out, and is then matched by nothing. */
    private static final int LONGEST = 12_000;

    private static final int LONGEST_VALUE = 1_024;
    private static final String SEPARATOR = "\\";
    private static final int PATIENT_KEYS = 64;

    private final byte[] bytes;

    private StudySheet(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Counts, of what is not deleted.
     *
     * @param here instances whose images are here
     */
    public record Counts(int series, int instances, int here, Set<String> modalities, Set<String> sopClasses) {

        public Counts {
            modalities = Set.copyOf(modalities);
            sopClasses = Set.copyOf(sopClasses);
        }
    }

    /** Reads a sheet that {@link #bytes} gave. @throws IOException if it is of a version that is not known */
    static StudySheet of(byte[] bytes) throws IOException {
        if (bytes.length == 0 || bytes[0] != VERSION) {
            throw new IOException("a sheet of a version that this program does not know");
        }
        return new StudySheet(bytes);
    }

    /** From memory, where it was put as it is. */
    static StudySheet kept(byte[] bytes) {
        return new StudySheet(bytes);
    }

    static StudySheet of(
            String studyInstanceUid, String pseudonym, Counts counts, Attributes originals, Attributes treated) {
        ByteArrayOutputStream out = start(studyInstanceUid, pseudonym, counts);
        for (int i = 0; i < Keys.OF_PATIENTS.size(); i++) {
            field(out, i, Keys.OF_PATIENTS.get(i), originals, treated);
        }
        for (int i = 0; i < Keys.OF_STUDIES.size(); i++) {
            field(out, PATIENT_KEYS + i, Keys.OF_STUDIES.get(i), originals, treated);
        }
        return new StudySheet(out.toByteArray());
    }

    private static ByteArrayOutputStream start(String studyInstanceUid, String pseudonym, Counts counts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        out.write(VERSION);
        SheetCode.text(out, studyInstanceUid);
        SheetCode.text(out, pseudonym);
        SheetCode.number(out, counts.series());
        SheetCode.number(out, counts.instances());
        SheetCode.number(out, counts.here());
        SheetCode.text(out, joined(counts.modalities()));
        SheetCode.text(out, joined(counts.sopClasses()));
        return out;
    }

    private static String joined(Set<String> values) {
        String all = String.join(SEPARATOR, values.stream().sorted().toList());
        return all.length() <= LONGEST_VALUE ? all : all.substring(0, all.lastIndexOf(SEPARATOR, LONGEST_VALUE));
    }

    private static void field(
            ByteArrayOutputStream out, int number, int tag, Attributes originals, Attributes treated) {
        byte[] own = encoded(tag, originals);
        byte[] other = encoded(tag, treated);
        if (Arrays.equals(own, other)) {
            put(out, number, ORIGINAL | TREATED, own);
        } else {
            put(out, number, ORIGINAL, own);
            // Name, id and UID of this view are told by the sheet itself.
            if (tag != Tag.PatientName && tag != Tag.PatientID && tag != Tag.StudyInstanceUID) {
                put(out, number, TREATED, other);
            }
        }
    }

    private static void put(ByteArrayOutputStream out, int number, int views, byte[] value) {
        if (value.length > 0 && out.size() + value.length + 2 <= LONGEST) {
            out.write(number);
            out.write(views);
            out.writeBytes(value);
        }
    }

    private static byte[] encoded(int tag, Attributes attributes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(32);
        if (Dictionary.vrOf(tag) == VR.SQ) {
            List<DataSet> items = attributes.items(tag);
            byte[] encoded = items.isEmpty() ? new byte[0] : encoded(tag, items);
            if (encoded.length > 0 && encoded.length <= LONGEST_VALUE) {
                SheetCode.raw(out, encoded);
            }
        } else {
            String value = String.join(SEPARATOR, attributes.strings(tag));
            if (!value.isBlank() && value.length() <= LONGEST_VALUE) {
                SheetCode.text(out, value);
            }
        }
        return out.toByteArray();
    }

    private static byte[] encoded(int tag, List<DataSet> items) {
        DataSet whole = new DataSet();
        whole.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        whole.setItems(tag, items.stream().map(StudySheet::inUtf8).toArray(DataSet[]::new));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataSetWriter writer = new DataSetWriter(bytes, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
            writer.write(whole);
            writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException("writing into memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** Text and nested text only. */
    public static DataSet inUtf8(DataSet item) {
        DataSet copy = new DataSet();
        copy.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        item.elements().forEach(element -> {
            if (element.vr() == VR.SQ) {
                copy.setItems(
                        element.tag(),
                        element.items().stream().map(StudySheet::inUtf8).toArray(DataSet[]::new));
            } else if (element.vr().isText() && element.tag() != Tag.SpecificCharacterSet) {
                copy.setString(
                        element.tag(), element.vr(), item.strings(element.tag()).toArray(String[]::new));
            }
        });
        return copy;
    }

    /** Whether sheets tell of an attribute. */
    public static boolean isKept(int tag) {
        return Keys.OF_PATIENTS.contains(tag)
                || Keys.OF_STUDIES.contains(tag)
                || tag == Tag.ModalitiesInStudy
                || tag == Tag.SOPClassesInStudy;
    }

    /** The same values with other counts. */
    StudySheet with(Counts counts) {
        ByteArrayOutputStream out = start(studyInstanceUid(), pseudonym(), counts);
        SheetCode.Reader in = fields();
        out.write(bytes, in.position(), bytes.length - in.position());
        return new StudySheet(out.toByteArray());
    }

    /** The same values, with the series of another sheet of the study counted too. */
    StudySheet together(StudySheet other) {
        Set<String> modalities = new TreeSet<>(modalities());
        modalities.addAll(other.modalities());
        Set<String> classes = new TreeSet<>(sopClasses());
        classes.addAll(other.sopClasses());
        return with(new Counts(
                series() + other.series(),
                instances() + other.instances(),
                here() + other.here(),
                modalities,
                classes));
    }

    byte[] bytes() {
        return bytes;
    }

    private SheetCode.Reader reader() {
        return new SheetCode.Reader(bytes, 1);
    }

    /** Pseudonymous. */
    public String studyInstanceUid() {
        return reader().text();
    }

    /** The patient's, as this study carries it. */
    public String pseudonym() {
        SheetCode.Reader in = reader();
        in.skip();
        return in.text();
    }

    private SheetCode.Reader counts() {
        SheetCode.Reader in = reader();
        in.skip();
        in.skip();
        return in;
    }

    public int series() {
        return counts().number();
    }

    /** Not deleted. */
    public int instances() {
        SheetCode.Reader in = counts();
        in.number();
        return in.number();
    }

    /** Whether images of all of them are here. */
    public boolean isAllHere() {
        return here() == instances();
    }

    private int here() {
        SheetCode.Reader in = counts();
        in.number();
        in.number();
        return in.number();
    }

    /**
     * Whether who sees this view is told of the study: one that only the back end holds, and of which nothing original is known, is none for who sees
     * originals.
     */
    public boolean isShownIn(View view) {
        return view == View.PSEUDONYMOUS
                || !isRemote()
                || !strings(View.ORIGINAL, Tag.StudyInstanceUID).isEmpty();
    }

    /** Of what is not in the index it is not known which SOP classes it is of. */
    private boolean isRemote() {
        return here() == 0 && sopClasses().isEmpty();
    }

    public List<String> modalities() {
        SheetCode.Reader in = behindCounts();
        return split(in.text());
    }

    public List<String> sopClasses() {
        SheetCode.Reader in = behindCounts();
        in.skip();
        return split(in.text());
    }

    private SheetCode.Reader behindCounts() {
        SheetCode.Reader in = counts();
        in.number();
        in.number();
        in.number();
        return in;
    }

    private SheetCode.Reader fields() {
        SheetCode.Reader in = behindCounts();
        in.skip();
        in.skip();
        return in;
    }

    /** Patient, study, and what is counted but for numbers. */
    public Attributes attributes(View view) {
        return new Attributes() {
            @Override
            public List<String> strings(int tag) {
                return StudySheet.this.strings(view, tag);
            }

            @Override
            public List<DataSet> items(int tag) {
                return StudySheet.this.items(view, tag);
            }
        };
    }

    private List<String> strings(View view, int tag) {
        if (tag == Tag.ModalitiesInStudy) {
            return modalities();
        }
        if (tag == Tag.SOPClassesInStudy) {
            return sopClasses();
        }
        if (view == View.PSEUDONYMOUS) {
            if (tag == Tag.StudyInstanceUID) {
                return List.of(studyInstanceUid());
            }
            if (tag == Tag.PatientName || tag == Tag.PatientID) {
                return List.of(pseudonym());
            }
        }
        SheetCode.Reader in = find(view, tag);
        return in == null ? List.of() : split(in.text());
    }

    private static List<String> split(String text) {
        return text.isEmpty() ? List.of() : text.indexOf('\\') < 0 ? List.of(text) : List.of(text.split("\\\\", -1));
    }

    private List<DataSet> items(View view, int tag) {
        SheetCode.Reader in = find(view, tag);
        if (in == null) {
            return List.of();
        }
        try {
            return DataSetReader.readAll(
                            new ByteArrayInputStream(in.raw()),
                            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                            Limits.DEFAULT)
                    .items(tag);
        } catch (IOException e) {
            throw new UncheckedIOException("a sheet holds a sequence that cannot be read", e);
        }
    }

    /** Stands at the value; null = there is none. */
    private SheetCode.@org.jspecify.annotations.Nullable Reader find(View view, int tag) {
        int number = Keys.OF_PATIENTS.indexOf(tag);
        if (number < 0) {
            int ofStudies = Keys.OF_STUDIES.indexOf(tag);
            if (ofStudies < 0) {
                return null;
            }
            number = PATIENT_KEYS + ofStudies;
        }
        int wanted = view == View.ORIGINAL ? ORIGINAL : TREATED;
        SheetCode.Reader in = fields();
        while (in.hasMore()) {
            int field = in.next();
            int views = in.next();
            if (field == number && (views & wanted) != 0) {
                return in;
            }
            in.skip();
        }
        return null;
    }

    @Override
    public String toString() {
        return "StudySheet[" + studyInstanceUid() + "]";
    }
}
