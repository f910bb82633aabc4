package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.IdentityNetworks;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDirectory;

class LocalOriginalReceiversTest {

    private static Node node(String aet, String address, int port, boolean active, boolean approved) {
        return new Node(aet, aet, aet, address, port, active, Node.Permission.READ, Node.Origin.LOCAL, approved);
    }

    private static LocalOriginalReceivers receivers(String networks, Node... nodes) {
        LocalOriginalReceivers made = new LocalOriginalReceivers(IdentityNetworks.parse(networks), false);
        made.nodes = new NodeDirectory() {
            @Override
            public BackEndRules.Mode mode() {
                return BackEndRules.Mode.PUBLIC;
            }

            @Override
            public List<Node> nodes() {
                return List.of(nodes);
            }
        };
        return made;
    }

    private static void refused(LocalOriginalReceivers receivers, String receiver, String why) {
        Optional<String> refusal = receivers.refusal(Receiver.parse(receiver));
        assertTrue(refusal.isPresent() && refusal.get().contains(why), receiver + ": " + refusal);
    }

    @Test
    void aNodeIsAllowedExactlyAsItIsMarked() {
        LocalOriginalReceivers receivers = receivers(
                "",
                node("PACS", "10.1.2.3", 104, true, true),
                node("MARKED OFF", "10.1.2.4", 104, false, true),
                node("PLAIN", "10.1.2.5", 104, true, false),
                node("FAR", "192.0.2.1", 104, true, true),
                node("NAMED", "pacs.example.org", 104, true, true),
                node("SIX", "::1", 104, true, true));
        assertEquals(Optional.empty(), receivers.refusal(Receiver.dicom("PACS", "10.1.2.3", 104)));
        assertEquals(Optional.empty(), receivers.refusal(Receiver.parse("dicom://SIX@[::1]:104")));
        refused(receivers, "dicom://PACS@10.1.2.3:105", "no active node PACS at 10.1.2.3:105");
        refused(receivers, "dicom://PACS@10.1.2.4:104", "no active node");
        refused(receivers, "dicom://OTHER@10.1.2.3:104", "no active node");
        refused(receivers, "dicom://MARKED%20OFF@10.1.2.4:104", "no active node MARKED OFF");
        refused(receivers, "dicom://PLAIN@10.1.2.5:104", "identity = original");
        refused(receivers, "dicom://FAR@192.0.2.1:104", "identity-networks");
        refused(receivers, "dicom://NAMED@pacs.example.org:104", "identity-networks");
    }

    @Test
    void anAllowedNetworkIsTheAdministratorsWord() {
        LocalOriginalReceivers receivers = receivers(
                "192.0.2.0/24", node("FAR", "192.0.2.1", 104, true, true), node("NEAR", "127.0.0.1", 104, true, true));
        assertEquals(Optional.empty(), receivers.refusal(Receiver.dicom("FAR", "192.0.2.1", 104)));
        refused(receivers, "dicom://NEAR@127.0.0.1:104", "identity-networks");
    }

    @Test
    void aServerIsReachedByHttpsOrOnThisMachine() {
        LocalOriginalReceivers receivers = receivers("");
        for (String allowed : List.of("https://10.1.2.3/dicom-web", "http://127.0.0.1:8042", "http://[::1]:8042/x")) {
            assertEquals(Optional.empty(), receivers.refusal(Receiver.parse(allowed)), allowed);
        }
        refused(receivers, "http://10.1.2.3/dicom-web", "plain http");
        refused(receivers, "https://192.0.2.1/", "identity-networks");
        refused(receivers, "https://localhost/", "identity-networks");
        refused(receivers, "https://127.0.0.1.example.org/", "identity-networks");
    }

    @Test
    void withoutTheListOfNodesNoNodeIs() {
        LocalOriginalReceivers receivers = new LocalOriginalReceivers(IdentityNetworks.parse(""), false);
        refused(receivers, "dicom://PACS@10.1.2.3:104", "the list of nodes is not there");
    }

    @Test
    void nobodyMayWhileTheNetworksAreWrong() {
        LocalOriginalReceivers made = new LocalOriginalReceivers(configuration("10.0.0.0/8, nonsense", "yes"));
        refused(made, "https://10.0.0.1", "10.0.0.1 is no literal address inside identity-networks");
        assertFalse(made.networks().contains("127.0.0.1"));
        assertTrue(made.uploadRefusal(Receiver.parse("https://10.0.0.1"), true).isPresent());
    }

    private static IdentityConfiguration configuration(String networks, String upload) {
        return (IdentityConfiguration) Proxy.newProxyInstance(
                IdentityConfiguration.class.getClassLoader(),
                new Class<?>[] {IdentityConfiguration.class},
                (proxy, method, arguments) -> method.getName().startsWith("identity") ? networks : upload);
    }

    private static final String NEAR = "https://10.0.0.1";

    private static String upload(String setting, String receiver, boolean asked) {
        return new LocalOriginalReceivers(configuration("10.0.0.0/8, 127.0.0.0/8", setting))
                .uploadRefusal(Receiver.parse(receiver), asked)
                .orElse("with identity");
    }

    @Test
    void uploadsCarryOriginalsOnlyIfTheBackEndAsksTheSettingLetsAndTheAddressMay() {
        assertEquals("with identity", upload("yes", NEAR, true));
        assertEquals("with identity", upload(" True ", "http://127.0.0.1:8090", true));
        for (String no : List.of("no", "", "false")) {
            assertEquals("the back end does not ask for originals", upload(no, NEAR, false));
            assertEquals(
                    "the back end asks for originals, and identified-upload (SALLYPORT_ALLOW_IDENTIFIED_UPLOAD) is not yes here",
                    upload(no, NEAR, true));
        }
        assertEquals(
                "the back end does not ask for originals, though identified-upload (SALLYPORT_ALLOW_IDENTIFIED_UPLOAD) is yes here",
                upload("yes", NEAR, false));
        for (String far : List.of("https://192.0.2.1", "https://ith.example.org", "https://localhost")) {
            String why = upload("yes", far, true);
            assertTrue(
                    why.startsWith("the back end asks for originals, and may not have them: ")
                            && why.contains("identity-networks"),
                    why);
            assertEquals(
                    "the back end does not ask for originals",
                    upload("no", far, false),
                    "no setting and no question: nothing to be said of the address");
            assertTrue(upload("no", far, true).endsWith("is not yes here"));
            assertTrue(upload("yes", far, false).startsWith("the back end does not ask"));
        }
        assertTrue(upload("yes", "http://10.0.0.1", true).contains("plain http"));
    }

    @Test
    void aSettingThatIsNeitherYesNorNoIsNo() {
        assertTrue(upload("maybe", NEAR, true).endsWith("is not yes here"));
    }
}
