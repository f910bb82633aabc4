package org.sallyport.gateway.scp.internal;

import static org.sallyport.gateway.testkit.docs.GeneratedPart.row;
import static org.sallyport.gateway.testkit.docs.GeneratedPart.table;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.SpecificCharacterSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.UidRegistry;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.image.Transcoder;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.Rejection;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.intake.IntakeResult.Why;
import org.sallyport.gateway.scp.internal.query.Keys;
import org.sallyport.gateway.scp.internal.query.Level;

/** The tables of docs/conformance.md about the network, of what the code accepts and proposes. */
final class NetworkTables {

    /** Defined terms of Specific Character Set (PS3.3 Tables C.12-2 to C.12-5). */
    private static final List<String> TERMS = List.of(
            "ISO_IR 100",
            "ISO_IR 101",
            "ISO_IR 109",
            "ISO_IR 110",
            "ISO_IR 144",
            "ISO_IR 127",
            "ISO_IR 126",
            "ISO_IR 138",
            "ISO_IR 148",
            "ISO_IR 203",
            "ISO_IR 13",
            "ISO_IR 166",
            "ISO_IR 192",
            "GB18030",
            "GBK",
            "ISO 2022 IR 6",
            "ISO 2022 IR 100",
            "ISO 2022 IR 101",
            "ISO 2022 IR 109",
            "ISO 2022 IR 110",
            "ISO 2022 IR 144",
            "ISO 2022 IR 127",
            "ISO 2022 IR 126",
            "ISO 2022 IR 138",
            "ISO 2022 IR 148",
            "ISO 2022 IR 203",
            "ISO 2022 IR 13",
            "ISO 2022 IR 166",
            "ISO 2022 IR 87",
            "ISO 2022 IR 159",
            "ISO 2022 IR 149",
            "ISO 2022 IR 58");

    private static final Set<String> ASKED_OF_OTHERS = Set.of(
            AssociationRequester.VERIFICATION,
            NetArchiveClient.PATIENT_FIND,
            NetArchiveClient.STUDY_FIND,
            NetArchiveClient.STUDY_MOVE,
            StorageCommitment.SOP_CLASS);

    private NetworkTables() {}

    private static String yes(boolean is) {
        return is ? "Y" : "N";
    }

    private static String status(int status) {
        return String.format("%04X", status);
    }

    /** SOP classes but those of storage. */
    static List<String> services() {
        List<String> lines = table("SOP Class", "UID", "SCU", "SCP");
        for (String uid : UidRegistry.ofType("SOP Class")) {
            boolean served = uid.equals(AssociationRequester.VERIFICATION)
                    || RetrieveContexts.isService(new ProposedContext(1, uid, List.of()));
            if (served || ASKED_OF_OTHERS.contains(uid)) {
                lines.add(row(UidRegistry.name(uid), uid, yes(ASKED_OF_OTHERS.contains(uid)), yes(served)));
            }
        }
        return lines;
    }

    /** Those of the registry that are accepted with {@code storage-classes = all}. */
    static List<String> storageClasses() {
        StorageClasses shipped = StorageClasses.parse("ct-mr-pt");
        StorageClasses all = StorageClasses.parse("all");
        List<String> lines = table("SOP Class", "UID", "`ct-mr-pt`");
        UidRegistry.ofType("SOP Class").stream()
                .filter(all::accepts)
                .forEach(uid -> lines.add(row(UidRegistry.name(uid), uid, yes(shipped.accepts(uid)))));
        return lines;
    }

    static List<String> transferSyntaxes() {
        List<String> lines = table("Transfer Syntax", "UID", "Received and stored", "Decoded", "Written");
        for (TransferSyntax syntax : TransferSyntax.all()) {
            lines.add(row(
                    UidRegistry.name(syntax.uid()),
                    syntax.uid(),
                    "Y",
                    yes(Transcoder.canDecode(syntax)),
                    yes(Transcoder.canEncode(syntax))));
        }
        return lines;
    }

    static List<String> characterSets() {
        return List.of(TERMS.stream()
                .filter(term -> SpecificCharacterSet.of(List.of(term)).isKnown())
                .collect(Collectors.joining(", ", "The default repertoire (ISO_IR 6), ", ".")));
    }

