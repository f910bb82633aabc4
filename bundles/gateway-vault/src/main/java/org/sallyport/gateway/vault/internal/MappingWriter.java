package org.sallyport.gateway.vault.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.sallyport.dicom.data.Uids;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.IdentityVault.Opening;
import org.sallyport.gateway.api.vault.MappingImport.Report;
import org.sallyport.gateway.api.vault.StudyOriginals;
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.vault.internal.Assignments.Patient;
import org.sallyport.gateway.vault.internal.Assignments.Study;
import org.sallyport.gateway.vault.internal.Row.ForeignKey.Kind;

/**
 * Writes the lines of one export: keys, the journal's rows of the chosen patients, and what is known of originals. While the rows are written nothing is assigned;
 * while originals are read everything is. Owned by one thread.
 */
final class MappingWriter {

    /** An import holds them in memory. */
    static final int MOST_ROWS = 500_000;

    private final JournalPseudonymizer vault;
    private final VaultKeys keys;
    private final EarlierProxy earlier;
    private final StudyOriginals originals;
    private final MappingLines.Writer out;

    private final Set<Integer> chosen = new HashSet<>();
    /** Pseudonyms of the chosen. */
    private final Set<String> names = new TreeSet<>();

    private final List<String> studies = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();
    private final List<String> shortened = new ArrayList<>();
    private int rows;
    private int patients;
    private int sheets;

    MappingWriter(
            JournalPseudonymizer vault,
            VaultKeys keys,
            EarlierProxy earlier,
            StudyOriginals originals,
            MappingLines.Writer out) {
        this.vault = vault;
        this.keys = keys;
        this.earlier = earlier;
        this.originals = originals;
        this.out = out;
    }

    /** @param pseudonyms empty = all patients */
    Report write(Set<String> pseudonyms, Instant now, Opening opening) throws IOException {
        out.write(
                MappingCode.line("mappings").put("version", MappingCode.VERSION).put("made", now.toString()));
        vault.atRest((assignments, journal) -> {
            choose(pseudonyms, assignments);
            writeKeys(assignments);
            journal.read(reader(assignments));
            for (Merges.Change change : assignments.merges().inForce()) {
                if (chosen.contains(change.from()) && chosen.contains(change.into())) {
                    write(MappingCode.of(change));
                }
            }
            return true;
        });
        for (String name : names) {
            writeEarlier(name, opening);
        }
        for (String study : studies) {
            writeOriginals(study, opening);
        }
        out.end();
        return report();
    }

    private Report report() {
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("patients", (long) patients);
        counts.put("studies", (long) studies.size());
        counts.put("sheets of originals", (long) sheets);
        Map<String, List<String>> lists = new LinkedHashMap<>();
        list("studies without originals: they cannot be read", unreadable, counts, lists);
        list(
                "studies with more than " + StudyOriginals.MOST_UIDS + " UIDs: the rest is left out",
                shortened,
                counts,
                lists);
        return new Report(counts, lists);
    }

    private static void list(
            String what, List<String> studies, Map<String, Long> counts, Map<String, List<String>> lists) {
        if (!studies.isEmpty()) {
            counts.put(what, (long) studies.size());
            lists.put(what, studies.subList(0, Math.min(studies.size(), Report.LISTED)));
        }
    }

    private void choose(Set<String> pseudonyms, Assignments assignments) throws VaultException {
        for (String pseudonym : pseudonyms) {
            Patient patient = assignments.patientCalled(pseudonym);
            if (patient == null) {
                throw new VaultException("no patient has or had the pseudonym " + pseudonym);
            }
            chosen.addAll(assignments.merges().all(patient.number()));
        }
        for (Patient patient : assignments.patients()) {
            boolean isWhole = !patient.isErased() && !assignments.damaged().hasPatient(patient.number());
            if (!isWhole) {
                chosen.remove(patient.number());
            } else if (pseudonyms.isEmpty()) {
                chosen.add(patient.number());
            }
        }
    }

