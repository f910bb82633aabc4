package org.sallyport.gateway.scp.internal.find;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.scp.internal.catalog.Sheets;
import org.sallyport.gateway.scp.internal.catalog.StudySheet;
import org.sallyport.gateway.scp.internal.query.Attributes;
import org.sallyport.gateway.scp.internal.query.Level;
import org.sallyport.gateway.scp.internal.query.Query;
import org.sallyport.gateway.scp.internal.query.View;

/** Answers one query: candidates by what an index knows, else all studies; then every condition. Owned by one thread. */
final class Finder {

    private final Query query;
    private final View view;
    private final Sheets sheets;
    private final Lookups lookups;
    private final Details details;
    private final Answers answers;
    private final Matches matches;

    /** Takes the answers. */
    interface Matches {

        /** Whether to go on looking; asked now and then where nothing matches. */
        boolean goOn() throws IOException;

        /** @return whether more are wanted */
        boolean take(DataSet match) throws IOException;

        /** There are images that may match, and of which nothing is known: only the back end holds their series. */
        void unknown();
    }

    Finder(Query query, View view, Sheets sheets, Lookups lookups, Details details, Answers answers, Matches matches) {
        this.query = query;
        this.view = view;
        this.sheets = sheets;
        this.lookups = lookups;
        this.details = details;
        this.answers = answers;
        this.matches = matches;
    }

    void run() throws IOException {
        Optional<Set<String>> studies = candidates();
        Sheets.Visitor visitor = query.level() == Level.PATIENT ? new Patients() : this::study;
        if (studies.isEmpty()) {
            sheets.scan(query, view, sheet -> matches.goOn() && (!isMet(sheet) || visitor.visit(sheet)));
            return;
        }
        for (String study : studies.get()) {
            Optional<StudySheet> sheet = sheets.sheet(study);
            if (sheet.isPresent() && isMet(sheet.get()) && !visitor.visit(sheet.get())) {
                return;
            }
        }
    }

    /** Empty = any study. */
    private Optional<Set<String>> candidates() throws IOException {
        Set<String> found = new LinkedHashSet<>();
        for (Level level : List.of(Level.IMAGE, Level.SERIES, Level.STUDY)) {
            List<String> uids = query.unique(level);
            // A UID of a study narrows best, and one of a series or image is met within.
            if (!uids.isEmpty()
                    && (level == Level.STUDY || query.unique(Level.STUDY).isEmpty())) {
                for (String uid : uids) {
                    found.addAll(lookups.studies(level, uid));
                }
                return Optional.of(found);
            }
        }
        String accession = query.exact().get(Tag.AccessionNumber);
        String patient = query.exact().get(Tag.PatientID);
        if (patient != null && view == View.PSEUDONYMOUS) {
            return Optional.of(lookups.ofPseudonym(patient));
        }
        // In memory the columns lead there sooner; and it finds ids that tell nobody apart, too.
        if (view == View.PSEUDONYMOUS || sheets.isSearchable()) {
            return Optional.empty();
        }
        if (patient != null) {
            return Optional.of(lookups.ofPatient(query.issuer(), patient));
        }
        return accession == null ? Optional.empty() : Optional.of(lookups.ofAccessionNumber(accession));
    }

    private boolean isMet(StudySheet sheet) {
        if (sheet.instances() == 0 || !sheet.isShownIn(view)) {
            return false;
        }
        Attributes attributes = sheet.attributes(view);
        return query.isMet(Level.PATIENT, attributes) && query.isMet(Level.STUDY, attributes);
    }

    /** Each patient once: the newest study tells the patient's values. */
    private final class Patients implements Sheets.Visitor {

        private final Set<List<String>> seen = new HashSet<>();

        @Override
        public boolean visit(StudySheet sheet) throws IOException {
            Attributes attributes = sheet.attributes(view);
            List<String> id = attributes.strings(Tag.PatientID);
            // Without an id of its own a patient is known by the pseudonym alone.
            List<String> key = view == View.PSEUDONYMOUS || id.isEmpty()
                    ? List.of(sheet.pseudonym())
                    : List.of(
                            String.join("", attributes.strings(Tag.IssuerOfPatientID)),
                            id.get(0),
                            lookups.present(sheet.pseudonym()));
            return !seen.add(key) || matches.take(answers.patient(sheet, counts(sheet)));
        }

        private Map<Integer, Integer> counts(StudySheet sheet) throws IOException {
            if (!query.returnsAny(Answers.OF_PATIENT)) {
                return Map.of();
            }
            int studies = 0;
            int series = 0;
            int instances = 0;
            for (String study : lookups.ofSamePatient(sheet.pseudonym())) {
                Optional<StudySheet> other = sheets.sheet(study);
                if (other.isPresent()
                        && other.get().instances() > 0
                        && other.get().isShownIn(view)) {
                    studies++;
                    series += other.get().series();
                    instances += other.get().instances();
                }
            }
            return Map.of(
                    Tag.NumberOfPatientRelatedStudies, studies,
                    Tag.NumberOfPatientRelatedSeries, series,
                    Tag.NumberOfPatientRelatedInstances, instances);
        }
    }

    private boolean study(StudySheet sheet) throws IOException {
        if (query.level() == Level.STUDY) {
            return matches.take(answers.study(
                    sheet,
                    query.model().top() == Level.STUDY && query.returnsAny(Answers.OF_PATIENT)
                            ? new Patients().counts(sheet)
                            : Map.of()));
        }
        for (Details.Series series : details.series(sheet.studyInstanceUid())) {
            if (!matches.goOn() || query.isMet(Level.SERIES, series.attributes()) && !series(sheet, series)) {
                return false;
            }
        }
        return true;
    }

    private boolean series(StudySheet sheet, Details.Series series) throws IOException {
        if (query.level() == Level.SERIES) {
            return matches.take(answers.series(sheet, series));
        }
        if (series.isRemote()) {
            matches.unknown();
        }
        for (Details.Image image : series.images()) {
            boolean wanted = matches.goOn()
                    && (!query.isMet(Level.IMAGE, image.attributes())
                            || matches.take(answers.image(sheet, series, image)));
            if (!wanted) {
                return false;
            }
        }
        return true;
    }
}
