package org.sallyport.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.QueryRetrieve;
import org.sallyport.dicom.net.Timeouts;

/** Asks by C-FIND at the level of studies, one query after the other on one association, and times each. */
final class Finding implements AutoCloseable {

    private static final String STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int[] RETURNED = {
        Tag.PatientName,
        Tag.PatientID,
        Tag.PatientBirthDate,
        Tag.StudyInstanceUID,
        Tag.StudyDate,
        Tag.StudyTime,
        Tag.AccessionNumber,
        Tag.StudyDescription
    };

    private final Association association;

    Finding(String callingAet, String calledAet, int port) throws IOException {
        this.association = AssociationRequester.open(
                Receiver.HOST,
                port,
                calledAet,
                callingAet,
                List.of(new ProposedContext(1, STUDY_FIND, List.of("1.2.840.10008.1.2.1", "1.2.840.10008.1.2"))),
                AssociationRequester.Options.DEFAULT.withTimeouts(new Timeouts(PATIENCE, PATIENCE, PATIENCE)));
    }

    /** @param hits of all tries */
    record Times(List<Double> millis, long hits) {

        double percentile(double part) {
            return Statistics.percentile(millis, part);
        }

        double queriesPerSecond() {
            return millis.size()
                    * 1e3
                    / millis.stream().mapToDouble(Double::doubleValue).sum();
        }

        double hitsOfOne() {
            return (double) hits / millis.size();
        }
    }

    static DataSet keys(int tag, String value) {
        DataSet keys = new DataSet();
        keys.setString(Tag.QueryRetrieveLevel, "STUDY");
        for (int returned : RETURNED) {
            keys.put(Element.empty(returned, org.sallyport.dicom.data.Dictionary.vrOf(returned)));
        }
        if (!value.isEmpty()) {
            keys.setString(tag, org.sallyport.dicom.data.Dictionary.vrOf(tag), value);
        }
        return keys;
    }

    /** @return matches; an error if it did not end in success */
    int ask(DataSet keys) throws IOException {
        int[] hits = {0};
        QueryRetrieve.Outcome outcome = new QueryRetrieve(association)
                .find(STUDY_FIND, keys, QueryRetrieve.Terms.upTo(Integer.MAX_VALUE), match -> {
                    hits[0]++;
                    return true;
                });
        if (outcome.status() != 0) {
            throw new IOException(
                    String.format("a query ended with status %04X: %s", outcome.status(), outcome.comment()));
        }
        return hits[0];
    }

    /** @param question gives the keys of each try */
    Times times(int warmUp, int tries, IntFunction<DataSet> question) throws IOException {
        for (int i = 0; i < warmUp; i++) {
            ask(question.apply(i));
        }
        List<Double> millis = new ArrayList<>();
        long hits = 0;
        for (int i = 0; i < tries; i++) {
            DataSet keys = question.apply(warmUp + i);
            long start = System.nanoTime();
            hits += ask(keys);
            millis.add((System.nanoTime() - start) / 1e6);
        }
        return new Times(millis, hits);
    }

    @Override
    public void close() throws IOException {
        association.release();
        association.close();
    }
}
