package org.sallyport.dicom.net.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.dicom.net.internal.StateTable.Action;
import org.sallyport.dicom.net.internal.StateTable.Event;
import org.sallyport.dicom.net.internal.StateTable.State;

/** Table 9-10 of PS3.8, state by state as its columns are read, and the next states of Tables 9-6 to 9-9. */
class StateTableTest {

    /** Each state with its events that have an entry: number of the event, action. */
    private static final String[] COLUMNS = {
        "Sta1: 1 AE-1, 5 AE-5",
        "Sta2: 3 AA-1, 4 AA-1, 6 AE-6, 10 AA-1, 12 AA-1, 13 AA-1, 16 AA-2, 17 AA-5, 18 AA-2, 19 AA-1",
        "Sta3: 3 AA-8, 4 AA-8, 6 AA-8, 7 AE-7, 8 AE-8, 10 AA-8, 12 AA-8, 13 AA-8, 15 AA-1, 16 AA-3, 17 AA-4, 19 AA-8",
        "Sta4: 2 AE-2, 15 AA-2, 17 AA-4",
        "Sta5: 3 AE-3, 4 AE-4, 6 AA-8, 10 AA-8, 12 AA-8, 13 AA-8, 15 AA-1, 16 AA-3, 17 AA-4, 19 AA-8",
        "Sta6: 3 AA-8, 4 AA-8, 6 AA-8, 9 DT-1, 10 DT-2, 11 AR-1, 12 AR-2, 13 AA-8, 15 AA-1, 16 AA-3, 17 AA-4, 19 AA-8",
        "Sta7: 3 AA-8, 4 AA-8, 6 AA-8, 10 AR-6, 12 AR-8, 13 AR-3, 15 AA-1, 16 AA-3, 17 AA-4, 19 AA-8",
        "Sta8: 3 AA-8, 4 AA-8, 6 AA-8, 9 AR-7, 10 AA-8, 12 AA-8, 13 AA-8, 14 AR-4, 15 AA-1, 16 AA-3, 17 AA-4, 19 AA-8",
        "Sta9: 3 AA-8, 4 AA-8, 6 AA-8, 10 AA-8, 12 AA-8, 13 AA-8, 14 AR-9, 15 AA-1, 16 AA-3, 17 AA-4, 19 AA-8",
        "Sta10: 3 AA-8, 4 AA-8, 6 AA-8, 10 AA-8, 12 AA-8, 13 AR-10, 15 AA-1, 16 AA-3, 17 AA-4, 19 AA-8",
        "Sta11: 3 AA-8, 4 AA-8, 6 AA-8, 10 AA-8, 12 AA-8, 13 AR-3, 15 AA-1, 16 AA-3, 17 AA-4, 19 AA-8",
        "Sta12: 3 AA-8, 4 AA-8, 6 AA-8, 10 AA-8, 12 AA-8, 13 AA-8, 14 AR-4, 15 AA-1, 16 AA-3, 17 AA-4, 19 AA-8",
        "Sta13: 3 AA-6, 4 AA-6, 6 AA-7, 10 AA-6, 12 AA-6, 13 AA-6, 16 AA-2, 17 AR-5, 18 AA-2, 19 AA-7"
    };

    /** The rows of the table in its order. */
    private static final List<Event> ROWS = List.of(
            Event.ASSOCIATE_REQUEST,
            Event.TRANSPORT_CONFIRM,
            Event.ASSOCIATE_AC,
            Event.ASSOCIATE_RJ,
            Event.TRANSPORT_INDICATION,
            Event.ASSOCIATE_RQ,
            Event.RESPONSE_ACCEPT,
            Event.RESPONSE_REJECT,
            Event.P_DATA_REQUEST,
            Event.P_DATA_TF,
            Event.RELEASE_REQUEST,
            Event.RELEASE_RQ,
            Event.RELEASE_RP,
            Event.RELEASE_RESPONSE,
            Event.ABORT_REQUEST,
            Event.ABORT_PDU,
            Event.TRANSPORT_CLOSED,
            Event.ARTIM_EXPIRED,
            Event.INVALID_PDU);

    static Stream<Arguments> cells() {
        return Stream.of(COLUMNS).flatMap(column -> {
            State state = State.valueOf(column.substring(0, column.indexOf(':')).replace("Sta", "STA"));
            List<String> entries = Arrays.asList(
                    column.substring(column.indexOf(':') + 1).trim().split(", "));
            return Stream.iterate(1, n -> n <= ROWS.size(), n -> n + 1).map(n -> {
                String action = entries.stream()
                        .filter(entry -> entry.startsWith(n + " "))
                        .map(entry -> entry.substring(entry.indexOf(' ') + 1))
                        .findFirst()
                        .orElse("");
                return Arguments.of(state, n, action);
            });
        });
    }

    @ParameterizedTest(name = "{0}, Evt{1}: {2}")
    @MethodSource("cells")
    void aCellHasTheActionOfTheStandard(State state, int event, String expected) {
        Action action = StateTable.action(state, ROWS.get(event - 1));

        assertEquals(expected, action == null ? "" : action.name().replace('_', '-'));
    }

    @Test
    void thereAreThirteenStatesNineteenEventsAndTwentyEightActions() {
        assertEquals(13, State.values().length);
        assertEquals(ROWS.size(), EnumSet.allOf(Event.class).size());
        assertEquals(28, Action.values().length);
    }

    @ParameterizedTest
    @CsvSource({
        "AE_1, STA4",
        "AE_2, STA5",
        "AE_3, STA6",
        "AE_4, STA1",
        "AE_5, STA2",
        "AE_6, STA3",
        "AE_7, STA6",
        "AE_8, STA13",
        "DT_1, STA6",
        "DT_2, STA6",
        "AR_1, STA7",
        "AR_2, STA8",
        "AR_3, STA1",
        "AR_4, STA13",
        "AR_5, STA1",
        "AR_6, STA7",
        "AR_7, STA8",
        "AR_9, STA11",
        "AR_10, STA12",
        "AA_1, STA13",
        "AA_2, STA1",
        "AA_3, STA1",
        "AA_4, STA1",
        "AA_5, STA1",
        "AA_6, STA13",
        "AA_7, STA13",
        "AA_8, STA13"
    })
    void anActionLeadsToTheStateOfItsDefinition(Action action, State next) {
        assertEquals(next, StateTable.next(action, State.STA6, true));
        assertEquals(next, StateTable.next(action, State.STA6, false));
    }

    @Test
    void aReleaseCollisionDependsOnWhoRequestedTheAssociation() {
        assertEquals(State.STA9, StateTable.next(Action.AR_8, State.STA7, true));
        assertEquals(State.STA10, StateTable.next(Action.AR_8, State.STA7, false));
    }
}