    /** Those that the chosen depend on, and no others. */
    private void writeKeys(Assignments assignments) throws IOException {
        Set<Integer> generations = new TreeSet<>();
        for (int number : chosen) {
            generations.add(assignments.patient(number).generation());
        }
        assignments.forEachStudy(study -> {
            if (chosen.contains(study.patient())) {
                generations.add(study.generation());
            }
        });
        List<byte[]> foreign = vault.foreignKeys().unwrap(Kind.GENERATION, assignments.foreignKeys(Kind.GENERATION));
        for (int number : generations) {
            byte[] key = Generations.isForeign(number)
                    ? foreign.get(number - Generations.FIRST_FOREIGN)
                    : keys.generation(number);
            out.write(MappingCode.line("generation").put("generation", number).put("keys", MappingCode.hex(key)));
        }
        List<byte[]> lookups = new ArrayList<>(List.of(keys.patientLookup()));
        lookups.addAll(vault.foreignKeys().unwrap(Kind.LOOKUP, assignments.foreignKeys(Kind.LOOKUP)));
        for (byte[] key : lookups) {
            out.write(MappingCode.line("lookup").put("key", MappingCode.hex(key)));
        }
    }

    private void write(ObjectNode line) throws IOException {
        rows++;
        if (rows > MOST_ROWS) {
            throw new VaultException(
                    "more than " + MOST_ROWS + " rows: name the pseudonyms, and export some at a time");
        }
        out.write(line);
    }

    private Journal.Reader reader(Assignments assignments) {
        return new Journal.Reader() {
            @Override
            public void record(ByteBuffer payload) throws IOException {
                write(RowCode.decode(payload), assignments);
            }

            @Override
            public void damaged(String where, byte[] payload) {
                // Whose it is was left out above, or it is a study's, which is not known here either.
            }
        };
    }

    private void write(Row row, Assignments assignments) throws IOException {
        if (row instanceof Row.Several all) {
            for (Row each : all.rows()) {
                write(each, assignments);
            }
        } else if (row instanceof Row.NewPatient one
                && chosen.contains(one.patient().number())) {
            Patient patient = assignments.patient(one.patient().number());
            patients++;
            names.add(patient.pseudonym());
            // With the pseudonym of now; the one of then is another that it had.
            write(MappingCode.of(new Row.NewPatient(one.lookup(), one.idLookup(), patient)));
            writeName(new Row.Name(patient.number(), one.patient().pseudonym(), false), assignments);
        } else if (row instanceof Row.Name one && chosen.contains(one.patient())) {
            writeName(one, assignments);
        } else if (row instanceof Row.Link one && chosen.contains(one.patient())) {
            write(MappingCode.of(one));
        } else if (row instanceof Row.NewStudy one && chosen.contains(one.patient())) {
            Study study = Objects.requireNonNull(assignments.study(one.uid()));
            write(MappingCode.of(one, study.pseudonym()));
            if (!study.keepsUids()) {
                studies.add(Uids.fromUuid(study.uid()));
            }
        }
    }

    private void writeName(Row.Name name, Assignments assignments) throws IOException {
        if (!assignments.patient(name.patient()).pseudonym().equals(name.pseudonym()) && names.add(name.pseudonym())) {
            write(MappingCode.of(name));
        }
    }

    /** What was taken over before: it is handed on. */
    private void writeEarlier(String pseudonym, Opening opening) throws IOException {
        write(earlier.patient(pseudonym, opening));
        List<Sheet> ofStudies = earlier.studiesOf(pseudonym, opening);
        write(ofStudies);
        Set<String> seen = new HashSet<>();
        for (Sheet study : ofStudies) {
            String uid = String.valueOf(study.studyInstanceUid());
            if (seen.add(uid)) {
                write(earlier.seriesOf(uid, opening));
            }
        }
    }

    private void writeOriginals(String study, Opening opening) throws IOException {
        List<Sheet> known;
        try {
            known = originals.sheets(study, opening);
        } catch (ErasedException e) {
            // Since the rows were written.
            return;
        } catch (IOException e) {
            unreadable.add(study);
            return;
        }
        for (Sheet sheet : known) {
            String uids = sheet.values().getOrDefault(Sheet.UIDS, "");
            if (uids.chars().filter(c -> c == '\\').count() >= StudyOriginals.MOST_UIDS - 1) {
                shortened.add(study);
            }
        }
        write(known);
    }

    private void write(List<Sheet> some) throws IOException {
        for (Sheet sheet : some) {
            out.write(MappingCode.of(sheet));
            sheets++;
        }
    }
}
