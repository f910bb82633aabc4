package org.sallyport.gateway.deid.internal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;

/**
 * What gives the original data set back: the tags that were added, and the top-level elements that were changed or removed, in explicit VR little
 * endian. Holds identity; sealed wherever it is kept.
 *
 * @param added in the order in which they were written
 */
record IdentityRecord(Set<Integer> added, DataSet originals) {

    private static final int VERSION = 1;
    private static final int MOST_ADDED = 0xFFFF;
    /** Instead of a number of one byte: one of two follows. */
    private static final int MANY = 0xFF;

    /**
     * Whether an attribute of the de-identified object is none of the original's. The Encrypted Attributes Sequence (0400,0500) never is one, if not among the
     * originals: what came with an object was removed, what is there was put into a copy that went out.
     */
    boolean isAdded(int tag) {
        return tag == Tag.EncryptedAttributesSequence || added.contains(tag);
    }

    @Override
    public String toString() {
        return "IdentityRecord[" + originals.size() + " elements]";
    }

    /** Writes a record; bulk values are streamed. */
    void write(OutputStream to) throws IOException {
        write(to, List.copyOf(added), originals);
    }

    static void write(OutputStream to, List<Integer> added, DataSet originals) throws IOException {
        DataOutputStream out = new DataOutputStream(to);
        if (added.size() > MOST_ADDED) {
            throw new IOException("an identity record with " + added.size() + " added attributes");
        }
        out.writeByte(VERSION);
        if (added.size() < MANY) {
            out.writeByte(added.size());
        } else {
            out.writeByte(MANY);
            out.writeShort(added.size());
        }
        for (int tag : added) {
            out.writeInt(tag);
        }
        out.flush();
        DataSetWriter writer = new DataSetWriter(to, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        writer.write(originals);
        writer.finish();
    }

    /** @param bulk keeps values that are too long for memory, sealed */
    static IdentityRecord read(InputStream from, Limits limits, BulkStore bulk) throws IOException {
        DataInputStream in = new DataInputStream(from);
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("an identity record of version " + version + ", which this program does not know");
        }
        int few = in.readUnsignedByte();
        int count = few == MANY ? in.readUnsignedShort() : few;
        Set<Integer> added = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            added.add(in.readInt());
        }
        DataSetReader reader = new DataSetReader(in, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, limits, bulk);
        return new IdentityRecord(added, reader.readAll());
    }
}
