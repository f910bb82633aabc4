package org.sallyport.gateway.vault.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.MappingExchange;
import org.sallyport.gateway.api.vault.MappingImport.Report;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.vault.internal.Assignments.Patient;
import org.sallyport.gateway.vault.internal.Assignments.Study;
import org.sallyport.gateway.vault.internal.MappingContent.Foreign;
import org.sallyport.gateway.vault.internal.Row.ForeignKey.Kind;

/**
 * Which rows the journal lacks of what another vault tells, and what of it contradicts what is known here. Made and used while nothing is assigned; owned by one
 * thread.
 */
final class MappingPlan {

    private final JournalPseudonymizer vault;
    private final VaultKeys keys;
    private final Assignments assignments;
    private final MappingContent content;

    private final List<Row> rows = new ArrayList<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final Set<String> conflicts = new TreeSet<>();
    /** Numbers there → numbers here; who was erased here has none. */
    private final Map<Integer, Integer> numbers = new HashMap<>();
    /** Of those who are known here: each can be one of there. */
    private final Set<Integer> known = new HashSet<>();

    private final Map<Integer, Integer> generations = new HashMap<>();
    private final List<byte[]> ownGenerations = new ArrayList<>();
    private final List<byte[]> foreignGenerations;
    private boolean hasTheirDigests;
    private final List<PatientLookup> foreignLookups = new ArrayList<>();
    private int next;

    private MappingPlan(JournalPseudonymizer vault, VaultKeys keys, Assignments assignments, MappingContent content)
            throws VaultException {
        this.vault = vault;
        this.keys = keys;
        this.assignments = assignments;
        this.content = content;
        this.next = assignments.nextNumber();
        this.foreignGenerations = foreignKeys(Kind.GENERATION);
        for (int number = Generations.FIRST; number <= assignments.generation(); number++) {
            ownGenerations.add(keys.generation(number));
        }
        content.lookupKeys.forEach(key -> foreignLookups.add(new PatientLookup(new Hmac(key))));
        for (String what : List.of(
                "new patients",
                "known patients",
                "patients who were erased here: left out",
                "new studies",
                "known studies",
                "new merges")) {
            counts.put(what, 0L);
        }
    }

    static MappingPlan of(JournalPseudonymizer vault, VaultKeys keys, Assignments assignments, MappingContent content)
            throws VaultException {
        MappingPlan plan = new MappingPlan(vault, keys, assignments, content);
        for (Foreign foreign : content.patients.values()) {
            plan.plan(foreign);
        }
        for (Row.NewStudy study : content.studies) {
            plan.plan(study);
        }
        plan.planMerges();
        plan.planLookups();
        return plan;
    }

    /** Empty = all of it is known. */
    List<Row> rows() {
        return rows;
    }

    boolean hasConflicts() {
        return !conflicts.isEmpty();
    }

    Report report() {
        Map<String, Long> all = new LinkedHashMap<>(counts);
        all.put(MappingExchange.CONFLICTS, (long) conflicts.size());
        return new Report(
                all,
                conflicts.isEmpty()
                        ? Map.of()
                        : Map.of(
                                MappingExchange.CONFLICTS,
                                conflicts.stream().limit(Report.LISTED).toList()));
    }

    private void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    // ---- keys

    /** The generation here that has the key; taken over only if something new needs it. */
    private int generation(int there) throws VaultException {
        Integer known = generations.get(there);
        if (known != null) {
            return known;
        }
        byte[] key = Objects.requireNonNull(content.generationKeys.get(there));
        int at = indexOf(ownGenerations, key);
        int here = at >= 0
                ? Generations.FIRST + at
                : Generations.FIRST_FOREIGN + index(Kind.GENERATION, foreignGenerations, key);
        generations.put(there, here);
        return here;
    }

    /** By which the digests of there are found; which one is under which key they do not tell. */
    private void planLookups() throws VaultException {
        List<byte[]> known = foreignKeys(Kind.LOOKUP);
        for (byte[] key : content.lookupKeys) {
            if (hasTheirDigests && !Arrays.equals(key, keys.patientLookup())) {
                index(Kind.LOOKUP, known, key);
            }
        }
    }

    private List<byte[]> foreignKeys(Kind kind) throws VaultException {
        return vault.foreignKeys().unwrap(kind, assignments.foreignKeys(kind));
    }

    /** Its place; it gets one if it has none. */
    private int index(Kind kind, List<byte[]> all, byte[] key) throws VaultException {
        int at = indexOf(all, key);
        if (at >= 0) {
            return at;
        }
        if (all.size() == Assignments.MOST_FOREIGN_KEYS) {
            throw new VaultException(
                    "the keys of other vaults are more than " + Assignments.MOST_FOREIGN_KEYS + " already");
        }
        rows.add(vault.foreignKeys().row(kind, all.size(), key));
        all.add(key);
        return all.size() - 1;
    }

    private static int indexOf(List<byte[]> keys, byte[] key) {
        for (int i = 0; i < keys.size(); i++) {
            if (Arrays.equals(keys.get(i), key)) {
                return i;
            }
        }
        return -1;
    }

    // ---- patients

