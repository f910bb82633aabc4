package org.sallyport.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.AbstractHandler;

/** A page for people: what was received, and buttons that push events and make faults. */
final class Page extends AbstractHandler {

    private static final int SHOWN = 50;

    private final IthSimulator simulator;

    Page(IthSimulator simulator) {
        this.simulator = simulator;
    }

    @Override
    public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (target.equals("/") && request.getMethod().equals("GET")) {
            base.setHandled(true);
            response.setContentType("text/html; charset=utf-8");
            response.getOutputStream().write(html().getBytes(StandardCharsets.UTF_8));
        } else if (target.equals("/push") && request.getMethod().equals("POST")) {
            base.setHandled(true);
            try {
                push(request);
                response.sendRedirect("/");
            } catch (IllegalArgumentException e) {
                response.sendError(HttpServletResponse.SC_BAD_REQUEST, e.getMessage());
            }
        } else if (target.equals("/fail") && request.getMethod().equals("POST")) {
            base.setHandled(true);
            if (fail(request)) {
                response.sendRedirect("/");
            } else {
                response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            }
        }
    }

    /** @return false if there is no such fault */
    private boolean fail(HttpServletRequest request) {
        String name = String.valueOf(request.getParameter("fault"));
        boolean ofDownload = "download".equals(request.getParameter("of"));
        for (Fault fault : Fault.values()) {
            if (fault.name().equals(name)) {
                if (ofDownload) {
                    simulator.failNextDownloads(fault);
                } else {
                    simulator.failNext(fault);
                }
                return true;
            }
        }
        return false;
    }

    private void push(HttpServletRequest request) throws IOException {
        String type = String.valueOf(request.getParameter("type"));
        String subject = "sub-" + request.getParameter("subject");
        String study = "ses-" + request.getParameter("study");
        boolean whole = type.startsWith("subject");
        ObjectNode event = simulator.event(type, whole ? "subject" : "session", whole ? subject : study);
        ObjectNode payload = (ObjectNode) event.get("payload");
        payload.put("subject_id", subject).put("subject_identifier", String.valueOf(request.getParameter("subject")));
        payload.put("study_instance_uid", String.valueOf(request.getParameter("study")));
        for (String node : String.valueOf(request.getParameter("nodes")).split("[, ]+", -1)) {
            if (!node.isEmpty()) {
                payload.withArray("nodes").add(node);
            }
        }
        simulator.push(event);
    }

    private String html() {
        StringBuilder page = new StringBuilder(
                "<!doctype html><html lang=en><meta charset=utf-8><title>ITH simulator</title>"
                        + "<style>body{font:15px sans-serif;margin:2em;max-width:70em}td,th{text-align:left;padding:.2em .8em}"
                        + "pre{white-space:pre-wrap;background:#eee;padding:.5em}.bad{color:#b00}</style><h1>ITH simulator</h1>");
        page.append("<p>")
                .append(simulator.socketsOpen())
                .append(" WebSocket open, ")
                .append(simulator.uploads())
                .append(" uploads, ")
                .append(simulator.downloads())
                .append(" downloads, ")
                .append(simulator.arrivals().size())
                .append(" images held.</p>");
        section(page, "Violations of the contract", simulator.violations(), "bad");
        section(
                page,
                "Nodes, to be approved at the gateway (./shell \"node:approve --reason trial ID\"), and to be there (storescp PORT)",
                nodes(),
                "");
        String ids = nodes().stream()
                .map(node -> node.substring(0, node.indexOf(' ')))
                .collect(Collectors.joining(" "));
        page.append("<h2>Studies</h2><table><tr><th>subject<th>study<th>images<th>send to nodes (ids)</tr>");
        for (String study : simulator.studies()) {
            List<Holdings.Instance> held = simulator.holdings().select("", study, "");
            String subject = held.get(0).subject();
            page.append("<tr><td>")
                    .append(escaped(subject))
                    .append("<td>")
                    .append(escaped(study))
                    .append("<td>");
            page.append(held.size())
                    .append("<td><form method=post action=/push><input type=hidden name=subject value=\"");
            page.append(escaped(subject))
                    .append("\"><input type=hidden name=study value=\"")
                    .append(escaped(study));
            page.append("\"><input name=nodes size=12 value=\"").append(escaped(ids));
            page.append("\"> <button name=type value=session.dispatch>dispatch</button> "
                    + "<button name=type value=session.deleted>delete</button></form></tr>");
        }
        page.append("</table>");
        page.append("<h2>Faults</h2><p>")
                .append(simulator.faultsLeft())
                .append(" still to come.</p><form method=post action=/fail><select name=fault>");
        for (Fault fault : Fault.values()) {
            page.append("<option>").append(fault);
        }
        page.append("</select> <button name=of value=upload>of the next upload</button> "
                + "<button name=of value=download>of the next download</button></form>");
        List<String> frames = simulator.frames().stream()
                .map(frame -> frame.at() + " " + frame.content())
                .toList();
        section(page, "Dispatches, as far as they are", statuses(), "");
        section(page, "Frames", frames.subList(Math.max(0, frames.size() - SHOWN), frames.size()), "");
        section(
                page,
                "Uploads",
                simulator.forms().stream().map(Object::toString).toList(),
                "");
        return page.append("</html>").toString();
    }

    /** Each begins with the node's id. */
    private List<String> nodes() {
        List<String> nodes = new ArrayList<>();
        simulator
                .nodes()
                .forEach(node -> nodes.add(
                        node.path("id").asText() + " " + node.path("ae_title").asText() + " at "
                                + node.path("ip_address").asText() + ":"
                                + node.path("port").asInt()));
        return nodes;
    }

    /** The last word about each. */
    private List<String> statuses() {
        Map<String, String> last = new LinkedHashMap<>();
        for (JsonNode frame : simulator.frames("dispatch.status")) {
            JsonNode payload = frame.path("payload");
            last.put(
                    frame.path("correlation_id").asText(),
                    frame.path("entity_id").asText() + ": "
                            + payload.path("status").asText() + ", "
                            + payload.path("files_sent").asInt() + " of "
                            + payload.path("files_total").asInt() + " "
                            + payload.path("error").asText(""));
        }
        return List.copyOf(last.values());
    }

    private static void section(StringBuilder page, String title, List<String> lines, String style) {
        page.append("<h2>")
                .append(title)
                .append("</h2><pre class=\"")
                .append(style)
                .append("\">");
        page.append(lines.isEmpty() ? "none" : escaped(String.join("\n", lines)))
                .append("</pre>");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
