package org.sallyport.gateway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The contract is run on key providers that break it, each in one way: it has to find every one, and nothing in one that keeps it. */
class KeyProviderContractTest {

    private static TestExecutionSummary run(KeyConduct conduct, DiscoverySelector selector) {
        return ContractRun.of(MemoryKeysContract.CONDUCT, conduct, selector);
    }

    @Test
    void aProviderThatKeepsTheContractPassesAllOfIt() {
        TestExecutionSummary summary = run(KeyConduct.GOOD, selectClass(MemoryKeysContract.class));
        assertEquals(List.of(), ContractRun.failures(summary));
        assertEquals(ContractRun.tests(KeyProviderContract.class), summary.getTestsSucceededCount(), "none is skipped");
    }

    @ParameterizedTest
    @CsvSource({
        "HAS_AN_ID_OF_TWO_WORDS, aKeyIsNamedByAnIdThatCanBeWrittenDown, visible characters",
        "FORGETS_AT_RESTART, whatIsWrappedComesBackAlsoAfterARestart, there is no key",
        "SHOWS_THE_KEY, whatIsWrappedShowsNothingOfTheKeyAndIsShort, shows the key",
        "IS_LENGTHY, whatIsWrappedShowsNothingOfTheKeyAndIsShort, a wrapped key has",
        "EMPTIES_WHAT_IT_IS_GIVEN, whatIsGivenIsNeitherChangedNorKept, wrap changes the key",
        "HANDS_OUT_ITS_OWN, whatIsGivenIsNeitherChangedNorKept, is the caller's own",
        "SEES_NO_CHANGE, whatWasChangedOrCutOffIsRefused, is to be refused",
        "TAKES_ANY_ID, aKeyThatIsNotThereIsRefusedWithTheWayOut, nothing is to be unwrapped",
        "TAKES_ANY_ID, theKeyBeforeOpensUntilItIsRetiredAndTheNewOneAfterwards, is to be refused",
        "SAYS_NOTHING, aKeyThatIsNotThereIsRefusedWithTheWayOut, has to say what to do",
        "SAYS_NOTHING, whileTheKeysAreAwayItSaysSo, has to say what to do",
        "FORGETS_THE_KEY_BEFORE, theKeyBeforeOpensUntilItIsRetiredAndTheNewOneAfterwards, there is no key",
        "RETIRES_ALL, theKeyBeforeOpensUntilItIsRetiredAndTheNewOneAfterwards, there is no key",
        "KEEPS_A_COPY, whileTheKeysAreAwayItSaysSo, nothing is to be unwrapped",
        "LOGS_THE_KEY, whatIsWrappedComesBackAlsoAfterARestart, the log tells the key",
        "TELLS_THE_KEY, whatWasChangedOrCutOffIsRefused, the exception tells the key",
    })
    void aProviderThatBreaksTheContractIsFound(KeyConduct conduct, String test, String why) {
        List<String> failures = ContractRun.failures(run(conduct, selectMethod(MemoryKeysContract.class, test)));
        assertEquals(1, failures.size(), () -> conduct + " passes " + test);
        assertTrue(failures.get(0).startsWith(test + "()") && failures.get(0).contains(why), failures::toString);
    }

    /** So that none is forgotten in the table above. */
    @Test
    void everyConductIsTried() throws Exception {
        CsvSource table = getClass()
                .getDeclaredMethod(
                        "aProviderThatBreaksTheContractIsFound", KeyConduct.class, String.class, String.class)
                .getAnnotation(CsvSource.class);
        Set<KeyConduct> tried = EnumSet.of(KeyConduct.GOOD);
        for (String line : table.value()) {
            tried.add(KeyConduct.valueOf(line.substring(0, line.indexOf(','))));
        }
        assertEquals(EnumSet.allOf(KeyConduct.class), tried);
    }
}
