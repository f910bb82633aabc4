package org.sallyport.gateway.store.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.store.Quarantine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Held objects as files {@code <id>.held} below {@code $SALLYPORT_DATA/quarantine}: a length, a description in JSON, sealed bytes. Files appear by
 * a rename and never change. Thread-safe; that equal objects are held once is guarded by the monitor of this object.
 */
@Component(service = Quarantine.class, configurationPid = "org.sallyport.store")
public final class FileQuarantine implements Quarantine {

    private static final Logger LOG = LoggerFactory.getLogger(FileQuarantine.class);

    private static final String HELD = ".held";
    private static final String PART = ".part";
    private static final int LONGEST_DESCRIPTION = 8192;

    /** Bytes of the length before the description. */
    private static final int LENGTH = 4;

    private final Path folder;
    private final PackFolder room;
    private final long quota;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<UUID, Entry> read = new ConcurrentHashMap<>();

    /** Whether all that lay here has been; guarded by this. */
    private boolean isRead;

    @Activate
    public FileQuarantine(StoreConfiguration configuration) throws IOException {
        this(
                DataFolder.of("quarantine"),
                (long) configuration.diagnostic$_$quota() << 20,
                (long) configuration.min$_$free() << 20);
    }

    FileQuarantine(Path folder, long quota, long minFree) throws IOException {
        if (quota < 0 || quota > 1L << 40) {
            throw new IllegalArgumentException("diagnostic-quota: must be 0–1048576 MiB (org.sallyport.store.cfg)");
        }
        this.folder = folder;
        this.quota = quota;
        this.room = new PackFolder(folder, minFree, java.time.Clock.systemUTC());
        for (Path left : files(PART)) {
            // Never committed, so never acknowledged.
            Files.delete(left);
        }
    }

