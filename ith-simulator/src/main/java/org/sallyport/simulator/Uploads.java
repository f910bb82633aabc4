package org.sallyport.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/** Reads an upload and takes nothing that is not to the letter of the contract. Immutable. */
final class Uploads {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern FORM_NAME = Pattern.compile("form-data; name=\"([a-z_]+)\"(; filename=\"([^\"]+)\")?");
    private static final List<String> BEFORE = List.of("name", "patient_id", "study_description");
    private static final List<String> AFTER = List.of("conflict_resolution", "file");
    private static final Set<String> OF_A_FIELD = Set.of("content-disposition");
    private static final Set<String> OF_THE_FILE = Set.of("content-disposition", "content-type");

    /** Bytes of one archive with more than one instance. */
    private static final long LARGEST = 2L << 30;

    private final Schemas schemas;
    private final FileCheck check;

    Uploads(Schemas schemas, FileCheck check) {
        this.schemas = schemas;
        this.check = check;
    }

    /**
     * @param fields of the form, as JSON
     * @param instances that arrived
     */
    record Accepted(ObjectNode fields, List<Holdings.Instance> instances) {}

    /** @param identity whether originals are expected, and else pseudonyms */
    Accepted accept(HttpServletRequest request, Path work, boolean identity) throws IOException, InterruptedException {
        String type = request.getContentType();
        if (type == null || !type.matches("multipart/form-data; ?boundary=[A-Za-z0-9-]{1,70}")) {
            throw new IOException("Content-Type " + type);
        }
        if (request.getContentLengthLong() < 0) {
            throw new IOException("no Content-Length: the length of a ZIP is known beforehand");
        }
        Path zip = work.resolve("archive.zip");
        List<MultipartForm.Part> parts;
        try (InputStream in = new BufferedInputStream(request.getInputStream(), 1 << 16)) {
            parts = MultipartForm.read(in, type.substring(type.indexOf("boundary=") + 9), zip);
        }
        ObjectNode fields = fields(parts);
        String problems = schemas.problems(identity ? "upload-with-identity" : "upload", fields);
        if (!problems.isEmpty()) {
            throw new IOException(problems);
        }
        String subject = fields.get("patient_id").asText();
        if (!identity
                && !fields.get("name").asText().replaceFirst(" - Part .*", "").equals(subject)) {
            throw new IOException("name and patient_id do not belong together");
        }
        for (JsonNode value : fields) {
            check.checkText(value.isTextual() ? value.asText() : value.toString());
        }
        List<Path> files = Archive.unpack(zip, work.resolve("files"));
        if (Files.size(zip) > LARGEST && files.size() > 1) {
            throw new IOException("an archive above 2 GiB of more than one instance");
        }
        List<Holdings.Instance> instances = new ArrayList<>();
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            Path series = file.getParent();
            if (series == null || series.getParent() == null) {
                throw new IOException("an entry without folders");
            }
            String sop = name.substring(0, name.length() - 4);
            String held = Part10.sopInstanceUid(file);
            if (!sop.equals(held)) {
                throw new IOException(name + " holds the SOP instance " + held);
            }
            check.check(file);
            instances.add(new Holdings.Instance(subject, uid(series.getParent()), uid(series), sop, file));
        }
        if (instances.stream().map(Holdings.Instance::study).distinct().count() != 1) {
            throw new IOException("not exactly one study in an archive");
        }
        if (!fields.get("file")
                .asText()
                .equals(fileName(subject, instances.get(0).study()))) {
            throw new IOException("the file name does not name patient and study");
        }
        Metadata.check(fields, instances);
        Files.delete(zip);
        return new Accepted(fields, instances);
    }

    /** Of a patient's id what a name of a file may hold. */
    private static String fileName(String subject, String study) {
        return subject.replaceAll("[^A-Za-z0-9._-]", "_") + "_" + study + ".zip";
    }

    private static String uid(@Nullable Path folder) {
        return folder == null ? "" : String.valueOf(folder.getFileName()).replace('_', '.');
    }

    private static String text(byte[] content) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("a field is no UTF-8", e);
        }
    }

    private static ObjectNode fields(List<MultipartForm.Part> parts) throws IOException {
        ObjectNode fields = JSON.createObjectNode();
        List<String> order = new ArrayList<>();
        for (MultipartForm.Part part : parts) {
            Matcher matcher = FORM_NAME.matcher(part.disposition());
            if (!matcher.matches()) {
                throw new IOException("Content-Disposition: " + part.disposition());
            }
            String name = matcher.group(1);
            String value = text(part.content());
            if ((matcher.group(3) != null) != name.equals("file")) {
                throw new IOException("the file has no name, or a field has one: " + part.disposition());
            }
            Set<String> headers = name.equals("file") ? OF_THE_FILE : OF_A_FIELD;
            if (!part.headers().keySet().equals(headers)) {
                throw new IOException("headers " + part.headers().keySet() + " of " + name + " instead of " + headers);
            }
            if (matcher.group(3) != null) {
                value = matcher.group(3);
                if (!"application/zip".equals(part.headers().get("content-type"))) {
                    throw new IOException("the file's type is " + part.headers().get("content-type"));
                }
            }
            if (!name.equals("metadata")) {
                if (fields.has(name)) {
                    throw new IOException(name + " comes twice");
                }
                order.add(name);
                fields.put(name, value);
            } else if (value.startsWith("{")) {
                order.add(name);
                fields.put(name, value);
            } else {
                if (!fields.has(name)) {
                    order.add(name);
                    fields.putArray(name);
                } else if (!order.get(order.size() - 1).equals(name)) {
                    throw new IOException("the metadata parts do not stand together");
                }
                ((ArrayNode) fields.get(name)).add(value);
            }
        }
        List<String> expected = new ArrayList<>(BEFORE);
        if (fields.has("metadata")) {
            expected.add("metadata");
        }
        expected.addAll(AFTER);
        if (!order.equals(expected)) {
            throw new IOException("parts " + order + " instead of " + expected);
        }
        return fields;
    }
}
