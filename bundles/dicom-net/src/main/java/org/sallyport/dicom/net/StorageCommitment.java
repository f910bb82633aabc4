package org.sallyport.dicom.net;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.DicomDataException.Reason;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.Uids;

/**
 * Storage Commitment Push Model (PS3.4 Annex J): its data sets as values, for both sides. Results come by N-EVENT-REPORT on the association of
 * the request or on a new one that the provider opens, proposing itself as provider by role selection.
 */
public final class StorageCommitment {

    /** Storage Commitment Push Model SOP Class. */
    public static final String SOP_CLASS = "1.2.840.10008.1.20.1";

    /** Its well-known SOP Instance. */
    public static final String SOP_INSTANCE = "1.2.840.10008.1.20.1.1";

    /** Action Type ID of the request (PS3.4 J.3.2). */
    public static final int REQUEST = 1;

    /** Event Type ID: all are kept (PS3.4 J.3.3). */
    public static final int SUCCESSFUL = 1;

    /** Event Type ID: some are not. */
    public static final int FAILURES_EXIST = 2;

    private static final Limits LIMITS = new Limits(4, 400_000, 1 << 20, 64L << 20);

    private StorageCommitment() {}

    /** An instance. */
    public record Reference(String sopClassUid, String sopInstanceUid) {}

    /**
     * An instance that is not kept.
     *
     * @param reason Failure Reason (0008,1197), PS3.4 J.3.3.1.1; -1 if not told
     */
    public record Failure(String sopInstanceUid, int reason) {}

    /** What was asked for. */
    public record Request(String transactionUid, List<Reference> instances) {

        public Request {
            instances = List.copyOf(instances);
        }
    }

    /**
     * What the provider answers.
     *
     * @param committed SOP Instance UIDs of what it keeps
     */
    public record Report(String transactionUid, List<String> committed, List<Failure> failed) {

        public Report {
            committed = List.copyOf(committed);
            failed = List.copyOf(failed);
        }
    }

    /**
     * Asks the peer, by N-ACTION.
     *
     * @return the response: 0 = the peer will report
     */
    public static CommandSet request(Association association, Request request) throws IOException {
        DataSet information = new DataSet();
        information.setString(Tag.TransactionUID, request.transactionUid);
        information.setItems(
                Tag.ReferencedSOPSequence,
                request.instances.stream().map(StorageCommitment::item).toArray(DataSet[]::new));
        return association.action(SOP_CLASS, SOP_INSTANCE, REQUEST, information);
    }

    /**
     * Reports to who asked, by N-EVENT-REPORT.
     *
     * @param request gives the SOP classes of what the report names
     */
    public static CommandSet report(Association association, Request request, Report report) throws IOException {
        DataSet information = new DataSet();
        information.setString(Tag.TransactionUID, report.transactionUid);
        List<DataSet> kept = new ArrayList<>();
        List<DataSet> failed = new ArrayList<>();
        for (Reference reference : request.instances) {
            DataSet item = item(reference);
            if (report.committed.contains(reference.sopInstanceUid)) {
                kept.add(item);
            }
            for (Failure failure : report.failed) {
                if (failure.sopInstanceUid.equals(reference.sopInstanceUid)) {
                    item.setInt(Tag.FailureReason, failure.reason);
                    failed.add(item);
                }
            }
        }
        if (!kept.isEmpty()) {
            information.setItems(Tag.ReferencedSOPSequence, kept.toArray(DataSet[]::new));
        }
        if (!failed.isEmpty()) {
            information.setItems(Tag.FailedSOPSequence, failed.toArray(DataSet[]::new));
        }
        return association.eventReport(
                SOP_CLASS, SOP_INSTANCE, failed.isEmpty() ? SUCCESSFUL : FAILURES_EXIST, information);
    }

    private static DataSet item(Reference reference) {
        DataSet item = new DataSet();
        item.setString(Tag.ReferencedSOPClassUID, reference.sopClassUid);
        item.setString(Tag.ReferencedSOPInstanceUID, reference.sopInstanceUid);
        return item;
    }

    /**
     * Reads an N-ACTION-RQ of this class.
     *
     * @throws DicomDataException if it is none
     */
    public static Request readRequest(Association.Message message) throws IOException {
        CommandSet command = message.command();
        if (command.commandField() != CommandSet.N_ACTION_RQ
                || !SOP_CLASS.equals(command.requestedSopClassUid())
                || command.actionTypeId() != REQUEST
                || !command.hasDataSet()) {
            throw new DicomDataException(Reason.MALFORMED, "no request for storage commitment");
        }
        DataSet information = message.readDataSet(LIMITS);
        List<Reference> instances = new ArrayList<>();
        for (DataSet item : information.items(Tag.ReferencedSOPSequence)) {
            instances.add(new Reference(uid(item, Tag.ReferencedSOPClassUID), uid(item, Tag.ReferencedSOPInstanceUID)));
        }
        return new Request(uid(information, Tag.TransactionUID), instances);
    }

    /**
     * Reads an N-EVENT-REPORT-RQ of this class.
     *
     * @throws DicomDataException if it is none
     */
    public static Report readReport(Association.Message message) throws IOException {
        CommandSet command = message.command();
        int event = command.eventTypeId();
        if (command.commandField() != CommandSet.N_EVENT_REPORT_RQ
                || !SOP_CLASS.equals(command.affectedSopClassUid())
                || event != SUCCESSFUL && event != FAILURES_EXIST
                || !command.hasDataSet()) {
            throw new DicomDataException(Reason.MALFORMED, "no report of a storage commitment");
        }
        DataSet information = message.readDataSet(LIMITS);
        List<String> committed = new ArrayList<>();
        for (DataSet item : information.items(Tag.ReferencedSOPSequence)) {
            committed.add(uid(item, Tag.ReferencedSOPInstanceUID));
        }
        List<Failure> failed = new ArrayList<>();
        for (DataSet item : information.items(Tag.FailedSOPSequence)) {
            failed.add(new Failure(uid(item, Tag.ReferencedSOPInstanceUID), item.intValue(Tag.FailureReason, -1)));
        }
        return new Report(uid(information, Tag.TransactionUID), committed, failed);
    }

    private static String uid(DataSet dataSet, int tag) throws DicomDataException {
        String uid = dataSet.string(tag);
        if (uid == null || !Uids.isValid(uid)) {
            throw new DicomDataException(Reason.MALFORMED, Tag.format(tag) + " is missing or no UID");
        }
        return uid;
    }
}
