package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.net.StorageCommitment.Failure;
import org.sallyport.dicom.net.StorageCommitment.Report;

/** What peers may send as reports and requests. */
class StorageCommitmentTest {

    private static final PresentationContext CONTEXT = new PresentationContext(
            1,
            StorageCommitment.SOP_CLASS,
            PresentationContext.Result.ACCEPTANCE,
            TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid());

    private static byte[] encoded(DataSet dataSet) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(out, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        writer.write(dataSet);
        writer.finish();
        return out.toByteArray();
    }

    private static DataSet item(String uid) {
        DataSet item = new DataSet();
        item.setString(Tag.ReferencedSOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
        item.setString(Tag.ReferencedSOPInstanceUID, uid);
        return item;
    }

    private static DataSet information() {
        DataSet information = new DataSet();
        information.setString(Tag.TransactionUID, "1.2.77");
        information.setItems(Tag.ReferencedSOPSequence, item("1.2.1"));
        information.setItems(Tag.FailedSOPSequence, item("1.2.2"));
        return information;
    }

    private static Association.Message message(CommandSet command, byte[] dataSet) {
        return new Association.Message(CONTEXT, command, new ByteArrayInputStream(dataSet));
    }

    private static CommandSet event(String sopClass, int type, boolean hasDataSet) {
        return CommandSet.eventReportRequest(1, sopClass, StorageCommitment.SOP_INSTANCE, type, hasDataSet);
    }

    private static CommandSet event() {
        return event(StorageCommitment.SOP_CLASS, StorageCommitment.FAILURES_EXIST, true);
    }

    @Test
    void aReasonThatIsNotToldIsNone() throws IOException {
        assertEquals(
                new Report("1.2.77", List.of("1.2.1"), List.of(new Failure("1.2.2", -1))),
                StorageCommitment.readReport(message(event(), encoded(information()))));
    }

    @Test
    void whatIsNoReportIsRefused() throws IOException {
        byte[] good = encoded(information());
        for (CommandSet command : List.of(
                event("1.2.3", 1, true),
                event(StorageCommitment.SOP_CLASS, 3, true),
                event(StorageCommitment.SOP_CLASS, 1, false),
                CommandSet.echoRequest(1, StorageCommitment.SOP_CLASS))) {
            assertThrows(DicomDataException.class, () -> StorageCommitment.readReport(message(command, good)));
            assertThrows(DicomDataException.class, () -> StorageCommitment.readRequest(message(command, good)));
        }
        List<Consumer<DataSet>> damages = List.of(
                information -> information.remove(Tag.TransactionUID),
                information -> information.setString(Tag.TransactionUID, "no UID"),
                information -> information.setItems(Tag.ReferencedSOPSequence, new DataSet()),
                information -> information.setItems(Tag.FailedSOPSequence, item("../etc")));
        for (Consumer<DataSet> damage : damages) {
            DataSet damaged = information();
            damage.accept(damaged);
            byte[] bytes = encoded(damaged);
            assertThrows(DicomDataException.class, () -> StorageCommitment.readReport(message(event(), bytes)));
        }
    }

    @Test
    void changedReportsAreReadOrRefusedAndNothingElse() throws IOException {
        byte[] good = encoded(information());
        Random random = new Random(7);
        for (int i = 0; i < 5000; i++) {
            byte[] changed = good.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            try {
                Report report = StorageCommitment.readReport(message(event(), changed));
                assertTrue(Uids.isValid(report.transactionUid()));
                assertTrue(report.committed().stream().allMatch(Uids::isValid));
            } catch (DicomDataException e) {
                assertTrue(e.getMessage() != null);
            }
        }
    }
}
