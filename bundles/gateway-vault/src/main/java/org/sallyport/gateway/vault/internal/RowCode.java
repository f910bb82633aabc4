package org.sallyport.gateway.vault.internal;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.vault.internal.Assignments.Patient;
import org.sallyport.gateway.vault.internal.Row.ForeignKey.Kind;

/** How rows lie in the journal: a byte that tells the kind, then numbers with the most significant byte first, texts and keys behind their length. Pure. */
final class RowCode {

    static final byte PATIENT = 1;
    static final byte STUDY = 2;
    static final byte PATIENT_WITH_ID = 3;
    private static final byte PSEUDONYM = 4;
    static final byte LINK = 5;
    private static final byte STUDY_WITH_PSEUDONYM = 6;
    static final byte SEVERAL = 7;
    private static final byte GENERATION = 8;
    private static final byte MERGE = 9;
    static final byte ERASED_PATIENT = 10;
    private static final byte ERASE = 11;
    private static final byte FOREIGN_GENERATION = 12;
    private static final byte FOREIGN_LOOKUP = 13;

    static final int DIGEST = 32;
    static final int SHORT_DIGEST = 16;
    /** Of a study under its patient's present pseudonym. */
    static final int STUDY_LENGTH = 1 + SHORT_DIGEST + 12;
    /** With an empty name and key. */
    static final int SHORTEST_PATIENT = 1 + DIGEST + SHORT_DIGEST + 12 + 2;

    private RowCode() {}

    static boolean isType(byte type) {
        return type >= PATIENT && type <= FOREIGN_LOOKUP;
    }

    // ---- writing

    static byte[] encode(Row row) {
        if (row instanceof Row.NewPatient one) {
            return patient(one);
        }
        if (row instanceof Row.NewStudy one) {
            return study(one);
        }
        if (row instanceof Row.Name one) {
            byte[] name = ascii(one.pseudonym());
            return ByteBuffer.allocate(1 + 4 + 2 + name.length)
                    .put(PSEUDONYM)
                    .putInt(one.patient())
                    .put((byte) (one.isPresent() ? 1 : 0))
                    .put((byte) name.length)
                    .put(name)
                    .array();
        }
        if (row instanceof Row.Link one) {
            return ByteBuffer.allocate(1 + DIGEST + SHORT_DIGEST + 4)
                    .put(LINK)
                    .put(one.lookup())
                    .put(one.idLookup(), 0, SHORT_DIGEST)
                    .putInt(one.patient())
                    .array();
        }
        if (row instanceof Row.Several all) {
            return several(all.rows().stream().map(RowCode::encode).toList());
        }
        if (row instanceof Row.NewGeneration one) {
            return ByteBuffer.allocate(1 + 4)
                    .put(GENERATION)
                    .putInt(one.generation())
                    .array();
        }
        if (row instanceof Row.Merge one) {
            return ByteBuffer.allocate(1 + 8 + 4 + 4)
                    .put(MERGE)
                    .putLong(one.change().at().toEpochMilli())
                    .putInt(one.change().from())
                    .putInt(one.change().into())
                    .array();
        }
        if (row instanceof Row.Erase one) {
            return ByteBuffer.allocate(1 + 8 + 4)
                    .put(ERASE)
                    .putLong(one.at().toEpochMilli())
                    .putInt(one.patient())
                    .array();
        }
        if (row instanceof Row.ForeignKey one) {
            return ByteBuffer.allocate(1 + 4 + 1 + one.wrapped().length)
                    .put(one.kind() == Kind.GENERATION ? FOREIGN_GENERATION : FOREIGN_LOOKUP)
                    .putInt(one.number())
                    .put((byte) one.wrapped().length)
                    .put(one.wrapped())
                    .array();
        }
        throw new IllegalArgumentException("only erasing makes such a row");
    }

    private static byte[] patient(Row.NewPatient row) {
        Patient patient = row.patient();
        byte[] name = ascii(patient.pseudonym());
        byte[] idLookup = row.idLookup() == null ? new byte[SHORT_DIGEST] : row.idLookup();
        return ByteBuffer.allocate(SHORTEST_PATIENT + name.length + patient.wrappedKey().length)
                .put(PATIENT_WITH_ID)
                .put(row.lookup())
                .put(idLookup, 0, SHORT_DIGEST)
                .putInt(patient.number())
                .putInt(patient.generation())
                .putInt(patient.shiftDays())
                .put((byte) name.length)
                .put(name)
                .put((byte) patient.wrappedKey().length)
                .put(patient.wrappedKey())
                .array();
    }