    private List<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        }
    }

    @Override
    public Holding hold(Description description) throws IOException {
        room.checkRoom(0);
        UUID id = UUID.randomUUID();
        Path part = folder.resolve(id + PART);
        FileChannel channel = FileChannel.open(
                part,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            byte[] text = write(description).getBytes(StandardCharsets.UTF_8);
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 64 * 1024);
            out.write(ByteBuffer.allocate(LENGTH).putInt(text.length).array());
            out.write(text);
            return new FileHolding(id, description, part, channel, out);
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(part);
            throw e;
        }
    }

    private final class FileHolding implements Holding {

        private final UUID id;
        private final Description description;
        private final Path part;
        private final FileChannel channel;
        private final OutputStream out;
        private boolean committed;

        FileHolding(UUID id, Description description, Path part, FileChannel channel, OutputStream out) {
            this.id = id;
            this.description = description;
            this.part = part;
            this.channel = channel;
            this.out = out;
        }

        @Override
        public UUID id() {
            return id;
        }

        @Override
        public OutputStream sealed() {
            return out;
        }

        @Override
        public void commit() throws IOException {
            out.flush();
            channel.force(true);
            Files.move(part, folder.resolve(id + HELD), StandardCopyOption.ATOMIC_MOVE);
            PackFolder.force(folder);
            committed = true;
        }

        @Override
        public boolean commitUnlessHeld(byte[] digest) throws IOException {
            synchronized (FileQuarantine.this) {
                Description whole = description.with(digest);
                if (isHeld(whole)) {
                    return false;
                }
                out.flush();
                // A digest of any value makes it as long as it was.
                ByteBuffer text = ByteBuffer.wrap(write(whole).getBytes(StandardCharsets.UTF_8));
                while (text.hasRemaining()) {
                    channel.write(text, LENGTH + text.position());
                }
                commit();
                entry(folder.resolve(id + HELD));
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
            if (!committed) {
                Files.deleteIfExists(part);
            }
        }
    }

    @Override
    public long diagnosticRoom() throws IOException {
        long used = 0;
        for (Entry entry : entries()) {
            used += entry.description().kind() == Kind.DIAGNOSTIC ? entry.length() : 0;
        }
        return Math.max(0, quota - used);
    }

    @Override
    public boolean hasDiagnostic(byte[] digest) throws IOException {
        return entries().stream()
                .anyMatch(entry -> entry.description().kind() == Kind.DIAGNOSTIC
                        && Arrays.equals(entry.description().digest(), digest));
    }

    /** Looks at files no more than once: whoever sends many objects that are held does not wait longer for each. */
    private synchronized boolean isHeld(Description description) throws IOException {
        if (!isRead) {
            entries();
            isRead = true;
        }
        return read.values().stream().anyMatch(entry -> isEqual(entry.description(), description) && isThere(entry));
    }

    private static boolean isEqual(Description one, Description other) {
        return one.kind() == other.kind()
                && Objects.equals(one.studyInstanceUid(), other.studyInstanceUid())
                && Arrays.equals(one.digest(), other.digest());
    }

    /** It may have been read while it was removed. */
    private boolean isThere(Entry entry) {
        return Files.exists(folder.resolve(entry.id() + HELD));
    }

    @Override
    public List<Entry> newest(int limit) throws IOException {
        JpaStudyIndex.Limits.check(limit);
        return entries().stream().limit(limit).toList();
    }

    @Override
    public List<Entry> ofStudy(String studyInstanceUid) throws IOException {
        return entries().stream()
                .filter(entry -> studyInstanceUid.equals(entry.description().studyInstanceUid()))
                .toList();
    }

    @Override
    public boolean remove(UUID id) throws IOException {
        boolean removed = Files.deleteIfExists(folder.resolve(id + HELD));
        read.remove(id);
        PackFolder.force(folder);
        return removed;
    }

    /** All, newest first. */
    private List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (Path file : files(HELD)) {
            try {
                entries.add(entry(file));
            } catch (IOException | IllegalArgumentException e) {
                LOG.error("{} cannot be read", file, e);
            }
        }
        entries.sort(Comparator.comparing((Entry entry) -> entry.description().receivedAt())
                .reversed());
        return entries;
    }

    /** Files never change: each is read once. */
    private Entry entry(Path file) throws IOException {
        UUID id = id(file);
        Entry known = read.get(id);
        if (known == null) {
            try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
                known = read(file, in);
            }
            read.put(id, known);
        }
        return known;
    }

    private static UUID id(Path file) {
        String name = String.valueOf(file.getFileName());
        return UUID.fromString(name.substring(0, name.length() - HELD.length()));
    }

    private Entry read(Path file, DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 2 || length > LONGEST_DESCRIPTION) {
            throw new IOException("a description of " + length + " bytes");
        }
        Description description = read(new String(in.readNBytes(length), StandardCharsets.UTF_8));
        return new Entry(id(file), description, Files.size(file) - LENGTH - length);
    }

    @Override
    public Optional<Entry> entry(UUID id) throws IOException {
        return entries().stream().filter(entry -> entry.id().equals(id)).findFirst();
    }

    @Override
    public InputStream openSealed(UUID id) throws IOException {
        DataInputStream in = new DataInputStream(Files.newInputStream(folder.resolve(id + HELD)));
        try {
            in.skipNBytes(in.readInt());
            return in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private String write(Description description) throws IOException {
        ObjectNode node = json.createObjectNode();
        node.put("kind", description.kind().name());
        node.put("reason", description.reason());
        node.put("class", description.sopClassUid());
        node.put("syntax", description.transferSyntaxUid());
        node.put("calling", description.callingAet());
        node.put("address", description.address());
        node.put("at", description.receivedAt().toString());
        node.put("study", description.studyInstanceUid());
        node.put("digest", HexFormat.of().formatHex(description.digest()));
        String text = json.writeValueAsString(node);
        if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_DESCRIPTION) {
            // It could not be read again: what nobody sees must not count as held.
            throw new IOException("the description of a held object is too long");
        }
        return text;
    }

    private Description read(String text) throws IOException {
        JsonNode node = json.readTree(text);
        return new Description(
                Kind.valueOf(node.path("kind").asText()),
                node.path("reason").asText(),
                node.path("class").asText(),
                node.path("syntax").asText(),
                node.path("calling").asText(),
                node.path("address").asText(),
                Instant.parse(node.path("at").asText()),
                HexFormat.of().parseHex(node.path("digest").asText()),
                node.path("study").asText(null));
    }
}