    /** As shipped. */
    static List<String> association() {
        ScpSettings shipped = Configurations.settings(Map.of());
        AssociationRequester.Options asked = AssociationRequester.Options.DEFAULT;
        List<String> lines = table("Parameter", "Value as shipped", "Setting");
        lines.add(row("Application Context Name", AssociateRequest.DICOM_APPLICATION_CONTEXT, ""));
        lines.add(row("Implementation Class UID", Uids.IMPLEMENTATION_CLASS, ""));
        lines.add(row("Implementation Version Name", Uids.IMPLEMENTATION_VERSION, ""));
        lines.add(row("AE title", shipped.aet(), "`aet`"));
        lines.add(row("TCP port", String.valueOf(shipped.port()), "`port`"));
        lines.add(row("Maximum PDU received, as acceptor, bytes", "" + shipped.maxPduLength(), "`max-pdu-size`"));
        lines.add(row(
                "Maximum PDU received, as initiator, bytes",
                "" + asked.maxPduLength(),
                "`max-pdu` of a destination; else none"));
        lines.add(row(
                "Associations accepted at the same time, on each port",
                "" + shipped.maxAssociations(),
                "`max-associations`"));
        lines.add(row("Wait for association messages, seconds", seconds(shipped.acseTimeout()), "`acse-timeout`"));
        lines.add(row("Wait for the next message, seconds", seconds(shipped.dimseTimeout()), "`dimse-timeout`"));
        lines.add(row("Wait inside a message, seconds", seconds(shipped.networkTimeout()), "`network-timeout`"));
        return lines;
    }

    private static String seconds(Duration duration) {
        return String.valueOf(duration.toSeconds());
    }

    static List<String> rejections() {
        List<String> lines = table("Result/Source/Reason", "When");
        lines.add(row(
                Rejection.CALLING_AET_NOT_RECOGNIZED.toString(),
                "calling AE title not recognized: in private mode it is no active node; a node that is switched off; a node"
                        + " bound to a certificate that was not shown"));
        lines.add(row(
                Rejection.CALLED_AET_NOT_RECOGNIZED.toString(),
                "called AE title not recognized, unless `accept-any-called-ae = yes`"));
        lines.add(row(
                Rejection.TEMPORARY_CONGESTION.toString(),
                "temporary congestion: nothing could be kept now, the rules of the back end are not there, or it has"
                        + " switched the gateway off"));
        lines.add(row(
                Rejection.LOCAL_LIMIT_EXCEEDED.toString(),
                "local limit exceeded: `max-associations` are open; try again"));
        lines.add(row(
                Rejection.APPLICATION_CONTEXT_NOT_SUPPORTED.toString(),
                "another application context than that of DICOM"));
        lines.add(row(
                Rejection.PROTOCOL_VERSION_NOT_SUPPORTED.toString(), "protocol version 1 is not among those proposed"));
        return lines;
    }

    static List<String> storeResponses() {
        List<String> lines = table("Status", "When");
        lines.add(row(
                status(CommandSet.SUCCESS),
                "the object and its sealed identity are on disk; also for one that is held in quarantine, and one that was"
                        + " stored before"));
        lines.add(row(
                status(Why.OUT_OF_RESOURCES.status()), "out of resources: no room, or disk or vault fail; send again"));
        lines.add(row(
                status(Why.DOES_NOT_MATCH.status()),
                "UIDs are missing or malformed, or are not those of the command or the presentation context"));
        lines.add(row(status(Why.CANNOT_UNDERSTAND.status()), "the data set cannot be read"));
        lines.add(row(
                status(CommandSet.SOP_CLASS_NOT_SUPPORTED),
                "the SOP class is not accepted: the context was agreed for C-GET only, or for Verification"));
        lines.add(row(status(CommandSet.NOT_AUTHORIZED), "this AE title may not store"));
        lines.add(row(status(CommandSet.MISTYPED_ARGUMENT), "a request without a data set"));
        return lines;
    }

    /** Attributes by which and of which C-FIND answers. */
    static List<String> queryKeys() throws IllegalAccessException {
        Map<Level, Set<String>> matched = new EnumMap<>(Level.class);
        Map<Level, Set<String>> returned = new EnumMap<>(Level.class);
        for (Level level : Level.values()) {
            matched.put(level, new TreeSet<>());
            returned.put(level, new TreeSet<>());
        }
        for (Field field : Tag.class.getFields()) {
            int tag = field.getType() == int.class ? field.getInt(null) : 0;
            Keys.levelOf(tag).ifPresent(level -> (Keys.isReturnedOnly(tag) ? returned : matched)
                    .getOrDefault(level, new TreeSet<>())
                    .add(Dictionary.keywordOf(tag)));
        }
        List<String> lines = table("Level", "Unique key", "Matched and returned", "Returned only");
        for (Level level : Level.values()) {
            lines.add(row(
                    level.name(),
                    Dictionary.keywordOf(level.uniqueKey()),
                    String.join(", ", matched.getOrDefault(level, Set.of())),
                    String.join(", ", returned.getOrDefault(level, Set.of()))));
        }
        return lines;
    }

    static List<String> tls() {
        List<String> lines = table("TLS", "Cipher suites, by preference");
        lines.add(row(String.join(", ", Tls.protocols()), String.join(", ", Tls.cipherSuites())));
        return lines;
    }
}
