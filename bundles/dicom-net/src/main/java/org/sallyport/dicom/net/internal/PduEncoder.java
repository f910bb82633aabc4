package org.sallyport.dicom.net.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.AssociateAccept;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.Rejection;
import org.sallyport.dicom.net.UserInformation;

/** From values to whole PDUs (PS3.8 9.3). Pure. */
final class PduEncoder {

    private static final int LONGEST_AET = 16;

    private PduEncoder() {}

    static byte[] request(AssociateRequest rq) {
        Buffer body = associate(rq.calledAet(), rq.callingAet());
        body.item(0x10, rq.applicationContext());
        for (ProposedContext context : rq.contexts()) {
            Buffer item = new Buffer();
            item.u8(context.id());
            item.zeros(3);
            item.item(0x30, context.abstractSyntax());
            context.transferSyntaxes().forEach(syntax -> item.item(0x40, syntax));
            body.item(0x20, item);
        }
        body.item(0x50, userInformation(rq.userInformation()));
        return pdu(PduType.A_ASSOCIATE_RQ, body);
    }

    static byte[] accept(AssociateAccept ac) {
        Buffer body = associate(ac.calledAet(), ac.callingAet());
        body.item(0x10, AssociateRequest.DICOM_APPLICATION_CONTEXT);
        for (PresentationContext context : ac.contexts()) {
            Buffer item = new Buffer();
            item.u8(context.id());
            item.zeros(1);
            item.u8(context.result().code());
            item.zeros(1);
            item.item(0x40, context.transferSyntax());
            body.item(0x21, item);
        }
        body.item(0x50, userInformation(ac.userInformation()));
        return pdu(PduType.A_ASSOCIATE_AC, body);
    }

    private static Buffer associate(String calledAet, String callingAet) {
        Buffer body = new Buffer();
        body.u16(1);
        body.zeros(2);
        body.aet(calledAet);
        body.aet(callingAet);
        body.zeros(32);
        return body;
    }

    private static Buffer userInformation(UserInformation user) {
        Buffer items = new Buffer();
        Buffer length = new Buffer();
        length.u32(user.maxPduLength());
        items.item(0x51, length);
        items.item(0x52, user.implementationClassUid());
        UserInformation.AsynchronousOperations window = user.asynchronousOperations();
        if (window != null) {
            Buffer item = new Buffer();
            item.u16(window.invoked());
            item.u16(window.performed());
            items.item(0x53, item);
        }
        user.roles().forEach(role -> {
            Buffer item = new Buffer();
            item.text(role.sopClassUid());
            item.u8(role.scu() ? 1 : 0);
            item.u8(role.scp() ? 1 : 0);
            items.item(0x54, item);
        });
        String version = user.implementationVersionName();
        if (version != null) {
            items.item(0x55, version);
        }
        user.extended().forEach(extended -> {
            Buffer item = new Buffer();
            item.text(extended.sopClassUid());
            item.bytes.writeBytes(extended.information());
            items.item(0x56, item);
        });
        user.commonExtended().forEach(common -> {
            Buffer item = new Buffer();
            item.text(common.sopClassUid());
            item.text(common.serviceClassUid());
            Buffer related = new Buffer();
            common.relatedClasses().forEach(related::text);
            item.field(related.bytes.toByteArray());
            items.item(0x57, item);
        });
        identity(items, user.userIdentity(), user.userIdentityResponse());
        return items;
    }

    private static void identity(
            Buffer items,
            UserInformation.@Nullable UserIdentity identity,
            UserInformation.@Nullable UserIdentityResponse response) {
        if (identity != null) {
            Buffer item = new Buffer();
            item.u8(identity.type());
            item.u8(identity.responseRequested() ? 1 : 0);
            item.field(identity.primary());
            item.field(identity.secondary());
            items.item(0x58, item);
        }
        if (response != null) {
            Buffer item = new Buffer();
            item.field(response.response());
            items.item(0x59, item);
        }
    }

    static byte[] reject(Rejection rejection) {
        Buffer body = new Buffer();
        body.zeros(1);
        body.u8(rejection.result());
        body.u8(rejection.source());
        body.u8(rejection.reason());
        return pdu(PduType.A_ASSOCIATE_RJ, body);
    }

    static byte[] release(int type) {
        Buffer body = new Buffer();
        body.zeros(4);
        return pdu(type, body);
    }

    /** @param source 0 service user, 2 service provider */
    static byte[] abort(int source, int reason) {
        Buffer body = new Buffer();
        body.zeros(2);
        body.u8(source);
        body.u8(reason);
        return pdu(PduType.A_ABORT, body);
    }

    private static byte[] pdu(int type, Buffer body) {
        Buffer pdu = new Buffer();
        pdu.u8(type);
        pdu.zeros(1);
        pdu.u32(body.bytes.size());
        pdu.bytes.writeBytes(body.bytes.toByteArray());
        return pdu.bytes.toByteArray();
    }

    /** Big endian bytes that grow. */
    private static final class Buffer {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);

        void u8(int value) {
            bytes.write(value);
        }

        void u16(int value) {
            bytes.write(value >>> 8);
            bytes.write(value);
        }

        void u32(long value) {
            u16((int) (value >>> 16));
            u16((int) value);
        }

        void zeros(int n) {
            bytes.writeBytes(new byte[n]);
        }

        void aet(String aet) {
            if (aet.length() > LONGEST_AET) {
                throw new IllegalArgumentException("an AE title of more than " + LONGEST_AET + " characters");
            }
            bytes.writeBytes(String.format("%-16s", aet).getBytes(StandardCharsets.US_ASCII));
        }

        void field(byte[] value) {
            if (value.length > 0xFFFF) {
                throw new IllegalArgumentException("an item of " + value.length + " bytes is too long");
            }
            u16(value.length);
            bytes.writeBytes(value);
        }

        void text(String text) {
            field(text.getBytes(StandardCharsets.US_ASCII));
        }

        void item(int type, String text) {
            u8(type);
            u8(0);
            text(text);
        }

        void item(int type, Buffer content) {
            u8(type);
            u8(0);
            field(content.bytes.toByteArray());
        }
    }
}
