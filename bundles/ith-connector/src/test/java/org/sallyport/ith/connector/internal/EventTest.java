package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FLAT =
            "{'event_type':'scan.dispatch','workspace_id':'w','timestamp':'t','correlation_id':'c','entity_type':'scan',"
                    + "'entity_id':'e','payload':{'subject_id':'s','session_id':'x','nodes':['n1','n2','n1'],'scan_number':7,"
                    + "'priority':'high','patient':{'secret':1}}}";

    private static JsonNode json(String text) throws JsonProcessingException {
        return JSON.readTree(text.replace('\'', '"'));
    }

    @Test
    void flatAndNestedAreTheSame() throws Exception {
        Event flat = Event.of(Event.unwrapped(json(FLAT)));
        Event nested = Event.of(Event.unwrapped(json("{'type':'event','payload':" + FLAT + "}")));
        assertEquals(flat, nested);
        assertEquals(List.of("n1", "n2"), flat.nodes());
        assertEquals("7", flat.text("scan_number"));
        assertEquals(7, flat.priority());
        assertFalse(flat.payload().has("patient"), "what is not known is left out");
        assertEquals(flat, Event.ofJson(flat.toJson()));
        assertTrue(Event.unwrapped(json("{'type':'ping'}")).isMissingNode());
    }

    @ParameterizedTest
    @CsvSource({"5,5", "-3,0", "99,9", "'\"urgent\"',9", "'\"HIGH\"',7", "'\"?\"',5", "null,5", "'{}',5"})
    void priorities(String sent, int expected) throws Exception {
        assertEquals(
                expected,
                Event.of(json(FLAT.replace("'high'", sent.replace('"', '\'')))).priority());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'entity_id':'e'|'entity_id':''",
                "'entity_id':'e'|'x':1",
                "'entity_id':'e'|'entity_id':['e']",
                "'entity_id':'e'|'entity_id':'a\\nb'",
                "'subject_id':'s'|'x':1",
                "'session_id':'x'|'session_id':{}",
                "['n1','n2','n1']|['']",
                "'scan.dispatch'|'scan.unknown'"
            })
    void whatIsMalformedIsRefused(String change) {
        String[] parts = change.split("\\|", -1);
        assertThrows(IllegalArgumentException.class, () -> Event.of(json(FLAT.replace(parts[0], parts[1]))));
    }

    @Test
    void soManyNodesThatACommandWouldBeTooLongAreRefused() throws Exception {
        StringBuilder nodes = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            nodes.append(i == 0 ? "'" : ",'").append("n".repeat(90)).append(i).append("'");
        }
        String event = FLAT.replace("'n1','n2','n1'", nodes);
        assertEquals(
                "nodes has ids of more than 16384 characters",
                assertThrows(IllegalArgumentException.class, () -> Event.of(json(event)))
                        .getMessage());
    }

    @Test
    void anEventWithoutCorrelationIsKnownByItsContent() throws Exception {
        String without = FLAT.replace("'correlation_id':'c',", "");
        assertEquals(Event.of(json(without)).identity(), Event.of(json(without)).identity());
        assertNotEquals(
                Event.of(json(without)).identity(),
                Event.of(json(without.replace("'t'", "'u'"))).identity());
    }

    @Test
    void pathsAreEncoded() throws Exception {
        Event event = Event.of(json(FLAT.replace("'e'", "'a/b?c=d'")));
        assertEquals(
                "/api/v1/proxy/ws/scans/a%2Fb%3Fc%3Dd/download?compression_format=zip&compression_level=6&subject_id=s&session_id=x",
                Paths.download("ws", event));
    }
}
