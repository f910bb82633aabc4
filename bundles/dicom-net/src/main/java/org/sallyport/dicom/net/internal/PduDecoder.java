package org.sallyport.dicom.net.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.AssociateAccept;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.UserInformation;
import org.sallyport.dicom.net.UserInformation.AsynchronousOperations;
import org.sallyport.dicom.net.UserInformation.CommonExtendedNegotiation;
import org.sallyport.dicom.net.UserInformation.ExtendedNegotiation;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.dicom.net.UserInformation.UserIdentity;
import org.sallyport.dicom.net.UserInformation.UserIdentityResponse;

/** From the variable field of an association PDU to its value. Pure: knows no socket. Byte positions are those of PS3.8 9.3, less the header. */
final class PduDecoder {

    /** Presentation context ids are odd numbers of one byte. */
    private static final int MOST_CONTEXTS = 128;

    private static final int MOST_SUB_ITEMS = 1024;

    private PduDecoder() {}

    static AssociateRequest request(byte[] body) throws PduException {
        Cursor in = new Cursor(body);
        int version = in.u16("protocol version"); // bytes 7-8
        in.skip(2); // bytes 9-10
        String called = in.aet("called AE title"); // bytes 11-26
        String calling = in.aet("calling AE title"); // bytes 27-42
        in.skip(32); // bytes 43-74
        String applicationContext = "";
        UserInformation user = null;
        List<ProposedContext> contexts = new ArrayList<>();
        Set<Integer> ids = new HashSet<>();
        while (in.hasMore()) {
            int type = in.u8();
            Cursor item = in.item();
            switch (type) {
                case 0x10 -> applicationContext = item.rest();
                case 0x20 -> {
                    ProposedContext context = proposed(item);
                    if (contexts.size() == MOST_CONTEXTS || !ids.add(context.id())) {
                        throw invalid("presentation context " + context.id() + " stands twice or is one too many");
                    }
                    contexts.add(context);
                }
                case 0x50 -> user = userInformation(item);
                default -> {
                    // Unknown items are passed over (PS3.8 9.3.1).
                }
            }
        }
        if (user == null) {
            throw invalid("no user information");
        }
        return new AssociateRequest(version, called, calling, applicationContext, contexts, user);
    }

    private static ProposedContext proposed(Cursor item) throws PduException {
        int id = item.u8(); // byte 5
        if ((id & 1) == 0) {
            throw invalid("presentation context id " + id + " is even");
        }
        item.skip(3); // bytes 6-8
        String abstractSyntax = "";
        List<String> transferSyntaxes = new ArrayList<>();
        while (item.hasMore()) {
            int type = item.u8();
            Cursor sub = item.item();
            if (type == 0x30) {
                abstractSyntax = sub.rest();
            } else if (type == 0x40) {
                add(transferSyntaxes, sub.rest());
            }
        }
        if (abstractSyntax.isEmpty() || transferSyntaxes.isEmpty()) {
            throw invalid("presentation context " + id + " lacks its abstract syntax or transfer syntaxes");
        }
        return new ProposedContext(id, abstractSyntax, transferSyntaxes);
    }

    /** @param proposed what we proposed: gives each context its abstract syntax */
    static AssociateAccept accept(byte[] body, List<ProposedContext> proposed) throws PduException {
        Cursor in = new Cursor(body);
        in.skip(4);
        String called = in.aet("called AE title");
        String calling = in.aet("calling AE title");
        in.skip(32);
        List<PresentationContext> contexts = new ArrayList<>();
        UserInformation user = null;
        while (in.hasMore()) {
            int type = in.u8();
            Cursor item = in.item();
            if (type == 0x21) {
                contexts.add(answered(item, proposed));
            } else if (type == 0x50) {
                user = userInformation(item);
            }
        }
        if (user == null) {
            throw invalid("no user information");
        }
        return new AssociateAccept(called, calling, contexts, user);
    }

    private static PresentationContext answered(Cursor item, List<ProposedContext> proposed) throws PduException {
        int id = item.u8();
        item.skip(1);
        int result = item.u8();
        item.skip(1);
        String syntax = "";
        while (item.hasMore()) {
            int type = item.u8();
            Cursor sub = item.item();
            if (type == 0x40) {
                syntax = sub.rest();
            }
        }
        ProposedContext asked =
                proposed.stream().filter(p -> p.id() == id).findFirst().orElse(null);
        PresentationContext.Result[] results = PresentationContext.Result.values();
        if (asked == null || result >= results.length) {
            throw invalid("presentation context " + id + " was not proposed, or has result " + result);
        }
        if (result == 0 && !asked.transferSyntaxes().contains(syntax)) {
            throw invalid("presentation context " + id + " was accepted in a transfer syntax that was not proposed");
        }
        return new PresentationContext(id, asked.abstractSyntax(), results[result], syntax);
    }

