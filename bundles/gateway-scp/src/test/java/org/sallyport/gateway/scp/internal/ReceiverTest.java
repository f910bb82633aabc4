package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.scp.internal.Fakes.await;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.node.CommitmentListener;
import org.sallyport.gateway.api.node.DicomReceiver;

/** The listener as a sender sees it, over loopback. Statuses are those of PS3.4 B.2.3 and PS3.7 C. */
class ReceiverTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String MR = "1.2.840.10008.5.1.4.1.1.4";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";
    private static final String SOP = "1.2.3.4.5";

    private final FakeIntake intake = new FakeIntake();
    private NodeTable nodes;
    private Receiver receiver;

    @BeforeEach
    void listen() throws IOException {
        Map<String, Object> settings = Map.of("port", 0, "bind$_$address", "127.0.0.1");
        nodes = new NodeTable(Configurations.settings(settings));
        nodes.addNode(Configurations.local("SCANNER", Map.of()));
        nodes.addNode(Configurations.local("READER", Map.of("permission", "read")));
        receiver = Configurations.receiver(settings, nodes);
        receiver.setIntake(intake);
        receiver.start();
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    private Association associate(String callingAet) throws IOException {
        return AssociationRequester.open(
                "127.0.0.1",
                receiver.status().port(),
                "DICOMRCV",
                callingAet,
                List.of(
                        new ProposedContext(1, AssociationRequester.VERIFICATION, List.of(EXPLICIT)),
                        new ProposedContext(3, CT, List.of(EXPLICIT)),
                        new ProposedContext(5, MR, List.of(EXPLICIT))),
                Timeouts.DEFAULT);
    }

    private static CommandSet store(Association association, String sopInstance, int bytes) throws IOException {
        return association.store(CT, sopInstance, EXPLICIT, out -> out.write(new byte[bytes]));
    }

    @Test
    void anObjectIsKeptAndAcknowledged() throws IOException {
        try (Association association = associate("SCANNER")) {
            assertEquals(CommandSet.SUCCESS, store(association, SOP, 100_000).status());
            assertEquals(CommandSet.SUCCESS, store(association, "1.2.3.4.6", 0).status());
            association.release();
        }
        assertEquals(
                List.of(100_000, 0),
                intake.received.stream().map(FakeIntake.Received::bytes).toList());
        FakeIntake.Received first = intake.received.get(0);
        assertEquals(SOP, first.object().sopInstanceUid());
        assertEquals(CT, first.object().sopClassUid());
        assertEquals(EXPLICIT, first.object().transferSyntax().uid());
        assertEquals(1, intake.opened.size(), "one session for the association");
        assertEquals("SCANNER", intake.opened.get(0).callingAet());
        assertEquals("DICOMRCV", intake.opened.get(0).calledAet());
        assertEquals("127.0.0.1", intake.opened.get(0).address());
        await(() -> intake.closed.get() == 1);
    }

    @Test
    void theListenerMovesAfterRunningAssociationsHaveEnded() throws Exception {
        int other = FreePort.find();
        try (Association running = associate("SCANNER")) {
            Thread mover = new Thread(() -> follow("MOVED", other));
            mover.start();
            await(() -> !receiver.status().listening());
            assertEquals(CommandSet.SUCCESS, store(running, SOP, 1_000).status());
            running.release();
            mover.join(60_000);
            assertFalse(mover.isAlive());
        }
        assertEquals(other, receiver.status().port());
        assertEquals("MOVED", receiver.status().aet());
        AssociationException e = assertThrows(AssociationException.class, () -> associate("SCANNER"));
        assertEquals(AssociationException.Kind.REJECTED, e.kind());
        receiver.follow("DICOMRCV", FreePort.find());
        try (Association again = associate("SCANNER")) {
            assertEquals(CommandSet.SUCCESS, again.echo());
            again.release();
        }
    }

    @Test
    void aPortThatIsTakenLeavesTheListenerWhereItWas() throws Exception {
        int before = FreePort.find();
        receiver.follow("DICOMRCV", before);
        try (java.net.ServerSocket taken = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            assertThrows(IOException.class, () -> receiver.follow("MOVED", taken.getLocalPort()));
        }
        // Another process may have been given the port for a moment.
        await(() -> receiver.status().listening());
        assertEquals("DICOMRCV", receiver.status().aet());
        assertEquals(before, receiver.status().port());
        try (Association again = associate("SCANNER")) {
            assertEquals(CommandSet.SUCCESS, again.echo());
            again.release();
        }
    }

    @Test
    void aListenerThatIsStoppedStaysSo() throws Exception {
        int other = FreePort.find();
        receiver.stop();
        receiver.follow("MOVED", other);
        assertFalse(receiver.status().listening());
        receiver.start();
        assertEquals(other, receiver.status().port());
    }

    private void follow(String aet, int port) {
        try {
            receiver.follow(aet, port);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void anObjectThatIsNotKeptIsToldWhyAndTheAssociationGoesOn() throws IOException {
        try (Association association = associate("SCANNER")) {
            Map<IntakeResult.Why, Integer> statuses = Map.of(
                    IntakeResult.Why.OUT_OF_RESOURCES, 0xA700,
                    IntakeResult.Why.DOES_NOT_MATCH, 0xA900,
                    IntakeResult.Why.CANNOT_UNDERSTAND, 0xC000);
            for (Map.Entry<IntakeResult.Why, Integer> each : statuses.entrySet()) {
                // Left unread: what remains of the data set must not be taken for the next message.
                intake.answer = (object, dataSet) -> new IntakeResult.Rejected(each.getKey(), "why: " + each.getKey());
                CommandSet response = store(association, SOP, 300_000);
                assertEquals(each.getValue(), response.status(), each.getKey()::toString);
                assertEquals("why: " + each.getKey(), response.errorComment());
                assertEquals(SOP, response.affectedSopInstanceUid());
            }
            for (IntakeResult.How how : IntakeResult.How.values()) {
                intake.answer = (object, dataSet) -> new IntakeResult.Kept(how);
                assertEquals(CommandSet.SUCCESS, store(association, SOP, 10).status(), how::toString);
            }
            association.release();
        }
    }

    @Test
    void aNodeThatMayNotWriteIsNotAuthorized() throws IOException {
        try (Association association = associate("READER")) {
            assertEquals(CommandSet.SUCCESS, association.echo());
            CommandSet refused = store(association, SOP, 100_000);
            assertEquals(0x0124, refused.status());
            assertEquals("this AE title may not store", refused.errorComment());
            association.release();
        }
        assertEquals(List.of(), intake.received);
        assertEquals(List.of(), intake.opened);
    }

    @Test
    void aPermissionThatIsWithdrawnEndsStoringOnOpenAssociationsToo() throws IOException {
        FakeBackEnd backEnd = new FakeBackEnd();
        backEnd.nodes =
                List.of(Configurations.backEnd("WARD", true, org.sallyport.gateway.api.node.Node.Permission.WRITE));
        nodes.setBackEnd(backEnd);
        try (Association association = associate("WARD")) {
            assertEquals(CommandSet.SUCCESS, store(association, SOP, 10).status());
            backEnd.nodes = List.of();
            assertEquals(0x0124, store(association, SOP, 10).status());
            association.release();
        }
    }

    @Test
    void aSopInstanceUidThatIsNoneDoesNotMatch() throws IOException {
        try (Association association = associate("SCANNER")) {
            for (String uid : List.of("", "../../etc", "1..2", "1.02", "1".repeat(65))) {
                assertEquals(0xA900, store(association, uid, 1_000).status(), uid);
            }
            association.release();
        }
        assertEquals(List.of(), intake.received);
    }

    /** Another class of the standard, one that is none, one that is too long, and none at all. */
    @ParameterizedTest
    @ValueSource(strings = {CT, "1.2.x", "1.2.3333333333333333333333333333333333333333333333333333333333333333", ""})
    void aClassThatIsNotTheContextsDoesNotMatch(String sopClass) throws IOException {
        try (Association association = associate("SCANNER")) {
            association.send(
                    association.context(MR, EXPLICIT).orElseThrow(), CommandSet.storeRequest(1, sopClass, SOP));
            // Told before the data set comes, which is not worth sending any more.
            Association.Message answer = association.receive(() -> false);
            CommandSet response = Objects.requireNonNull(answer).command();
            assertEquals(0xA900, response.status());
            assertFalse(String.valueOf(response.errorComment()).isBlank());
            association.abort();
        }
        await(() -> receiver.associations().isEmpty());
        assertEquals(List.of(), intake.received);
    }

    /** A verification context carries no objects (PS3.4 A.4). */
    @Test
    void anObjectOfTheVerificationClassIsNotSupported() throws IOException {
        try (Association association = associate("SCANNER")) {
            CommandSet response =
                    association.store(AssociationRequester.VERIFICATION, SOP, EXPLICIT, out -> out.write(new byte[10]));
            assertEquals(CommandSet.SOP_CLASS_NOT_SUPPORTED, response.status());
            assertEquals(CommandSet.SUCCESS, association.echo());
            association.release();
        }
        assertEquals(List.of(), intake.received);
    }

    @Test
    void anIntakeThatCannotOpenIsOutOfResourcesAndTriedAgain() throws IOException {
        intake.openFails = true;
        try (Association association = associate("SCANNER")) {
            assertEquals(0xA700, store(association, SOP, 1_000).status());
            intake.openFails = false;
            assertEquals(CommandSet.SUCCESS, store(association, SOP, 1_000).status());
            association.release();
        }
    }

    @Test
    void aFailureWithoutAnAnswerEndsTheAssociationAndNoOther() throws IOException {
        try (Association bad = associate("SCANNER");
                Association good = associate("SCANNER")) {
            intake.answer = (object, dataSet) -> {
                throw new IllegalStateException("a fault of ours");
            };
            assertThrows(IOException.class, () -> store(bad, SOP, 10));
            intake.answer = (object, dataSet) -> new IntakeResult.Kept(IntakeResult.How.STORED);
            assertEquals(CommandSet.SUCCESS, store(good, SOP, 10).status());
            good.release();
        }
        await(() -> intake.closed.get() == 2);
    }

    @Test
    void anAssociationThatIsCutOffClosesItsSession() throws IOException {
        Association association = associate("SCANNER");
        assertEquals(CommandSet.SUCCESS, store(association, SOP, 10).status());
        association.kill();
        await(() -> intake.closed.get() == 1);
    }

    @Test
    void aStrangerIsRejected() {
        AssociationException e = assertThrows(AssociationException.class, () -> associate("STRANGER"));
        assertTrue(String.valueOf(e.getMessage()).contains("1/1/3"), e::toString);
    }

    @Test
    void theStatusTellsWhetherAnImageWouldBeKept() throws IOException {
        assertTrue(receiver.status().receiving());
        assertNull(receiver.status().problem());
        receiver.unsetIntake(intake);
        assertTrue(receiver.status().listening());
        assertFalse(receiver.status().receiving());
        assertThrows(AssociationException.class, () -> associate("SCANNER"));
        receiver.setIntake(intake);
        FakeBackEnd off = new FakeBackEnd();
        off.active = false;
        nodes.setBackEnd(off);
        assertFalse(receiver.status().receiving());
        nodes.unsetBackEnd(off);
        receiver.stop();
        DicomReceiver.Status stopped = receiver.status();
        assertFalse(stopped.listening());
        assertFalse(stopped.receiving());
        assertTrue(String.valueOf(stopped.problem()).contains("stopped"));
        receiver.start();
        receiver.start();
        assertTrue(receiver.status().receiving());
    }

    @Test
    void associationsAreShownWhileTheyLast() throws IOException {
        try (Association association = associate("SCANNER")) {
            store(association, SOP, 50_000);
            DicomReceiver.AssociationView view = receiver.associations().get(0);
            assertEquals("SCANNER", view.callingAet());
            assertEquals("127.0.0.1", view.address());
            assertEquals(1, view.messages());
            association.release();
        }
        await(() -> receiver.associations().isEmpty());
    }

    @Test
    void anEchoGoesOutAndTellsItsTime() throws IOException {
        nodes.addNode(Configurations.local("DICOMRCV", Map.of()));
        assertTrue(receiver.echo("DICOMRCV", "127.0.0.1", receiver.status().port()) >= 0);
        assertThrows(
                IOException.class,
                () -> receiver.echo("OTHER", "127.0.0.1", receiver.status().port()));
    }

    @Test
    void aPortThatIsTakenIsShownAsTheProblem() {
        Receiver second =
                Configurations.receiver(Map.of("port", receiver.status().port(), "bind$_$address", "127.0.0.1"), nodes);
        assertThrows(IOException.class, second::start);
        assertFalse(second.status().listening());
        assertFalse(String.valueOf(second.status().problem()).isBlank());
        second.close();
    }

    // ---- reports of storage commitment, on an association of the PACS

    /** Takes what is told under one transaction UID. */
    private static class Desk implements CommitmentListener {

        final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();

        @Override
        public boolean expects(Reporter reporter) {
            return reporter.callingAet().equals("PACS");
        }

        @Override
        public boolean report(Reporter reporter, Report report) {
            return report.transactionUid().equals("2.25.7") && reports.add(report);
        }
    }

    private int reportOf(String transaction) throws IOException {
        try (Association association = AssociationRequester.open(
                "127.0.0.1",
                receiver.status().port(),
                "DICOMRCV",
                "PACS",
                List.of(new ProposedContext(1, StorageCommitment.SOP_CLASS, List.of(EXPLICIT))),
                AssociationRequester.Options.DEFAULT.withRoles(
                        List.of(new RoleSelection(StorageCommitment.SOP_CLASS, false, true))))) {
            StorageCommitment.Request request = new StorageCommitment.Request(
                    transaction,
                    List.of(
                            new StorageCommitment.Reference(CT, "1.2.1"),
                            new StorageCommitment.Reference(CT, "1.2.2")));
            CommandSet answer = StorageCommitment.report(
                    association,
                    request,
                    new StorageCommitment.Report(
                            transaction, List.of("1.2.1"), List.of(new StorageCommitment.Failure("1.2.2", 0x0110))));
            association.release();
            return answer.status();
        }
    }

    @Test
    void aReportReachesWhoWaitsForIt() throws Exception {
        Desk other = new Desk() {
            @Override
            public boolean report(Reporter reporter, Report report) {
                return false;
            }
        };
        Desk desk = new Desk();
        receiver.addCommitmentListener(other);
        receiver.addCommitmentListener(desk);
        assertEquals(CommandSet.PROCESSING_FAILURE, reportOf("2.25.8"), "nobody waits for it");
        assertEquals(CommandSet.SUCCESS, reportOf("2.25.7"));
        assertEquals(
                new CommitmentListener.Report("2.25.7", List.of("1.2.1"), Map.of("1.2.2", 0x0110)),
                desk.reports.poll());
        receiver.removeCommitmentListener(desk);
        receiver.removeCommitmentListener(other);
        assertThrows(AssociationException.class, () -> reportOf("2.25.7"));
    }
}
