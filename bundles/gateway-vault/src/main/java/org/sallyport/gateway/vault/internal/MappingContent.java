package org.sallyport.gateway.vault.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.vault.internal.Assignments.Patient;

/** What a file of mappings tells, but for its sheets, of which only the ids are kept. Holds identity, in memory only. Not changed once it is read. */
final class MappingContent {

    /** As many as a file can mean; a file with more is none of ours. */
    private static final int MOST_KEYS = 2 * Assignments.MOST_FOREIGN_KEYS;

    private static final int MOST_IDS = 50;
    private static final int MOST_SHEETS = 5_000_000;

    /** Patient ID and issuer as images told them. */
    record Id(String issuer, String id) {

        @Override
        public String toString() {
            return "Id[sealed]";
        }
    }

    /** A patient of the other vault, by its number there. */
    static final class Foreign {

        final Patient patient;
        /** Digests of issuer and id and of the id, the first one as the patient was first seen. */
        final List<Row.Link> links = new ArrayList<>();
        /** With the present one. */
        final Set<String> names = new HashSet<>();

        final Set<Id> ids = new HashSet<>();

        Foreign(Patient patient) {
            this.patient = patient;
        }

        boolean hasLookup(byte[] digest) {
            return links.stream().anyMatch(link -> Arrays.equals(link.lookup(), digest));
        }

        boolean hasIdLookup(byte[] digest) {
            byte[] start = Arrays.copyOf(digest, RowCode.SHORT_DIGEST);
            return links.stream().anyMatch(link -> Arrays.equals(link.idLookup(), start));
        }
    }

    final List<byte[]> lookupKeys = new ArrayList<>();
    final Map<Integer, byte[]> generationKeys = new HashMap<>();
    final Map<Integer, Foreign> patients = new LinkedHashMap<>();
    final List<Row.NewStudy> studies = new ArrayList<>();
    final List<Merges.Change> merges = new ArrayList<>();
    private final Map<String, Foreign> byName = new HashMap<>();
    private int rows;
    private int sheets;
    private boolean begun;

    private MappingContent() {}

    /** @throws IOException if it is not whole, or anything in it is not as it has to be */
    static MappingContent read(InputStream from) throws IOException {
        MappingContent content = new MappingContent();
        MappingLines.read(from, content::take);
        if (!content.begun) {
            throw new IOException("it holds no mappings");
        }
        return content;
    }

    private void take(JsonNode line) throws IOException {
        String kind = line.path("kind").asText();
        if (!begun) {
            if (!kind.equals("mappings")) {
                throw new IOException("it holds no mappings");
            }
            if (line.path("version").asInt() != MappingCode.VERSION) {
                throw new IOException("its format is not the one of this version (" + MappingCode.VERSION
                        + "): take it over with a newer one");
            }
            begun = true;
            return;
        }
        switch (kind) {
            case "lookup" -> lookupKeys.add(MappingCode.bytes(line, "key", RowCode.DIGEST));
            case "generation" ->
                generationKeys.put(
                        MappingCode.generation(line), MappingCode.bytes(line, "keys", Generations.KEY_BYTES));
            case "originals" -> take(MappingCode.sheet(line));
            default -> {
                Row row = MappingCode.row(line);
                if (row == null) {
                    throw new IOException("it holds a line of a kind that this version does not know");
                }
                take(row);
            }
        }
        if (lookupKeys.size() > MOST_KEYS || generationKeys.size() > MOST_KEYS) {
            throw new IOException("it holds more than " + MOST_KEYS + " keys");
        }
    }

    private void take(Row row) throws IOException {
        rows++;
        if (rows > MappingWriter.MOST_ROWS) {
            throw new IOException("it holds more than " + MappingWriter.MOST_ROWS + " rows");
        }
        if (row instanceof Row.NewPatient one) {
            Foreign foreign = new Foreign(one.patient());
            requireGeneration(one.patient().generation());
            if (patients.put(one.patient().number(), foreign) != null) {
                throw MappingCode.bad("patient");
            }
            foreign.links.add(new Row.Link(
                    one.lookup(),
                    one.idLookup() == null ? new byte[RowCode.SHORT_DIGEST] : one.idLookup(),
                    one.patient().number()));
            addName(foreign, one.patient().pseudonym());
        } else if (row instanceof Row.Name one) {
            addName(patient(one.patient()), one.pseudonym());
        } else if (row instanceof Row.Link one) {
            patient(one.patient()).links.add(one);
        } else if (row instanceof Row.NewStudy one) {
            requireGeneration(one.generation());
            patient(one.patient());
            studies.add(one);
        } else if (row instanceof Row.Merge one) {
            patient(one.change().from());
            patient(one.change().into());
            merges.add(one.change());
        }
    }

    private void requireGeneration(int generation) throws IOException {
        if (!generationKeys.containsKey(generation)) {
            throw MappingCode.bad("generation");
        }
    }

    private Foreign patient(int number) throws IOException {
        Foreign foreign = patients.get(number);
        if (foreign == null) {
            throw MappingCode.bad("patient");
        }
        return foreign;
    }

    private void addName(Foreign foreign, String name) throws IOException {
        Foreign other = byName.put(name, foreign);
        if (other != null && other != foreign) {
            throw MappingCode.bad("pseudonym");
        }
        foreign.names.add(name);
    }

    private void take(Sheet sheet) throws IOException {
        sheets++;
        if (sheets > MOST_SHEETS) {
            throw new IOException("it holds more than " + MOST_SHEETS + " sheets of originals");
        }
        Foreign foreign = called(sheet.pseudonym());
        if (foreign == null) {
            throw MappingCode.bad("pseudonym");
        }
        String id = sheet.values().getOrDefault("PatientID", "").strip();
        if (!PatientLookup.isNoId(id) && foreign.ids.size() < MOST_IDS) {
            foreign.ids.add(
                    new Id(sheet.values().getOrDefault("IssuerOfPatientID", "").strip(), id));
        }
    }

    @Nullable
    Foreign called(String pseudonym) {
        return byName.get(pseudonym);
    }
}
