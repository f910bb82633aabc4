package org.sallyport.dicom.net;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A peer that sends what it is told, right or wrong, byte by byte by PS3.8 9.3 and without the encoder under test. */
final class RawPeer implements Closeable {

    static final int ASSOCIATE_RQ = 1;
    static final int ASSOCIATE_AC = 2;
    static final int ASSOCIATE_RJ = 3;
    static final int P_DATA = 4;
    static final int RELEASE_RQ = 5;
    static final int RELEASE_RP = 6;
    static final int ABORT = 7;

    static final String VERIFICATION = "1.2.840.10008.1.1";
    static final String IMPLICIT = "1.2.840.10008.1.2";

    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** @param type -1 = the connection was closed */
    record Pdu(int type, byte[] body) {

        @Override
        public String toString() {
            return type + " " + HexFormat.of().formatHex(body);
        }
    }

    RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = new DataInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    static RawPeer connect(int port) throws IOException {
        return new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    static ServerSocket listen() throws IOException {
        ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(PATIENCE_MILLIS);
        return listener;
    }

    static RawPeer accept(ServerSocket listener) throws IOException {
        return new RawPeer(listener.accept());
    }

    /** Connects and has an association for Verification accepted. */
    static RawPeer associated(int port, long maxPduLength) throws IOException {
        RawPeer peer = connect(port);
        peer.send(pdu(ASSOCIATE_RQ, request(maxPduLength)));
        Pdu answer = peer.receive();
        if (answer.type != ASSOCIATE_AC) {
            throw new IOException("no association: " + answer);
        }
        return peer;
    }

    RawPeer send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    RawPeer sendByteByByte(byte[] bytes) throws IOException {
        for (byte b : bytes) {
            out.write(b);
            out.flush();
        }
        return this;
    }

    Pdu receive() throws IOException {
        try {
            int type = in.readUnsignedByte();
            in.readUnsignedByte();
            byte[] body = new byte[in.readInt()];
            in.readFully(body);
            return new Pdu(type, body);
        } catch (EOFException e) {
            return new Pdu(-1, new byte[0]);
        } catch (SocketException e) {
            // Reset: closed while something was under way.
            return new Pdu(-1, new byte[0]);
        }
    }

    /** A whole message's command, and the length of its longest P-DATA-TF. */
    record Received(byte[] command, int longest, int odd) {}

    Received receiveCommand() throws IOException {
        ByteArrayOutputStream command = new ByteArrayOutputStream();
        int longest = 0;
        int odd = 0;
        while (true) {
            Pdu pdu = receive();
            if (pdu.type != P_DATA) {
                throw new IOException("no P-DATA-TF: " + pdu);
            }
            longest = Math.max(longest, pdu.body.length);
            odd += pdu.body.length & 1;
            command.write(pdu.body, 6, pdu.body.length - 6);
            if ((pdu.body[5] & 2) != 0) {
                return new Received(command.toByteArray(), longest, odd);
            }
        }
    }

    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    // ---- bytes

    static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    static byte[] pdu(int type, byte... body) {
        return pdu(type, body.length, body);
    }

    static byte[] pdu(int type, long declared, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(type);
        out.write(0);
        out.write((int) (declared >>> 24));
        out.write((int) (declared >>> 16));
        out.write((int) (declared >>> 8));
        out.write((int) declared);
        out.writeBytes(body);
        return out.toByteArray();
    }

    static byte[] release(int type) {
        return pdu(type, new byte[4]);
    }

    static byte[] request(long maxPduLength) {
        return request(1, "1.2.840.10008.3.1.1.1", maxPduLength);
    }

    static byte[] request(int version, String applicationContext, long maxPduLength) {
        ByteArrayOutputStream out = fixed(version);
        item(out, 0x10, ascii(applicationContext));
        ByteArrayOutputStream context = new ByteArrayOutputStream();
        context.writeBytes(new byte[] {1, 0, 0, 0});
        item(context, 0x30, ascii(VERIFICATION));
        item(context, 0x40, ascii(IMPLICIT));
        item(out, 0x20, context.toByteArray());
        user(out, maxPduLength);
        return out.toByteArray();
    }

    /** @param contexts items of type 21 */
    static byte[] acceptance(byte[] contexts) {
        ByteArrayOutputStream out = fixed(1);
        item(out, 0x10, ascii("1.2.840.10008.3.1.1.1"));
        out.writeBytes(contexts);
        user(out, 16_384);
        return out.toByteArray();
    }

    static byte[] acceptedContext(int id, String transferSyntax) {
        ByteArrayOutputStream context = new ByteArrayOutputStream();
        context.writeBytes(new byte[] {(byte) id, 0, 0, 0});
        item(context, 0x40, ascii(transferSyntax));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        item(out, 0x21, context.toByteArray());
        return out.toByteArray();
    }

    private static ByteArrayOutputStream fixed(int version) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, (byte) version, 0, 0});
        out.writeBytes(ascii("SALLYPORT       RAWPEER         "));
        out.writeBytes(new byte[32]);
        return out;
    }

    private static void user(ByteArrayOutputStream out, long maxPduLength) {
        ByteArrayOutputStream user = new ByteArrayOutputStream();
        item(user, 0x51, new byte[] {
            (byte) (maxPduLength >>> 24), (byte) (maxPduLength >>> 16), (byte) (maxPduLength >>> 8), (byte) maxPduLength
        });
        item(user, 0x52, ascii("1.2.3"));
        item(out, 0x50, user.toByteArray());
    }

    private static void item(ByteArrayOutputStream out, int type, byte[] content) {
        out.write(type);
        out.write(0);
        out.write(content.length >>> 8);
        out.write(content.length);
        out.writeBytes(content);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A presentation data value: item length, context, control header, fragment. */
    static byte[] pdv(int context, int control, byte[] fragment) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int length = fragment.length + 2;
        out.writeBytes(new byte[] {
            (byte) (length >>> 24),
            (byte) (length >>> 16),
            (byte) (length >>> 8),
            (byte) length,
            (byte) context,
            (byte) control
        });
        out.writeBytes(fragment);
        return out.toByteArray();
    }

    /** A C-ECHO-RQ (PS3.7 9.3.5.1) as a command set. */
    static byte[] echo(int messageId) {
        return command(0x0030, messageId, 0x0101, VERIFICATION, null);
    }

    static byte[] command(int field, int messageId, int dataSetType, String sopClass, @Nullable String sopInstance) {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        element(rest, 0x0002, uid(sopClass));
        element(rest, 0x0100, u16(field));
        element(rest, (field & 0x8000) != 0 ? 0x0120 : 0x0110, u16(messageId));
        element(rest, 0x0800, u16(dataSetType));
        if ((field & 0x8000) != 0) {
            element(rest, 0x0900, u16(0));
        }
        if (sopInstance != null) {
            element(rest, 0x1000, uid(sopInstance));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        element(out, 0x0000, new byte[] {(byte) rest.size(), (byte) (rest.size() >>> 8), 0, 0});
        out.writeBytes(rest.toByteArray());
        return out.toByteArray();
    }

    private static byte[] u16(int value) {
        return new byte[] {(byte) value, (byte) (value >>> 8)};
    }

    private static byte[] uid(String uid) {
        return ascii((uid.length() & 1) == 0 ? uid : uid + "\0");
    }

    private static void element(ByteArrayOutputStream out, int element, byte[] value) {
        out.writeBytes(u16(0));
        out.writeBytes(u16(element));
        out.writeBytes(u16(value.length));
        out.writeBytes(u16(0));
        out.writeBytes(value);
    }
}
