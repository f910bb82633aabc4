package org.sallyport.gateway.scp.internal.commitment;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.sallyport.dicom.net.StorageCommitment.Reference;
import org.sallyport.dicom.net.StorageCommitment.Request;

/**
 * A commitment that was asked for and is not reported yet. It names instances by the UIDs that its sender gave them: written sealed only.
 *
 * @param id names its file
 * @param aet who asked; what it was told to
 */
record Transaction(UUID id, String aet, String ourAet, String address, Instant askedAt, Request request) {

    private static final int VERSION = 1;

    byte[] bytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION);
        out.writeUTF(aet);
        out.writeUTF(ourAet);
        out.writeUTF(address);
        out.writeLong(askedAt.toEpochMilli());
        out.writeUTF(request.transactionUid());
        out.writeInt(request.instances().size());
        for (Reference reference : request.instances()) {
            out.writeUTF(reference.sopClassUid());
            out.writeUTF(reference.sopInstanceUid());
        }
        out.flush();
        return bytes.toByteArray();
    }

    static Transaction of(UUID id, byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a commitment of version " + version + ", which this program does not know");
        }
        String aet = in.readUTF();
        String ourAet = in.readUTF();
        String address = in.readUTF();
        Instant at = Instant.ofEpochMilli(in.readLong());
        String uid = in.readUTF();
        int count = in.readInt();
        List<Reference> references = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            references.add(new Reference(in.readUTF(), in.readUTF()));
        }
        return new Transaction(id, aet, ourAet, address, at, new Request(uid, references));
    }

    @Override
    public String toString() {
        return "Transaction[" + id + ", " + request.instances().size() + " instances]";
    }
}
