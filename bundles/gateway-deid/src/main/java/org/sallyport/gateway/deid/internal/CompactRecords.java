package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.sallyport.gateway.api.store.IdentityFile;
import org.sallyport.gateway.api.vault.IdentityVault;

/** Reads the records of a compact file, any of them first. Owned by one thread; its records' large values can be read until it is closed. */
final class CompactRecords implements Closeable {

    /** Records that others are told by: a study's, and a few series'. */
    private static final int KEPT = 8;
    /** Without large values. */
    private static final int LONGEST_BLOCK = 128 << 20;

    private final IdentityFile file;
    private final IdentityVault.Opening opening;
    private final Map<Long, Block> bases = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Block> eldest) {
            return size() > KEPT;
        }
    };

    CompactRecords(IdentityFile file, IdentityVault.Opening opening) {
        this.file = file;
        this.opening = opening;
    }

    private record Block(UUID frameId, IdentityRecord record) {}

    /** @throws IOException if the block is another frame's */
    IdentityRecord read(UUID frameId, long offset) throws IOException {
        Block block = block(offset, 3);
        if (!block.frameId.equals(frameId)) {
            throw new IOException("identity file " + file.id() + " holds another frame's identity at " + offset);
        }
        return block.record;
    }

    private Block block(long offset, int depth) throws IOException {
        Block known = bases.get(offset);
        if (known != null) {
            return known;
        }
        if (depth == 0) {
            throw new IOException("identity file " + file.id() + ": a record told by one that is told by another");
        }
        byte[] plain;
        try (InputStream sealed = file.open(offset);
                InputStream in = opening.open(file.place(offset), sealed)) {
            plain = in.readNBytes(LONGEST_BLOCK);
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(plain));
        UUID frameId = new UUID(in.readLong(), in.readLong());
        long base = RecordCode.number(in);
        IdentityRecord told = base == 0 ? RecordDelta.NOTHING : block(base, depth - 1).record;
        IdentityRecord record =
                RecordDelta.read(in.readAllBytes(), told, block -> new LargeValues.Kept(block, file, opening));
        Block read = new Block(frameId, record);
        if (depth < 3) {
            bases.put(offset, read);
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
