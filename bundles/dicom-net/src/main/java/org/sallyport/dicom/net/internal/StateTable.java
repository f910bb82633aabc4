package org.sallyport.dicom.net.internal;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The state machine of PS3.8 9.2 as its Table 9-10. */
final class StateTable {

    /** Table 9-1 to 9-5. */
    enum State {
        STA1,
        STA2,
        STA3,
        STA4,
        STA5,
        STA6,
        STA7,
        STA8,
        STA9,
        STA10,
        STA11,
        STA12,
        STA13
    }

    /** The rows of Table 9-10. */
    enum Event {
        ASSOCIATE_REQUEST,
        TRANSPORT_CONFIRM,
        ASSOCIATE_AC,
        ASSOCIATE_RJ,
        TRANSPORT_INDICATION,
        ASSOCIATE_RQ,
        RESPONSE_ACCEPT,
        RESPONSE_REJECT,
        P_DATA_REQUEST,
        P_DATA_TF,
        RELEASE_REQUEST,
        RELEASE_RQ,
        RELEASE_RP,
        RELEASE_RESPONSE,
        ABORT_REQUEST,
        ABORT_PDU,
        TRANSPORT_CLOSED,
        ARTIM_EXPIRED,
        INVALID_PDU
    }

    /** Tables 9-6 to 9-9. */
    enum Action {
        AE_1,
        AE_2,
        AE_3,
        AE_4,
        AE_5,
        AE_6,
        AE_7,
        AE_8,
        DT_1,
        DT_2,
        AR_1,
        AR_2,
        AR_3,
        AR_4,
        AR_5,
        AR_6,
        AR_7,
        AR_8,
        AR_9,
        AR_10,
        AA_1,
        AA_2,
        AA_3,
        AA_4,
        AA_5,
        AA_6,
        AA_7,
        AA_8
    }

    /** Columns Sta1–Sta13; a dot where the standard has no entry. */
    private static final String[] ROWS = {
        //  1    2    3    4    5    6    7    8    9    10   11   12   13
        "AE-1 .    .    .    .    .    .    .    .    .    .    .    .", // Evt1
        ".    .    .    AE-2 .    .    .    .    .    .    .    .    .", // Evt2
        ".    AA-1 AA-8 .    AE-3 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-6", // Evt3
        ".    AA-1 AA-8 .    AE-4 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-6", // Evt4
        "AE-5 .    .    .    .    .    .    .    .    .    .    .    .", // Evt5
        ".    AE-6 AA-8 .    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-7", // Evt6
        ".    .    AE-7 .    .    .    .    .    .    .    .    .    .", // Evt7
        ".    .    AE-8 .    .    .    .    .    .    .    .    .    .", // Evt8
        ".    .    .    .    .    DT-1 .    AR-7 .    .    .    .    .", // Evt9
        ".    AA-1 AA-8 .    AA-8 DT-2 AR-6 AA-8 AA-8 AA-8 AA-8 AA-8 AA-6", // Evt10
        ".    .    .    .    .    AR-1 .    .    .    .    .    .    .", // Evt11
        ".    AA-1 AA-8 .    AA-8 AR-2 AR-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-6", // Evt12
        ".    AA-1 AA-8 .    AA-8 AA-8 AR-3 AA-8 AA-8 AR-10 AR-3 AA-8 AA-6", // Evt13
        ".    .    .    .    .    .    .    AR-4 AR-9 .    .    AR-4 .", // Evt14
        ".    .    AA-1 AA-2 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1 AA-1 .", // Evt15
        ".    AA-2 AA-3 .    AA-3 AA-3 AA-3 AA-3 AA-3 AA-3 AA-3 AA-3 AA-2", // Evt16
        ".    AA-5 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AA-4 AR-5", // Evt17
        ".    AA-2 .    .    .    .    .    .    .    .    .    .    AA-2", // Evt18
        ".    AA-1 AA-8 .    AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-8 AA-7", // Evt19
    };

    private static final Map<Event, Map<State, Action>> TABLE = new EnumMap<>(Event.class);

    static {
        Event[] events = Event.values();
        State[] states = State.values();
        for (int row = 0; row < events.length; row++) {
            String[] cells = ROWS[row].trim().split(" +");
            Map<State, Action> actions = new EnumMap<>(State.class);
            for (int column = 0; column < cells.length; column++) {
                if (!cells[column].equals(".")) {
                    actions.put(states[column], Action.valueOf(cells[column].replace('-', '_')));
                }
            }
            TABLE.put(events[row], actions);
        }
    }

    private StateTable() {}

    /**
     * The action for an event in a state.
     *
     * @return null if the event cannot happen in the state
     */
    static @Nullable Action action(State state, Event event) {
        return TABLE.getOrDefault(event, Map.of()).get(state);
    }

    /**
     * The state after an action, as its definition says.
     *
     * @param requester whether we requested the association; decides the state after a release collision (AR-8)
     */
    static State next(Action action, State now, boolean requester) {
        return switch (action) {
            case AE_1 -> State.STA4;
            case AE_2 -> State.STA5;
            case AE_3, AE_7, DT_1, DT_2 -> State.STA6;
            case AE_4, AR_3, AR_5, AA_2, AA_3, AA_4, AA_5 -> State.STA1;
            case AE_5 -> State.STA2;
            case AE_6 -> State.STA3;
            case AE_8, AR_4, AA_1, AA_6, AA_7, AA_8 -> State.STA13;
            case AR_1, AR_6 -> State.STA7;
            case AR_2, AR_7 -> State.STA8;
            case AR_8 -> requester ? State.STA9 : State.STA10;
            case AR_9 -> State.STA11;
            case AR_10 -> State.STA12;
        };
    }
}
