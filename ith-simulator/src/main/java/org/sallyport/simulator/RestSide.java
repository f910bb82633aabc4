package org.sallyport.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.AbstractHandler;
import org.jspecify.annotations.Nullable;

/** The REST calls of the contract. */
final class RestSide extends AbstractHandler {

    private static final String BASE = "/api/v1/proxy/";
    private static final String AS_A_PERSON =
            "GET /api/v1/workspaces/" + IthSimulator.WORKSPACE + "/proxies/" + IthSimulator.PROXY;
    private static final Pattern LISTS = Pattern.compile("(subjects|sessions|scans)");
    private static final Pattern SUBJECT = Pattern.compile("subjects/sub-([^/]+)");
    private static final Pattern DOWNLOAD = Pattern.compile("(subjects/sub|sessions/ses|scans/scan)-([^/]+)/download");

    private final IthSimulator simulator;

    RestSide(IthSimulator simulator) {
        this.simulator = simulator;
    }

    @Override
    public void handle(String target, Request base, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        base.setHandled(true);
        try {
            answer(target, base, request, response);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(String target, Request base, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        String call = request.getMethod() + " " + target;
        if (call.equals(AS_A_PERSON)) {
            person(request, response);
            return;
        }
        if (!simulator.key().equals(request.getHeader("X-Proxy-Key"))) {
            simulator.violation(call + " without the key or with a wrong one");
            json(response, 401, "{\"detail\":\"bad key\"}");
            return;
        }
        if (request.getHeader("Authorization") != null) {
            simulator.violation(call + " with Authorization beside the key");
        }
        if (call.equals("GET " + BASE + "configuration")) {
            json(response, simulator.configurationStatus(), simulator.configurationBody());
        } else if (call.equals("POST " + BASE + IthSimulator.WORKSPACE + "/archives/upload")) {
            upload(base, request, response);
        } else if (call.startsWith("GET " + BASE + IthSimulator.WORKSPACE + "/")) {
            get(target.substring((BASE + IthSimulator.WORKSPACE + "/").length()), base, request, response);
        } else {
            unknown(call, response);
        }
    }

    /** What a person may see, who calls with a token and not with the gateway's key. */
    private void person(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getHeader("X-Proxy-Key") != null || !"true".equals(request.getParameter("include_user_info"))) {
            simulator.violation("a person's call with the gateway's key, or without include_user_info=true");
        }
        String authorization = request.getHeader("Authorization");
        if (authorization == null || !simulator.isAdmitted(authorization)) {
            json(response, 401, "{\"detail\":\"bad token\"}");
            return;
        }
        json(
                response,
                200,
                "{\"id\":\"" + IthSimulator.PROXY + "\",\"workspace_id\":\"" + IthSimulator.WORKSPACE
                        + "\",\"audit\":{\"created_by\":{\"name\":\"creator of the proxy\"}}}");
    }

    private void unknown(String call, HttpServletResponse response) throws IOException {
        simulator.violation("unknown call " + call);
        json(response, 404, "{\"detail\":\"not found\"}");
    }

    private static void json(HttpServletResponse response, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("application/json");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    private void checked(HttpServletResponse response, String kind, JsonNode body) throws IOException {
        String problems = simulator.schemas().problems(kind, body);
        if (!problems.isEmpty()) {
            throw new IOException("the simulator itself is wrong: " + problems);
        }
        json(response, 200, body.toString());
    }

    private void get(String path, Request base, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        Matcher subject = SUBJECT.matcher(path);
        Matcher download = DOWNLOAD.matcher(path);
        if (LISTS.matcher(path).matches()) {
            switch (path) {
                case "subjects" ->
                    checked(response, "subjects", simulator.holdings().subjects());
                case "sessions" ->
                    checked(response, "sessions", simulator.holdings().sessions(IthSimulator.WORKSPACE));
                default -> {
                    id(request, "subject_id", "sub-");
                    checked(response, "scans", simulator.holdings().scans(id(request, "session_id", "ses-")));
                }
            }
        } else if (subject.matches()) {
            checked(response, "subject", Holdings.subject(subject.group(1)));
        } else if (download.matches()) {
            download(download.group(1), download.group(2), base, request, response);
        } else {
            unknown("GET " + path, response);
        }
    }

    /** A parameter that has to be there. */
    private String id(HttpServletRequest request, String name, String prefix) {
        String value = request.getParameter(name);
        if (value == null || !value.startsWith(prefix)) {
            simulator.violation(request.getRequestURI() + " without a proper " + name);
            return "";
        }
        return value.substring(prefix.length());
    }

    // ---- uploads

    private void upload(Request base, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        int number = simulator.countUpload();
        Fault fault = simulator.nextUploadFault();
        if (fault == Fault.CUT_WHILE_READING) {
            request.getInputStream().readNBytes(20_000);
            cut(base);
            return;
        }
        if (fault == Fault.STALL) {
            stall(base);
            return;
        }
        if (fault != null && fault.isStatus() || simulator.discards()) {
            request.getInputStream().transferTo(OutputStream.nullOutputStream());
            if (fault == null) {
                json(response, 201, "{\"id\":\"archive-" + number + "\",\"status\":\"processing\"}");
            } else {
                refuse(fault, response);
            }
            return;
        }
        Path work = simulator.work(number);
        Uploads.Accepted accepted;
        try {
            accepted = simulator.uploadReader().accept(request, work, simulator.expectsIdentity());
        } catch (IOException | RuntimeException e) {
            simulator.violation("upload " + number + ": " + e);
            // Else the connection is closed, on which the client may just be sending its next request.
            request.getInputStream().transferTo(OutputStream.nullOutputStream());
            json(response, 400, "{\"detail\":\"not to the contract\"}");
            return;
        }
        simulator.received(accepted);
        if (fault == Fault.CUT_AFTER_ACCEPTING) {
            cut(base);
        } else if (fault == Fault.WRONG_CONTENT) {
            json(response, 200, "<html>created</html>");
        } else {
            json(response, 201, "{\"id\":\"archive-" + number + "\",\"status\":\"processing\"}");
        }
    }

    private static void refuse(Fault fault, HttpServletResponse response) throws IOException {
        if (fault.name().endsWith("RETRY_AFTER")) {
            response.setHeader("Retry-After", "1");
        }
        json(response, fault.status(), "{\"detail\":\"told to fail\"}");
    }

    /** Longer than a client of a test waits; that it has gone is not seen here. */
    private void stall(Request base) throws InterruptedException {
        if (!simulator.closing().await(30, TimeUnit.SECONDS)) {
            cut(base);
        }
    }

    private static void cut(Request base) {
        base.getHttpChannel().getEndPoint().close();
    }

    // ---- downloads

    private void download(
            String what, String id, Request base, HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        simulator.countDownload();
        if (!"zip".equals(request.getParameter("compression_format"))
                || !"6".equals(request.getParameter("compression_level"))) {
            simulator.violation("a download without compression_format=zip and compression_level=6");
        }
        String subject = what.startsWith("subjects") ? id : id(request, "subject_id", "sub-");
        String study =
                switch (what) {
                    case "sessions/ses" -> id;
                    case "scans/scan" -> id(request, "session_id", "ses-");
                    default -> "";
                };
        List<Holdings.Instance> chosen =
                simulator.holdings().select(subject, study, what.startsWith("scans") ? id : "");
        Fault fault = simulator.nextDownloadFault();
        if (fault == Fault.STALL) {
            stall(base);
        } else if (fault != null && fault.isStatus()) {
            refuse(fault, response);
        } else if (chosen.isEmpty()) {
            json(response, 404, "{\"detail\":\"not found\"}");
        } else {
            send(zipOf(chosen, fault), fault, base, response);
        }
    }

    /** @return null = streamed, its length not known */
    private static byte @Nullable [] bytesOf(List<Holdings.Instance> chosen) throws IOException {
        long length = 0;
        for (Holdings.Instance one : chosen) {
            length += Files.size(one.file());
        }
        if (length > (64 << 20)) {
            return null;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Holdings.zip(chosen, 6, out);
        return out.toByteArray();
    }

    private interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    private record Zip(byte @Nullable [] bytes, Content content) {}

    private static Zip zipOf(List<Holdings.Instance> chosen, @Nullable Fault fault) throws IOException {
        byte[] bytes = fault == null && chosen.size() > 1_000 ? null : bytesOf(chosen);
        if (bytes != null && fault == Fault.DAMAGED_ZIP) {
            // In the middle of the first entry's data.
            Arrays.fill(bytes, 200, 220, (byte) 0x55);
        }
        if (fault == Fault.CLIMBING_ZIP || fault == Fault.BOMB_ZIP) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ZipOutputStream zip = new ZipOutputStream(out);
            zip.putNextEntry(new ZipEntry(fault == Fault.BOMB_ZIP ? "zeros.dcm" : "../../climbed.dcm"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < (fault == Fault.BOMB_ZIP ? 1024 : 1); i++) {
                zip.write(zeros);
            }
            zip.finish();
            bytes = out.toByteArray();
        }
        if (fault == Fault.WRONG_CONTENT) {
            bytes = "<html>this is no ZIP</html>".getBytes(StandardCharsets.US_ASCII);
        }
        byte[] fixed = bytes;
        return new Zip(fixed, out -> {
            if (fixed != null) {
                out.write(fixed);
            } else {
                Holdings.zip(chosen, 6, out);
            }
        });
    }

    private void send(Zip zip, @Nullable Fault fault, Request base, HttpServletResponse response)
            throws IOException, InterruptedException {
        byte[] bytes = zip.bytes();
        response.setStatus(200);
        response.setContentType("application/zip");
        if (bytes != null) {
            response.setContentLengthLong(bytes.length);
        }
        OutputStream out = response.getOutputStream();
        if (bytes != null && (fault == Fault.HALF_ANSWER || fault == Fault.CUT_WHILE_READING)) {
            out.write(bytes, 0, bytes.length / 2);
            out.flush();
            cut(base);
        } else if (bytes != null && fault == Fault.SLOW) {
            int step = Math.max(1, bytes.length / 30);
            for (int at = 0; at < bytes.length; at += step) {
                out.write(bytes, at, Math.min(step, bytes.length - at));
                out.flush();
                if (simulator.closing().await(200, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } else {
            zip.content().writeTo(out);
        }
    }
}
