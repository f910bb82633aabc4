package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.api.node.Node;

class ProxyConfigurationTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GOOD = "{'id':'n0','ae_title':'PACS','ip_address':'10.0.0.5','port':104}";

    @Test
    void aWholeConfigurationIsTakenAsItStands() {
        ProxyConfiguration read = parse("""
                {'id':'proxy-1','workspace_id':'ws_1-A','name':'x','is_active':true,'metadata':{},
                 'config':{'mode':'public','enable_phi_anonymization':false,'port':11112},
                 'nodes':[{'id':'n1','name':'Main PACS','ae_title':'PACS 1','ip_address':'10.0.0.5','port':11112,
                           'is_active':false,'permission':'read','is_reachable':true,'metadata':{'a':[1]}},
                          {'id':7,'name':'','ae_title':'WS','ip':'10.0.0.6','port':1,'permission':'WRITE'}]}""");
        assertEquals("proxy-1", read.proxyId());
        assertEquals("ws_1-A", read.workspaceId());
        assertTrue(read.active());
        assertEquals(Mode.PUBLIC, read.mode());
        assertFalse(read.deidentify());
        assertEquals(
                List.of(
                        node("n1", "Main PACS", "PACS 1", "10.0.0.5", 11112, false, Node.Permission.READ),
                        node("7", "WS", "WS", "10.0.0.6", 1, true, Node.Permission.WRITE)),
                read.nodes());
        assertEquals(List.of(), read.warnings());
    }

    @Test
    void whatIsMissingFailsClosed() {
        ProxyConfiguration read = parse("{'workspace_id':'ws'}");
        assertEquals("", read.proxyId());
        assertTrue(read.active());
        assertEquals(Mode.PRIVATE, read.mode());
        assertTrue(read.deidentify());
        assertEquals(List.of(), read.nodes());
        assertEquals(List.of(), read.warnings());
    }

    @Test
    void aNodesDefaultsAreThoseOfTheContract() {
        assertEquals(
                List.of(node("n0", "PACS", "PACS", "10.0.0.5", 104, true, Node.Permission.READ_WRITE)),
                parse(withNodes(GOOD)).nodes());
        assertEquals(
                List.of(node("n0", "PACS", "PACS", "10.0.0.5", 104, true, Node.Permission.READ_WRITE)),
                parse(withNodes("{'id':'n0','ae_title':'PACS','ip_address':null,'ip':'10.0.0.5','port':104,"
                                + "'name':null,'is_active':null,'permission':null}"))
                        .nodes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'PUBLIC'", "'open'", "''", "null", "true", "1", "{'public':1}", "['public']", "'public '"})
    void anUnknownModeIsPrivate(String mode) {
        assertEquals(
                Mode.PRIVATE,
                parse("{'workspace_id':'ws','config':{'mode':" + mode + "}}").mode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'false'", "0", "null", "''", "[]", "{}", "true"})
    void onlyAPlainFalseAsksForIdentity(String flag) {
        assertTrue(parse("{'workspace_id':'ws','config':{'enable_phi_anonymization':" + flag + "}}")
                .deidentify());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "true|true",
                "null|true",
                "'true'|true",
                "false|false",
                "0|false",
                "'false'|false",
                "'no'|false",
                "{}|false"
            })
    void aSwitchOfAnUnknownFormIsOff(String value, boolean expected) {
        assertEquals(
                expected,
                parse("{'workspace_id':'ws','is_active':" + value + "}").active());
        assertEquals(
                expected,
                parse(withNodes(GOOD.replace("}", ",'is_active':" + value + "}")))
                        .nodes()
                        .get(0)
                        .active());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'name':'North','ae_title':'A','ip':'10.0.0.1','port':104}|\"North\" is skipped: id is missing",
                "{'id':'n1','ip':'10.0.0.1','port':104}|\"n1\" is skipped: ae_title is missing",
                "{'id':'n1','ae_title':'  ','ip':'10.0.0.1','port':104}|\"n1\" is skipped: ae_title is missing",
                "{'id':'n1','ae_title':'A','port':104}|\"n1\" is skipped: ip is missing",
                "{'id':'n1','ae_title':'A','ip_address':'','port':104}|\"n1\" is skipped: ip_address is missing",
                "{'id':{},'ae_title':'A','ip':'10.0.0.1','port':104}|\"A\" is skipped: id is missing",
                "{'id':'n1','ae_title':'ABCDEFGHIJKLMNOPQ','ip':'h','port':104}|\"n1\" is skipped: ae_title is longer than 16",
                "{'id':'n1','ae_title':'Ä','ip':'h','port':104}|\"n1\" is skipped: ae_title",
                "{'id':'n1','ae_title':'A\\\\B','ip':'h','port':104}|\"n1\" is skipped: ae_title",
                "{'id':'n1','ae_title':'A\\nB','ip':'h','port':104}|\"n1\" is skipped: ae_title",
                "{'id':'n\\n1','ae_title':'A','ip':'h','port':104}|\"n?1\" is skipped: id",
                "{'id':'n1','ae_title':'A','ip':'10.0.0.1\\r\\nX','port':104}|\"n1\" is skipped: ip",
                "{'id':'n1','ae_title':'A','ip':'http://h/','port':104}|\"n1\" is skipped: ip",
                "{'id':'n1','ae_title':'A','ip':'h'}|\"n1\" is skipped: port",
                "{'id':'n1','ae_title':'A','ip':'h','port':0}|\"n1\" is skipped: port",
                "{'id':'n1','ae_title':'A','ip':'h','port':-1}|\"n1\" is skipped: port",
                "{'id':'n1','ae_title':'A','ip':'h','port':65536}|\"n1\" is skipped: port \"65536\" is not 1–65535",
                "{'id':'n1','ae_title':'A','ip':'h','port':4294967400}|\"n1\" is skipped: port",
                "{'id':'n1','ae_title':'A','ip':'h','port':104.5}|\"n1\" is skipped: port",
                "{'id':'n1','ae_title':'A','ip':'h','port':1e400}|\"n1\" is skipped: port",
                "{'id':'n1','ae_title':'A','ip':'h','port':true}|\"n1\" is skipped: port",
                "{'id':'n1','ae_title':'A','ip':'h','port':[104]}|\"n1\" is skipped: port",
                "{'id':'n1','ae_title':'A','ip':'h','port':104,'permission':'all'}|\"n1\" is skipped: permission \"all\"",
                "{'id':'n1','ae_title':'A','ip':'h','port':104,'permission':[]}|\"n1\" is skipped: permission",
                "'text'|number 1 is skipped: id is missing",
                "null|number 1 is skipped: id is missing",
                "[]|number 1 is skipped: id is missing",
                "{}|number 1 is skipped: id is missing",
            })
    void aMalformedNodeIsSkippedAndNamedAndSpoilsNothing(String malformed, String warning) {
        ProxyConfiguration read = parse(withNodes(malformed + "," + GOOD));
        assertEquals(List.of("n0"), read.nodes().stream().map(Node::id).toList());
        assertEquals(1, read.warnings().size());
        String told = read.warnings().get(0);
        assertTrue(told.startsWith("node " + warning), told);
        assertTrue(told.matches("[\\x20-\\x7E–]*"), "a warning is one line of plain text: " + told);
    }

    @Test
    void idsAndAddressesHaveALongestLength() {
        String id = "i".repeat(128);
        String host = "h".repeat(253);
        String node = "{'id':'%s','ae_title':'ABCDEFGHIJKLMNOP','ip':'%s','port':65535}";
        assertEquals(1, parse(withNodes(node.formatted(id, host))).nodes().size());
        assertEquals(0, parse(withNodes(node.formatted(id + "i", host))).nodes().size());
        assertEquals(0, parse(withNodes(node.formatted(id, host + "h"))).nodes().size());
    }

    @Test
    void aLongNameIsCutInWarnings() {
        ProxyConfiguration read = parse(withNodes("{'name':'" + "n".repeat(100_000) + "'}"));
        assertEquals(List.of("node \"" + "n".repeat(64) + "\" is skipped: id is missing"), read.warnings());
    }

    @Test
    void nodesBeyondTheMostAreSkippedWithOneWarning() {
        StringBuilder nodes = new StringBuilder(GOOD);
        for (int i = 0; i < 10_004; i++) {
            nodes.append(',').append(GOOD);
        }
        ProxyConfiguration read = parse(withNodes(nodes.toString()));
        assertEquals(10_000, read.nodes().size());
        assertEquals(List.of("5 nodes beyond the first 10000 are skipped"), read.warnings());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'a':{}}", "'n1'", "3", "true"})
    void nodesThatAreNoListAreSkippedWithAWarning(String nodes) {
        ProxyConfiguration read = parse("{'workspace_id':'ws','nodes':" + nodes + "}");
        assertEquals(List.of(), read.nodes());
        assertEquals(List.of("nodes is no list: there are none"), read.warnings());
    }

    @Test
    void nodesMayBeNull() {
        assertEquals(List.of(), parse("{'workspace_id':'ws','nodes':null}").warnings());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "'ws'",
                "{'workspace_id':null}",
                "{'workspace_id':''}",
                "{'workspace_id':{}}",
                "{'workspace_id':'../../other'}",
                "{'workspace_id':'a b'}",
                "{'workspace_id':'a\\n'}",
                "{'workspace_id':'a?x=1'}",
            })
    void withoutAUsableWorkspaceItIsNoConfiguration(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> parse(text));
        assertEquals("the configuration names no workspace_id of 1–128 letters, digits, - or _", e.getMessage());
    }

    @Test
    void theWorkspaceHasALongestLength() {
        assertEquals(
                128,
                parse("{'workspace_id':'" + "w".repeat(128) + "'}")
                        .workspaceId()
                        .length());
        assertThrows(IllegalArgumentException.class, () -> parse("{'workspace_id':'" + "w".repeat(129) + "'}"));
    }

    private static String withNodes(String nodes) {
        return "{'workspace_id':'ws','nodes':[" + nodes + "]}";
    }

    private static Node node(
            String id, String name, String aet, String address, int port, boolean active, Node.Permission permission) {
        return new Node(id, name, aet, address, port, active, permission, Node.Origin.BACK_END, false);
    }

    /** With ' for ". */
    private static ProxyConfiguration parse(String text) {
        try {
            return ProxyConfiguration.parse(JSON.readTree(text.replace('\'', '"')));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'\"ae_title\":\"MOVED\",\"port\":104',MOVED:104",
        "'\"ae_title\":\"MOVED\"',none",
        "'\"port\":104',none",
        "'\"ae_title\":\"MOVED\",\"port\":0',wrong",
        "'\"ae_title\":\"MOVED\",\"port\":\"104\"',wrong",
        "'\"ae_title\":\"SEVENTEENLETTERS!\",\"port\":104',wrong"
    })
    void theListenerIsWhatBothTellOrNothing(String config, String expected) throws Exception {
        ProxyConfiguration parsed = ProxyConfiguration.parse(new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree("{\"workspace_id\":\"w\",\"config\":{" + config + "}}"));
        ProxyConfiguration.Listener listener = parsed.listener();
        assertEquals(
                expected,
                listener != null
                        ? listener.aet() + ":" + listener.port()
                        : parsed.warnings().isEmpty() ? "none" : "wrong");
    }
}