    private static byte[] study(Row.NewStudy row) {
        String pseudonym = row.pseudonym();
        byte[] name = pseudonym == null ? new byte[0] : ascii(pseudonym);
        ByteBuffer out = ByteBuffer.allocate(STUDY_LENGTH + (pseudonym == null ? 0 : 2 + name.length))
                .put(pseudonym == null ? STUDY : STUDY_WITH_PSEUDONYM)
                .putLong(row.uid().getMostSignificantBits())
                .putLong(row.uid().getLeastSignificantBits())
                .putInt(row.patient())
                .putInt(row.generation())
                .putInt(row.shiftDays());
        if (pseudonym != null) {
            out.put((byte) (row.keepsUids() ? 1 : 0)).put((byte) name.length).put(name);
        }
        return out.array();
    }

    /** Several rows that count together or not at all. */
    static byte[] several(List<byte[]> rows) {
        int length = 1;
        for (byte[] row : rows) {
            length += 2 + row.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length).put(SEVERAL);
        for (byte[] row : rows) {
            all.putShort((short) row.length).put(row);
        }
        return all.array();
    }

    // ---- reading

    static Row decode(ByteBuffer in) throws VaultException {
        try {
            return decode(in.get(), in);
        } catch (BufferUnderflowException e) {
            throw new VaultException("the vault journal has a record that is too short", e);
        }
    }

    private static Row decode(byte type, ByteBuffer in) throws VaultException {
        return switch (type) {
            case PATIENT -> new Row.NewPatient(bytes(in, DIGEST), null, patient(in));
            case PATIENT_WITH_ID -> new Row.NewPatient(bytes(in, DIGEST), bytes(in, SHORT_DIGEST), patient(in));
            case STUDY -> new Row.NewStudy(uuid(in), in.getInt(), in.getInt(), in.getInt(), null, false);
            case STUDY_WITH_PSEUDONYM -> {
                UUID uid = uuid(in);
                int patient = in.getInt();
                int generation = in.getInt();
                int shift = in.getInt();
                boolean keepsUids = in.get() == 1;
                yield new Row.NewStudy(uid, patient, generation, shift, name(in), keepsUids);
            }
            case PSEUDONYM -> {
                int patient = in.getInt();
                boolean isPresent = in.get() == 1;
                yield new Row.Name(patient, name(in), isPresent);
            }
            case LINK -> new Row.Link(bytes(in, DIGEST), bytes(in, SHORT_DIGEST), in.getInt());
            case SEVERAL -> {
                List<Row> rows = new ArrayList<>();
                while (in.hasRemaining()) {
                    rows.add(decode(ByteBuffer.wrap(bytes(in, in.getShort() & 0xFFFF))));
                }
                yield new Row.Several(rows);
            }
            case GENERATION -> new Row.NewGeneration(in.getInt());
            case MERGE -> {
                Instant at = Instant.ofEpochMilli(in.getLong());
                int from = in.getInt();
                yield new Row.Merge(new Merges.Change(at, from, in.getInt()));
            }
            case ERASED_PATIENT -> {
                int number = in.getInt();
                int generation = in.getInt();
                int shift = in.getInt();
                yield new Row.ErasedPatient(new Patient(number, name(in), generation, shift, new byte[0]));
            }
            case ERASE -> {
                Instant at = Instant.ofEpochMilli(in.getLong());
                yield new Row.Erase(in.getInt(), at);
            }
            case FOREIGN_GENERATION -> foreignKey(Kind.GENERATION, in);
            case FOREIGN_LOOKUP -> foreignKey(Kind.LOOKUP, in);
            default ->
                throw new VaultException("the vault journal has a record of type " + type
                        + ", which this version does not know: it was written by a newer one");
        };
    }

    private static Row foreignKey(Kind kind, ByteBuffer in) {
        int number = in.getInt();
        return new Row.ForeignKey(kind, number, bytes(in, in.get() & 0xFF));
    }

    private static Patient patient(ByteBuffer in) {
        int number = in.getInt();
        int generation = in.getInt();
        int shift = in.getInt();
        return new Patient(number, name(in), generation, shift, bytes(in, in.get() & 0xFF));
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    private static String name(ByteBuffer in) {
        return new String(bytes(in, in.get() & 0xFF), StandardCharsets.US_ASCII);
    }

    private static UUID uuid(ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
