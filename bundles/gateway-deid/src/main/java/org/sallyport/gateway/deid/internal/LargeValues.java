package org.sallyport.gateway.deid.internal;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.api.store.IdentityFile;
import org.sallyport.gateway.api.store.IdentityFileWriter;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.StudyContext;

/**
 * Values that are too long to stand among the others, deflated in blocks of their own; equal values of a study in one. Owned by one thread.
 */
final class LargeValues implements BulkStore {

    private static final int IN_MEMORY = 1 << 20;
    /** More distinct large values of one study are written as they come, equal or not. */
    private static final int MOST_REMEMBERED = 50_000;

    private final IdentityFileWriter file;
    private final IdentityVault vault;
    private final StudyContext study;
    private final Map<ByteBuffer, RecordCode.Block> known = new HashMap<>();

    LargeValues(IdentityFileWriter file, IdentityVault vault, StudyContext study) {
        this.file = file;
        this.vault = vault;
        this.study = study;
    }

    @Override
    public Value.Bulk store(int tag, VR vr, long length, InputStream in) throws IOException {
        MessageDigest digest = sha256();
        RecordCode.Block block;
        if (length <= IN_MEMORY) {
            byte[] value = in.readAllBytes();
            ByteBuffer name = ByteBuffer.wrap(digest.digest(value));
            block = known.get(name);
            if (block == null) {
                block = write(length, new ByteArrayInputStream(value));
                remember(name, block);
            }
        } else {
            long start = file.end();
            block = write(length, new DigestInputStream(in, digest));
            ByteBuffer name = ByteBuffer.wrap(digest.digest());
            RecordCode.Block same = known.get(name);
            if (same == null) {
                remember(name, block);
            } else {
                file.cutBack(start);
                block = same;
            }
        }
        return new Stored(block);
    }

    private void remember(ByteBuffer name, RecordCode.Block block) {
        if (known.size() < MOST_REMEMBERED) {
            known.put(name, block);
        }
    }

    private RecordCode.Block write(long length, InputStream value) throws IOException {
        long offset = file.end();
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try (OutputStream to = file.block();
                OutputStream sealed = vault.seal(study, file.place(offset), to);
                OutputStream deflated = new DeflaterOutputStream(sealed, deflater, 64 * 1024)) {
            value.transferTo(deflated);
        } finally {
            deflater.end();
        }
        return new RecordCode.Block(offset, length);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** While the file is written nobody reads the value. */
    private record Stored(RecordCode.Block block) implements RecordCode.InBlock {

        @Override
        public long length() {
            return block.length();
        }

        @Override
        public InputStream open() throws IOException {
            throw new IOException("the value is being rewritten");
        }

        @Override
        public String toString() {
            return block.length() + " bytes, in a block";
        }
    }

    /** A value of a finished file. */
    record Kept(RecordCode.Block block, IdentityFile file, IdentityVault.Opening opening)
            implements RecordCode.InBlock {

        @Override
        public long length() {
            return block.length();
        }

        @Override
        public InputStream open() throws IOException {
            InputStream sealed = new BufferedInputStream(file.open(block.offset()), 64 * 1024);
            InputStream deflated = opening.open(file.place(block.offset()), sealed);
            Inflater inflater = new Inflater(true);
            return new FilterInputStream(new InflaterInputStream(deflated, inflater, 64 * 1024)) {
                @Override
                public void close() throws IOException {
                    inflater.end();
                    super.close();
                }
            };
        }

        @Override
        public String toString() {
            return block.length() + " bytes, in a block";
        }
    }
}
