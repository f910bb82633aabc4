package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.Destination;

class RouteTest {

    private static final Map<String, Object> STUDY = Map.of(
            "Modality",
            new String[] {"CT", "PT"},
            "CallingAET",
            "SCANNER",
            "Images",
            120,
            "StudyDescription",
            "Thorax (Low Dose)");

    @Test
    void withoutAFilterEveryStudyIsTaken() {
        for (Route route : List.of(route(null, null), route("", null), route("  ", null))) {
            assertNull(route.problem());
            assertTrue(route.takes(STUDY));
            assertTrue(route.takes(Map.of()));
        }
    }

    @Test
    void aFilterChoosesByAttributes() {
        assertTrue(takes("(Modality=PT)"), "one of several values");
        assertFalse(takes("(Modality=MR)"));
        assertTrue(takes("(&(Modality=CT)(CallingAET=SCAN*))"));
        assertTrue(takes("(Images>=120)"));
        assertFalse(takes("(Images>=121)"));
        assertTrue(takes("(!(BodyPartExamined=HEAD))"));
        assertTrue(takes("(StudyDescription=*Low Dose*)"));
        assertTrue(takes("(StudyDescription=Thorax \\(Low Dose\\))"));
        assertFalse(takes("(StudyDescription~=HEAD)"));
        assertTrue(takes("(&(Images=*)( Modality =CT)(!(Profile=pet)))"));
    }

    /** It would be false for every study, and true for every study behind a {@code !}. */
    @Test
    void aNameThatIsNoAttributeOfAStudyIsNamedWithThoseThatThereAre() {
        for (String key : List.of(Destination.FILTER, Destination.URGENT)) {
            for (String name : List.of("modality", "CallingAet", "PatientName", "service.pid")) {
                for (String filter : List.of("(" + name + "=CT)", "(&(Modality=CT)(!(" + name + ">=1)))")) {
                    Route route = Route.of(Map.of(Destination.NAME, "archive", key, filter));
                    assertTrue(
                            problem(route)
                                    .startsWith(key + " \"" + filter + "\": no study has the attribute " + name
                                            + "; there are BodyPartExamined, CalledAET, CallingAET,"),
                            () -> problem(route));
                    assertFalse(route.takes(STUDY));
                }
            }
        }
    }

    @Test
    void aNumberIsComparedWithNumbersOnly() {
        for (String filter : List.of("(Images>=many)", "(Images=1*)", "(!(Images=))", "(Images~=1.5)")) {
            Route route = route(filter, null);
            assertTrue(problem(route).contains(": Images is a number"), () -> problem(route));
        }
        assertFalse(takes("(Images<=-1)"));
    }

    private static boolean takes(String filter) {
        Route route = route(filter, null);
        assertNull(route.problem());
        return route.takes(STUDY);
    }

    @Test
    void aFilterThatIsNoneIsNamedAndTakesNothing() {
        for (String filter : List.of("Modality=CT", "(Modality=CT", "(&)", "((Modality=CT))", "(=CT)")) {
            Route route = route(filter, null);
            assertTrue(problem(route).contains("filter \"" + filter + "\""), () -> problem(route));
            assertFalse(route.takes(STUDY));
            assertEquals("archive", route.name());
        }
    }

    @Test
    void aNumberOfWorkersOutsideItsRangeIsNamed() {
        assertEquals(1, route(null, 1).concurrency());
        assertEquals(64, route(null, "64").concurrency());
        assertEquals(1, route(null, null).concurrency());
        assertEquals(1, route(null, " ").concurrency());
        for (Object workers : List.of(0, 65, -1, "many", 1.5)) {
            Route route = route(null, workers);
            assertTrue(problem(route).contains("concurrency " + workers + ": must be 1–64"), () -> problem(route));
            assertFalse(route.takes(STUDY));
            assertEquals(1, route.concurrency());
        }
    }

