package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        assertFalse(takes("(modality=CT)"), "keywords are written as DICOM writes them");
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
        for (Object workers : List.of(0, 65, -1, "many", "", 1.5)) {
            Route route = route(null, workers);
            assertTrue(problem(route).contains("concurrency " + workers + ": must be 1–64"), () -> problem(route));
            assertFalse(route.takes(STUDY));
            assertEquals(1, route.concurrency());
        }
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
