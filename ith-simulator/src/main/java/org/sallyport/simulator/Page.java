package org.sallyport.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.AbstractHandler;

/** A page for people: what was received, and buttons that push events. */
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
            push(request);
            response.sendRedirect("/");
        }
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
            page.append("\"><input name=nodes size=12> <button name=type value=session.dispatch>dispatch</button> "
                    + "<button name=type value=session.deleted>delete</button></form></tr>");
        }
        page.append("</table>");
        List<String> frames = simulator.frames().stream()
                .map(frame -> frame.at() + " " + frame.content())
                .toList();
        section(page, "Frames", frames.subList(Math.max(0, frames.size() - SHOWN), frames.size()), "");
        section(
                page,
                "Uploads",
                simulator.forms().stream().map(Object::toString).toList(),
                "");
        return page.append("</html>").toString();
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
