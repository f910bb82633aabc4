package org.sallyport.gateway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The contract is run on destinations that break it, each in one way: it has to find every one, and nothing in one that keeps it. */
@Timeout(300)
class DestinationContractTest {

    private static TestExecutionSummary run(Conduct conduct, DiscoverySelector selector) {
        return ContractRun.of(MemoryContract.CONDUCT, conduct, selector);
    }

    @Test
    void aDestinationThatKeepsTheContractPassesAllOfIt() {
        TestExecutionSummary summary = run(Conduct.GOOD, selectClass(MemoryContract.class));
        assertEquals(List.of(), ContractRun.failures(summary));
        assertEquals(ContractRun.tests(DestinationContract.class), summary.getTestsSucceededCount(), "none is skipped");
    }

    @ParameterizedTest
    @CsvSource({
        "LOSES_AN_INSTANCE, everyInstanceArrivesOnce, SOP Instance UIDs at the receiver",
        "LOSES_AN_INSTANCE, lateImagesJoinTheStudy, SOP Instance UIDs at the receiver",
        "LOSES_AN_INSTANCE, studiesStandBesideEachOther, SOP Instance UIDs at the receiver",
        "KEEPS_A_SECOND_COPY, theSameDeliveryAgainChangesNothing, and how often",
        "KEEPS_THE_OLD_VERSION, aChangedVersionReplacesOrTheDestinationSaysThatItDoesNot,"
                + " does not have the changed version",
        "KEEPS_TORN_IMAGES, aStreamThatBreaksOffIsTriedAgain, SHA-256 of",
        "PROMISES, everyInstanceArrivesOnce, ''",
        "READS_AGAIN_AFTERWARDS, everyInstanceArrivesOnce, was read after deliver had returned",
        "TELLS_PROGRESS_AFTERWARDS, everyInstanceArrivesOnce, progress was told after deliver had returned",
        "HOLDS_WHOLE_INSTANCES, anInstanceOfAnyLengthPassesWithoutBeingHeld, instances are to be streamed",
        "LEAVES_STREAMS_OPEN, everyInstanceArrivesOnce, streams of an instance were not closed",
        "LEAVES_A_STREAM_OPEN_WHEN_IT_FAILS, aStreamThatBreaksOffIsTriedAgain,"
                + " streams of an instance were not closed",
        "LEAVES_A_THREAD, everyInstanceArrivesOnce, threads that live on",
        "IGNORES_INTERRUPT_AND_CANCELLATION, anInterruptEndsADeliverySoon,"
                + " an interrupted delivery is to be tried later",
        "IGNORES_INTERRUPT_AND_CANCELLATION, aCancelledDeliveryIsGivenUpSoon,"
                + " a cancelled delivery is to be tried later",
        "WAITS_ON_AFTER_AN_INTERRUPT, anInterruptEndsADeliverySoon, did not end within",
        "WAITS_WITHOUT_LIMIT, aReceiverThatStaysSilentHoldsNothingForEver, did not end within",
        "WAITS_WITHOUT_LIMIT, anInterruptEndsTheWaitForASilentReceiver, did not end within",
        "REFUSES_WHAT_FAILS_FOR_NOW, aReceiverThatIsAwayIsSeenAndWaitedFor, is a failure for now",
        "REFUSES_WHAT_FAILS_FOR_NOW, aFileThatCannotBeOpenedIsTriedAgain, is a failure for now",
        "REFUSES_WHAT_FAILS_FOR_NOW, aReceiverThatStaysSilentHoldsNothingForEver, is a failure for now",
        "STOPS_WHAT_FAILS_FOR_NOW, aReceiverThatIsAwayIsSeenAndWaitedFor, is a failure for now",
        "PASSES_OVER_WHAT_CANNOT_BE_READ, aStreamThatBreaksOffIsTriedAgain, is a failure for now",
        "PASSES_OVER_WHAT_CANNOT_BE_READ, aFileThatCannotBeOpenedIsTriedAgain, is a failure for now",
        "TAKES_ONE_AT_A_TIME, severalDeliveriesAtTheSameTime, busy",
        "ANSWERS_NOTHING, everyInstanceArrivesOnce, deliver() returned null",
        "COUNTS_BACKWARDS, everyInstanceArrivesOnce, progress went back",
        "HAS_RECEIPTS_OF_OTHERS, everyInstanceArrivesOnce, receipts of instances that are not in the delivery",
        "TELLS_IDENTITY_IN_ITS_RECEIPT, everyInstanceArrivesOnce, tells identity",
        "TELLS_IDENTITY_IN_AN_EXCEPTION, aReceiverThatIsAwayIsSeenAndWaitedFor, tells identity",
        "LOGS_IDENTITY, everyInstanceArrivesOnce, the log tells identity",
        "KEEPS_ITS_CLASS_LOADER, everyInstanceArrivesOnce, context class loader was not put back",
        "NEEDS_THE_CONTEXT_CLASS_LOADER, everyInstanceArrivesOnce, ClassNotFoundException",
        "PROBES_WITHOUT_LIMIT, theProbeAnswersInTime, did not answer within",
        "SAYS_THAT_ALL_IS_WELL, aReceiverThatIsAwayIsSeenAndWaitedFor, why not",
        "SAYS_THAT_ALL_IS_WELL, aReceiverThatStaysSilentHoldsNothingForEver, why not",
    })
    void aDestinationThatBreaksTheContractIsFound(Conduct conduct, String test, String why) {
        List<String> failures = ContractRun.failures(run(conduct, selectMethod(MemoryContract.class, test)));
        assertEquals(1, failures.size(), () -> conduct + " passes " + test);
        assertTrue(failures.get(0).startsWith(test + "()") && failures.get(0).contains(why), failures::toString);
    }

    /** So that none is forgotten in the table above. */
    @Test
    void everyConductIsTried() throws Exception {
        CsvSource table = getClass()
                .getDeclaredMethod(
                        "aDestinationThatBreaksTheContractIsFound", Conduct.class, String.class, String.class)
                .getAnnotation(CsvSource.class);
        Set<Conduct> tried = EnumSet.of(Conduct.GOOD);
        for (String line : table.value()) {
            tried.add(Conduct.valueOf(line.substring(0, line.indexOf(','))));
        }
        assertEquals(EnumSet.allOf(Conduct.class), tried);
    }
}