    @Test
    void settingsAreReadWithTheirUnits() {
        LaneSettings settings = LaneSettings.of(Map.of(
                Destination.BANDWIDTH, "10M",
                Destination.WINDOW, " 22:00-06:00 , 12:30-13:00 ",
                Destination.BREAKER, "0",
                Destination.BREAKER_PAUSE, "2m",
                Destination.GIVE_UP_AFTER, "3d",
                Destination.TIME_LIMIT, "90s",
                Destination.PRIORITY, 9,
                Destination.URGENT, "(Modality=CT)"));
        assertEquals(10_000_000, settings.bandwidth());
        assertEquals("22:00-06:00, 12:30-13:00", String.valueOf(settings.window()));
        assertEquals(0, settings.breaker());
        assertEquals(Duration.ofMinutes(2), settings.breakerPause());
        assertEquals(Duration.ofDays(3), settings.giveUpAfter());
        assertEquals(Duration.ofSeconds(90), settings.timeLimit());
        assertEquals(9, settings.priority());
        assertEquals(LaneSettings.DEFAULT, LaneSettings.of(Map.of()));
        assertNull(LaneSettings.of(Map.of()).giveUpAfter(), "never");
        assertEquals(LaneSettings.DEFAULT, LaneSettings.of(Map.of("bandwidth", " ", "give-up-after", "never")));
        assertEquals(1_000, LaneSettings.of(Map.of("bandwidth", "1000")).bandwidth());
        assertEquals(
                10_000_000_000L, LaneSettings.of(Map.of("bandwidth", "10 g")).bandwidth());
    }

    @Test
    void aSettingThatIsNoneIsNamedAndTakesNothing() {
        bad("bandwidth", "999", "11G", "-1", "1.5M", "10MB", "99999999999G", "fast");
        bad("window", "22:00", "22:00-22:00", "24:00-06:00", "22-06", "22:00-06:00,", "a-b", "1:00-2:00-3:00");
        bad("breaker", "-1", "1001", "many");
        bad("breaker-pause", "0s", "25h", "never", "30");
        bad("give-up-after", "59s", "3651d", "3", "d", "3 weeks", "999999999d");
        bad("time-limit", "0s", "8d", "never", "-1h");
        bad("priority", "-1", "10", "high");
        bad("urgent", "Modality=CT", "(Modality=CT");
    }

    private static void bad(String key, String... values) {
        for (String value : values) {
            Route route = Route.of(Map.of(Destination.NAME, "archive", key, value));
            assertTrue(problem(route).contains(key) && problem(route).contains(value), () -> value + problem(route));
            assertFalse(route.takes(STUDY));
        }
    }

    @Test
    void aWindowMayPassMidnight() {
        TimeWindow window = TimeWindow.parse("window", "22:00-06:00,12:00-13:00");
        for (String open : List.of("22:00", "23:59:59", "00:00", "05:59:59", "12:00", "12:59")) {
            assertTrue(window.isOpen(LocalTime.parse(open)), open);
        }
        for (String closed : List.of("21:59:59", "06:00", "11:59", "13:00")) {
            assertFalse(window.isOpen(LocalTime.parse(closed)), closed);
        }
    }

    @Test
    void bandwidthIsSharedAndAnUnusedSecondIsNotSavedUp() {
        Bandwidth bandwidth = new Bandwidth(1_000);
        long later = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        assertEquals(0, bandwidth.reserve(100, later), "the burst");
        assertEquals(Duration.ofMillis(500).toNanos(), bandwidth.reserve(500, later));
        assertEquals(Duration.ofSeconds(1).toNanos(), bandwidth.reserve(500, later));
        assertEquals(100, bandwidth.piece(1 << 20));
        assertEquals(1 << 20, new Bandwidth(0).piece(1 << 20));
    }

    @Test
    void aConfigurationsSettingsArePassedOn() {
        assertEquals(
                Map.of("filter", "(Modality=CT)", "bandwidth", "1M"),
                Destination.settings(Map.of("filter", "(Modality=CT)", "bandwidth", "1M", "directory", "/tmp")));
    }

    @Test
    void aNameThatIsNoneIsNamed() {
        for (String name : List.of("", "Archive", "a b", "../x", "x".repeat(41), "ärchiv")) {
            Route route = Route.of(Map.of(Destination.NAME, name));
            assertTrue(problem(route).contains("destination.name \"" + name + "\""), () -> problem(route));
            assertFalse(route.takes(STUDY));
        }
        assertNotNull(Route.of(Map.of()).problem());
        assertNull(Route.of(Map.of(Destination.NAME, "x".repeat(40))).problem());
    }

    private static Route route(
            @org.jspecify.annotations.Nullable String filter, @org.jspecify.annotations.Nullable Object concurrency) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(Destination.NAME, "archive");
        if (filter != null) {
            properties.put(Destination.FILTER, filter);
        }
        if (concurrency != null) {
            properties.put(Destination.CONCURRENCY, concurrency);
        }
        return Route.of(properties);
    }

    private static String problem(Route route) {
        return String.valueOf(route.problem());
    }
}
