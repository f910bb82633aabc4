package org.sallyport.gateway.scp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.AssociationPolicy.Decision;
import org.sallyport.dicom.net.AssociationPolicy.Peer;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.PresentationContext.Result;
import org.sallyport.dicom.net.Rejection;
import org.sallyport.dicom.net.UserInformation;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.node.CommitmentListener;
import org.sallyport.gateway.api.node.Node;

/** Answers to A-ASSOCIATE-RQ (PS3.8 9.3.3, 9.3.4). */
class ReceivingPolicyTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String COMMITMENT = "1.2.840.10008.1.20.1";
    private static final String US = "1.2.840.10008.5.1.4.1.1.6.1";
    private static final String VERIFICATION = "1.2.840.10008.1.1";
    private static final String IMPLICIT = "1.2.840.10008.1.2";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";
    private static final String DEFLATED = "1.2.840.10008.1.2.1.99";
    private static final String BIG_ENDIAN = "1.2.840.10008.1.2.2";
    private static final String JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70";
    private static final String JPEG_2000 = "1.2.840.10008.1.2.4.90";
    private static final String JPIP = "1.2.840.10008.1.2.4.94";
    private static final String PAPYRUS = "1.2.840.10008.1.20";

    private final AtomicReference<@Nullable Intake> intake = new AtomicReference<>(new FakeIntake());
    private final FakeBackEnd backEnd = new FakeBackEnd();
    private final CommitmentReports reports = new CommitmentReports();

    /** As a PACS that brings a report proposes it. */
    private static final UserInformation WITH_ROLES = new UserInformation(
            16_384,
            "1.2.3",
            null,
            null,
            List.of(new RoleSelection(COMMITMENT, false, true), new RoleSelection(CT, true, true)),
            List.of(),
            List.of(),
            null,
            null);

    private Decision decide(Map<String, Object> settings, String calling, String called, ProposedContext... contexts) {
        ScpSettings checked = Configurations.settings(settings);
        NodeTable nodes = new NodeTable(checked);
        nodes.addNode(Configurations.local("SCANNER", Map.of()));
        if (checked.backEnd()) {
            nodes.setBackEnd(backEnd);
        }
        return new ReceivingPolicy(() -> checked, nodes, reports, intake::get, () -> null)
                .decide(
                        new AssociateRequest(
                                1,
                                called,
                                calling,
                                AssociateRequest.DICOM_APPLICATION_CONTEXT,
                                List.of(contexts),
                                WITH_ROLES),
                        new Peer(InetAddress.getLoopbackAddress(), null));
    }

    private PresentationContext answer(Map<String, Object> settings, String abstractSyntax, String... syntaxes) {
        Decision decision =
                decide(settings, "SCANNER", "DICOMRCV", new ProposedContext(7, abstractSyntax, List.of(syntaxes)));
        assertNull(decision.rejection());
        PresentationContext answer = decision.contexts().get(0);
        assertEquals(7, answer.id());
        assertEquals(abstractSyntax, answer.abstractSyntax());
        return answer;
    }

    private @Nullable Rejection rejection(Map<String, Object> settings, String calling, String called) {
        return decide(settings, calling, called, new ProposedContext(1, CT, List.of(EXPLICIT)))
                .rejection();
    }

    @Test
    void aStrangerIsRejectedInPrivateModeOnly() {
        assertEquals(Rejection.CALLING_AET_NOT_RECOGNIZED, rejection(Map.of(), "STRANGER", "DICOMRCV"));
        assertNull(rejection(Map.of("mode", "public"), "STRANGER", "DICOMRCV"));
        assertNull(rejection(Map.of(), "SCANNER", "DICOMRCV"));
    }

    @Test
    void anotherCalledTitleIsRejectedUnlessAnyIsAccepted() {
        assertEquals(Rejection.CALLED_AET_NOT_RECOGNIZED, rejection(Map.of(), "SCANNER", "OTHER"));
        assertNull(rejection(Map.of("accept$_$any$_$called$_$ae", "yes"), "SCANNER", "OTHER"));
    }

    @Test
    void whileNothingCouldBeKeptAssociationsAreRejectedForTheTimeBeing() {
        intake.set(null);
        assertEquals(Rejection.TEMPORARY_CONGESTION, rejection(Map.of(), "SCANNER", "DICOMRCV"));
        intake.set(new FakeIntake());
        backEnd.active = false;
        assertEquals(
                Rejection.TEMPORARY_CONGESTION,
                rejection(Map.of("back$_$end", "https://back.example"), "SCANNER", "DICOMRCV"));
    }

    @Test
    void verificationIsAlwaysAccepted() {
        assertTrue(answer(Map.of(), VERIFICATION, IMPLICIT).isAccepted());
    }

    @Test
    void aClassThatIsNotWantedIsRefusedWhileOthersAreAccepted() {
        Decision decision = decide(
                Map.of(),
                "SCANNER",
                "DICOMRCV",
                new ProposedContext(1, US, List.of(EXPLICIT)),
                new ProposedContext(3, CT, List.of(EXPLICIT)),
                new ProposedContext(5, "1.2.840.10008.5.1.4.1.2.2.1", List.of(EXPLICIT)));
        assertEquals(
                List.of(Result.ABSTRACT_SYNTAX_NOT_SUPPORTED, Result.ACCEPTANCE, Result.ABSTRACT_SYNTAX_NOT_SUPPORTED),
                decision.contexts().stream().map(PresentationContext::result).toList());
        assertTrue(answer(Map.of("storage$_$classes", "all"), US, EXPLICIT).isAccepted());
        assertTrue(answer(Map.of("storage$_$classes", US), US, EXPLICIT).isAccepted());
    }

    @Test
    void everyTransferSyntaxThatCanBeStoredIsAccepted() {
        for (TransferSyntax syntax : TransferSyntax.all()) {
            PresentationContext answer = answer(Map.of(), CT, syntax.uid());
            assertTrue(answer.isAccepted(), syntax::toString);
            assertEquals(syntax.uid(), answer.transferSyntax());
        }
        for (String syntax : List.of(IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN, JPEG_LOSSLESS, JPEG_2000)) {
            assertTrue(answer(Map.of(), CT, syntax).isAccepted(), syntax);
        }
    }

    @Test
    void transferSyntaxesThatAreNotKnownAreRefused() {
        for (String syntax : List.of("1.2.3.4", JPIP, PAPYRUS, CT, "", "nonsense")) {
            assertEquals(
                    Result.TRANSFER_SYNTAXES_NOT_SUPPORTED,
                    answer(Map.of(), CT, syntax).result(),
                    syntax);
        }
        assertEquals(EXPLICIT, answer(Map.of(), CT, "1.2.3.4", JPIP, EXPLICIT).transferSyntax());
    }

    @Test
    void theSendersFirstChoiceIsTakenButForOnesThatNeedConverting() {
        assertEquals(
                JPEG_LOSSLESS, answer(Map.of(), CT, JPEG_LOSSLESS, EXPLICIT).transferSyntax());
        assertEquals(IMPLICIT, answer(Map.of(), CT, IMPLICIT, EXPLICIT).transferSyntax());
        assertEquals(
                IMPLICIT, answer(Map.of(), CT, BIG_ENDIAN, DEFLATED, IMPLICIT).transferSyntax());
        assertEquals(BIG_ENDIAN, answer(Map.of(), CT, BIG_ENDIAN, DEFLATED).transferSyntax());
    }

    // ---- reports of storage commitment (PS3.4 J.3.3)

    /** A destination has asked this PACS, calling itself GATE. */
    private void pacsWasAsked() {
        reports.add(new CommitmentListener() {
            @Override
            public boolean expects(Reporter reporter) {
                return reporter.callingAet().equals("PACS")
                        && reporter.calledAet().equals("GATE")
                        && reporter.address().isLoopbackAddress();
            }

            @Override
            public boolean report(Reporter reporter, Report report) {
                throw new UnsupportedOperationException();
            }
        });
    }

    private static final ProposedContext[] REPORT_AND_CT = {
        new ProposedContext(1, COMMITMENT, List.of("1.2.3", IMPLICIT)), new ProposedContext(3, CT, List.of(EXPLICIT))
    };

    @Test
    void aPacsThatWasAskedMayBringItsReportAndNothingElse() {
        pacsWasAsked();
        Decision decision = decide(Map.of(), "PACS", "GATE", REPORT_AND_CT);
        assertNull(decision.rejection());
        assertEquals(
                List.of(
                        new PresentationContext(1, COMMITMENT, Result.ACCEPTANCE, IMPLICIT),
                        new PresentationContext(3, CT, Result.ABSTRACT_SYNTAX_NOT_SUPPORTED, EXPLICIT)),
                decision.contexts());
        assertEquals(List.of(new RoleSelection(COMMITMENT, false, true)), decision.roles());
    }

    @Test
    void aPacsThatMayStoreMayDoBothAtOnce() {
        pacsWasAsked();
        Decision decision = decide(Map.of("mode", "public"), "PACS", "GATE", REPORT_AND_CT);
        assertTrue(decision.contexts().stream().allMatch(PresentationContext::isAccepted));
    }

    @Test
    void whoWasNotAskedBringsNoReport() {
        assertEquals(
                Rejection.CALLING_AET_NOT_RECOGNIZED,
                decide(Map.of(), "PACS", "DICOMRCV", REPORT_AND_CT).rejection());
        pacsWasAsked();
        assertEquals(
                Rejection.CALLING_AET_NOT_RECOGNIZED,
                decide(Map.of(), "OTHER", "DICOMRCV", REPORT_AND_CT).rejection());
        assertEquals(
                Rejection.CALLED_AET_NOT_RECOGNIZED,
                decide(Map.of(), "OTHER", "GATE", REPORT_AND_CT).rejection());
        Decision scanner = decide(Map.of(), "SCANNER", "DICOMRCV", REPORT_AND_CT);
        assertEquals(
                Result.ABSTRACT_SYNTAX_NOT_SUPPORTED, scanner.contexts().get(0).result());
        assertEquals(List.of(), scanner.roles());
    }

    @Test
    void aNodeThatIsBarredBringsNoReportEither() {
        pacsWasAsked();
        backEnd.nodes = List.of(Configurations.backEnd("PACS", false, Node.Permission.READ_WRITE));
        assertEquals(
                Rejection.CALLING_AET_NOT_RECOGNIZED,
                decide(Map.of("back$_$end", "https://back.example"), "PACS", "GATE", REPORT_AND_CT)
                        .rejection());
    }
}