    private static UserInformation userInformation(Cursor in) throws PduException {
        long maxPduLength = 0;
        String classUid = "";
        String versionName = null;
        AsynchronousOperations asynchronous = null;
        List<RoleSelection> roles = new ArrayList<>();
        List<ExtendedNegotiation> extended = new ArrayList<>();
        List<CommonExtendedNegotiation> common = new ArrayList<>();
        UserIdentity identity = null;
        UserIdentityResponse identityResponse = null;
        while (in.hasMore()) {
            int type = in.u8();
            Cursor item = in.item();
            switch (type) {
                case 0x51 -> maxPduLength = item.u32();
                case 0x52 -> classUid = item.rest();
                case 0x53 -> asynchronous = new AsynchronousOperations(item.u16("invoked"), item.u16("performed"));
                case 0x54 -> add(roles, new RoleSelection(item.text(), item.u8() == 1, item.u8() == 1));
                case 0x55 -> versionName = item.rest();
                case 0x56 -> add(extended, new ExtendedNegotiation(item.text(), item.restBytes()));
                case 0x57 -> add(common, commonExtended(item));
                case 0x58 -> identity = new UserIdentity(item.u8(), item.u8() == 1, item.bytes(), item.bytes());
                case 0x59 -> identityResponse = new UserIdentityResponse(item.bytes());
                default -> {
                    // Unknown items are passed over (PS3.7 D.3.3).
                }
            }
        }
        return new UserInformation(
                maxPduLength, classUid, versionName, asynchronous, roles, extended, common, identity, identityResponse);
    }

    private static CommonExtendedNegotiation commonExtended(Cursor item) throws PduException {
        String sopClass = item.text();
        String serviceClass = item.text();
        Cursor related = item.item16();
        List<String> classes = new ArrayList<>();
        while (related.hasMore()) {
            add(classes, related.text());
        }
        return new CommonExtendedNegotiation(sopClass, serviceClass, classes);
    }

    private static <T> void add(List<T> list, T value) throws PduException {
        if (list.size() == MOST_SUB_ITEMS) {
            throw invalid("more than " + MOST_SUB_ITEMS + " items of one kind");
        }
        list.add(value);
    }

    private static PduException invalid(String what) {
        return new PduException(PduException.INVALID_PARAMETER, what);
    }

    /** Reads within one item; numbers are big endian. */
    private static final class Cursor {

        private final byte[] bytes;
        private final int end;
        private int at;

        Cursor(byte[] bytes) {
            this(bytes, 0, bytes.length);
        }

        private Cursor(byte[] bytes, int from, int end) {
            this.bytes = bytes;
            this.at = from;
            this.end = end;
        }

        boolean hasMore() {
            return at < end;
        }

        private void need(int n, @Nullable String what) throws PduException {
            if (n > end - at) {
                throw invalid((what == null ? "item" : what) + " reaches beyond its end at byte "
                        + (at + 1 + PduType.HEADER));
            }
        }

        int u8() throws PduException {
            need(1, null);
            return bytes[at++] & 0xFF;
        }

        int u16(String what) throws PduException {
            need(2, what);
            return u8() << 8 | u8();
        }

        long u32() throws PduException {
            return (long) u16("number") << 16 | u16("number");
        }

        void skip(int n) throws PduException {
            need(n, null);
            at += n;
        }

        /** A sub-item whose type was read: reserved byte, 16-bit length, content. */
        Cursor item() throws PduException {
            skip(1);
            return item16();
        }

        Cursor item16() throws PduException {
            int length = u16("length");
            need(length, "item");
            Cursor item = new Cursor(bytes, at, at + length);
            at += length;
            return item;
        }

        byte[] bytes() throws PduException {
            return item16().restBytes();
        }

        String text() throws PduException {
            return item16().rest();
        }

        byte[] restBytes() {
            byte[] rest = new byte[end - at];
            System.arraycopy(bytes, at, rest, 0, rest.length);
            at = end;
            return rest;
        }

        /** A UID or name; trailing NULs and spaces, which the standard forbids and some peers send, are dropped. */
        String rest() {
            String text = new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
            at = end;
            int length = text.length();
            while (length > 0 && (text.charAt(length - 1) == 0 || text.charAt(length - 1) == ' ')) {
                length--;
            }
            return text.substring(0, length);
        }

        String aet(String what) throws PduException {
            need(16, what);
            String text = new String(bytes, at, 16, StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ')
                    .strip();
            at += 16;
            if (text.isEmpty() || !text.chars().allMatch(c -> c >= 0x20 && c < 0x7F && c != '\\')) {
                throw invalid(what + " is empty or has characters that are not allowed");
            }
            return text;
        }
    }
}
