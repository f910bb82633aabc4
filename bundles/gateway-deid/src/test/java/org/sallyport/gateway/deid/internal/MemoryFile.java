package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.TreeMap;
import java.util.UUID;
import org.sallyport.gateway.api.store.IdentityFileWriter;

/** Blocks in memory. */
final class MemoryFile implements IdentityFileWriter {

    private static final int FIRST = 24;

    private final UUID id = UUID.randomUUID();
    final TreeMap<Long, byte[]> blocks = new TreeMap<>();
    private long end = FIRST;

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public long end() {
        return end;
    }

    @Override
    public OutputStream block() {
        long start = end;
        return new ByteArrayOutputStream() {
            @Override
            public void close() {
                blocks.put(start, toByteArray());
                end = start + count;
            }
        };
    }

    @Override
    public void cutBack(long offset) {
        blocks.tailMap(offset, true).clear();
        end = offset;
    }

    @Override
    public InputStream open(long offset) throws IOException {
        byte[] block = blocks.get(offset);
        if (block == null) {
            throw new IOException("no block at " + offset);
        }
        return new ByteArrayInputStream(block);
    }

    long length() {
        return end;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