    private void plan(Foreign foreign) throws VaultException {
        String pseudonym = foreign.patient.pseudonym();
        if (foreign.names.stream().anyMatch(assignments::isErased)) {
            count("patients who were erased here: left out");
            return;
        }
        List<PatientIdentity> identities = identities(foreign);
        Set<Integer> here = here(foreign, identities);
        List<Row.Link> own = identities.stream()
                .map(identity ->
                        new Row.Link(vault.lookup().of(identity), vault.lookup().byId(identity), -1))
                .toList();
        if (here.isEmpty()) {
            count("new patients");
            take(foreign, own);
            return;
        }
        int number = here.iterator().next();
        Patient called = assignments.patientCalled(pseudonym);
        if (here.size() > 1 || called == null || called.number() != number || !known.add(number)) {
            for (int other : here) {
                conflicts.add(pseudonym + " is " + assignments.patient(other).pseudonym() + " here");
            }
            return;
        }
        count("known patients");
        numbers.put(foreign.patient.number(), number);
        add(foreign, own, number);
    }

    /** What originals tell and the digests of there confirm: an id of another issuer is somebody else's. */
    private List<PatientIdentity> identities(Foreign foreign) {
        return told(foreign)
                .filter(identity -> foreignLookups.stream().anyMatch(lookup -> foreign.hasLookup(lookup.of(identity))))
                .toList();
    }

    private static Stream<PatientIdentity> told(Foreign foreign) {
        return foreign.ids.stream().map(id -> new PatientIdentity(id.issuer(), id.id(), ""));
    }

    /** Who is found here by anything that is told of the patient. */
    private Set<Integer> here(Foreign foreign, List<PatientIdentity> identities) {
        Set<Integer> here = new TreeSet<>();
        for (String name : foreign.names) {
            add(here, assignments.patientCalled(name));
        }
        foreign.links.forEach(link -> add(here, assignments.patient(link.lookup())));
        for (PatientLookup lookup : vault.allLookups()) {
            identities.forEach(identity -> add(here, assignments.patient(lookup.of(identity))));
        }
        // If images name no issuer it was a default of there, which nobody can tell any more.
        if (identities.isEmpty()) {
            told(foreign)
                    .filter(identity ->
                            foreignLookups.stream().anyMatch(lookup -> foreign.hasIdLookup(lookup.byId(identity))))
                    .flatMap(identity -> vault.allLookups().stream()
                            .flatMap(lookup -> assignments.patientsById(lookup.byId(identity)).stream()))
                    .forEach(patient -> add(here, patient));
        }
        return here;
    }

    private static void add(Set<Integer> here, @Nullable Patient patient) {
        if (patient != null) {
            here.add(patient.number());
        }
    }

    private void take(Foreign foreign, List<Row.Link> own) throws VaultException {
        Patient there = foreign.patient;
        int number = next++;
        numbers.put(there.number(), number);
        Patient patient =
                vault.newPatient(number, there.pseudonym(), generation(there.generation()), there.shiftDays());
        Row.Link first = foreign.links.get(0);
        rows.add(new Row.NewPatient(first.lookup(), first.idLookup(), patient));
        hasTheirDigests = true;
        for (String name : new TreeSet<>(foreign.names)) {
            if (!name.equals(there.pseudonym())) {
                rows.add(new Row.Name(number, name, false));
            }
        }
        link(foreign.links.subList(1, foreign.links.size()), number);
        link(own, number);
    }

    /** What is not known yet of somebody who is. */
    private void add(Foreign foreign, List<Row.Link> own, int number) {
        for (String name : new TreeSet<>(foreign.names)) {
            if (!assignments.isTaken(name)) {
                rows.add(new Row.Name(number, name, false));
            }
        }
        hasTheirDigests |= link(foreign.links, number);
        link(own, number);
    }

    /** @return whether one was not known yet */
    private boolean link(List<Row.Link> links, int number) {
        boolean isNew = false;
        for (Row.Link link : links) {
            if (assignments.patient(link.lookup()) == null) {
                rows.add(new Row.Link(link.lookup(), link.idLookup(), number));
                isNew = true;
            }
        }
        return isNew;
    }

    // ---- studies and merges

    private void plan(Row.NewStudy there) throws VaultException {
        Integer number = numbers.get(there.patient());
        if (number == null) {
            return;
        }
        Study study = assignments.study(there.uid());
        if (study == null) {
            count("new studies");
            rows.add(new Row.NewStudy(
                    there.uid(),
                    number,
                    generation(there.generation()),
                    there.shiftDays(),
                    there.pseudonym(),
                    there.keepsUids()));
        } else if (study.patient() == number) {
            count("known studies");
        } else {
            conflicts.add(there.pseudonym() + " has a study that is one of " + study.pseudonym() + " here");
        }
    }

    private void planMerges() throws VaultException {
        Merges merges = assignments.merges().copy();
        for (Merges.Change there : content.merges) {
            Integer from = numbers.get(there.from());
            Integer into = numbers.get(there.into());
            if (from == null || into == null || merges.areSame(from, into)) {
                continue;
            }
            if (merges.isMerged(from)) {
                int other = merges.present(from);
                conflicts.add(pseudonym(there.from()) + " is merged into "
                        + (other < assignments.nextNumber()
                                ? assignments.patient(other).pseudonym()
                                : "another")
                        + " here");
                continue;
            }
            Merges.Change change = new Merges.Change(there.at(), from, into);
            merges.put(change);
            rows.add(new Row.Merge(change));
            count("new merges");
        }
    }

    private String pseudonym(int there) {
        Foreign foreign = content.patients.get(there);
        return foreign == null ? "" : foreign.patient.pseudonym();
    }
}
