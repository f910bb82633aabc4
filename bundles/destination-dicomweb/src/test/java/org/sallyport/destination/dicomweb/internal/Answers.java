package org.sallyport.destination.dicomweb.internal;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** Answers to a store (PS3.18 Annex I). */
final class Answers {

    private Answers() {}

    /**
     * @param warned UID → Warning Reason
     * @param failed UID → Failure Reason
     */
    static String json(Collection<String> stored, Map<String, Integer> warned, Map<String, Integer> failed) {
        StringBuilder text = new StringBuilder("{\"00081190\":{\"vr\":\"UR\",\"Value\":[\"http://x/studies/2.25.1\"]}");
        String referenced = stored.stream().map(uid -> item(uid, "")).collect(Collectors.joining(","));
        String warnings = warned.entrySet().stream()
                .map(entry ->
                        item(entry.getKey(), ",\"00081196\":{\"vr\":\"US\",\"Value\":[" + entry.getValue() + "]}"))
                .collect(Collectors.joining(","));
        String both = referenced + (referenced.isEmpty() || warnings.isEmpty() ? "" : ",") + warnings;
        if (!both.isEmpty()) {
            text.append(",\"00081199\":{\"vr\":\"SQ\",\"Value\":[").append(both).append("]}");
        }
        if (!failed.isEmpty()) {
            text.append(",\"00081198\":{\"vr\":\"SQ\",\"Value\":[")
                    .append(failed.entrySet().stream()
                            .map(entry -> item(
                                    entry.getKey(),
                                    ",\"00081197\":{\"vr\":\"US\",\"Value\":[" + entry.getValue() + "]}"))
                            .collect(Collectors.joining(",")))
                    .append("]}");
        }
        return text.append('}').toString();
    }

    private static String item(String uid, String more) {
        return "{\"00081150\":{\"vr\":\"UI\",\"Value\":[\"1.2.840.10008.5.1.4.1.1.2\"]},"
                + "\"00081155\":{\"vr\":\"UI\",\"Value\":[\"" + uid + "\"]}" + more + "}";
    }

    static String xml(Collection<String> stored, Map<String, Integer> failed) {
        StringBuilder text = new StringBuilder(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?><NativeDicomModel xmlns=\"http://dicom.nema.org/PS3.19/models/NativeDICOM\">");
        text.append("<DicomAttribute keyword=\"ReferencedSOPSequence\" tag=\"00081199\" vr=\"SQ\">");
        int number = 1;
        for (String uid : stored) {
            text.append("<Item number=\"").append(number++).append("\">");
            text.append(attribute("00081150", "UI", "1.2.840.10008.5.1.4.1.1.2"));
            text.append(attribute("00081155", "UI", uid)).append("</Item>");
        }
        text.append("</DicomAttribute><DicomAttribute keyword=\"FailedSOPSequence\" tag=\"00081198\" vr=\"SQ\">");
        number = 1;
        for (Map.Entry<String, Integer> entry : failed.entrySet()) {
            text.append("<Item number=\"").append(number++).append("\">");
            text.append(attribute("00081155", "UI", entry.getKey()));
            text.append(attribute("00081197", "US", String.valueOf(entry.getValue())));
            text.append("</Item>");
        }
        return text.append("</DicomAttribute></NativeDicomModel>").toString();
    }

    private static String attribute(String tag, String vr, String value) {
        return "<DicomAttribute tag=\"" + tag + "\" vr=\"" + vr + "\"><Value number=\"1\">" + value
                + "</Value></DicomAttribute>";
    }
}
