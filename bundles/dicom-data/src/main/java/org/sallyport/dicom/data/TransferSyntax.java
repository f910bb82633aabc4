package org.sallyport.dicom.data;

import java.util.List;
import java.util.Optional;

/**
 * How a data set is encoded (PS3.5 10). Every syntax of the registry but the first two, deflated and big endian ones is explicit VR little
 * endian with encapsulated pixel data.
 */
public record TransferSyntax(
        String uid, boolean explicitVr, boolean bigEndian, boolean deflated, boolean encapsulated) {

    public static final TransferSyntax IMPLICIT_VR_LITTLE_ENDIAN =
            new TransferSyntax("1.2.840.10008.1.2", false, false, false, false);
    public static final TransferSyntax EXPLICIT_VR_LITTLE_ENDIAN =
            new TransferSyntax("1.2.840.10008.1.2.1", true, false, false, false);
    public static final TransferSyntax DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN =
            new TransferSyntax("1.2.840.10008.1.2.1.99", true, false, true, false);
    public static final TransferSyntax EXPLICIT_VR_BIG_ENDIAN =
            new TransferSyntax("1.2.840.10008.1.2.2", true, true, false, false);

    private static final List<TransferSyntax> NATIVE = List.of(
            IMPLICIT_VR_LITTLE_ENDIAN,
            EXPLICIT_VR_LITTLE_ENDIAN,
            DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
            EXPLICIT_VR_BIG_ENDIAN);

    /**
     * JPIP (referenced pixel data), MIME, XML and SMPTE syntaxes are no encodings of a whole object that could be stored; Papyrus 3 is implicit VR, and
     * of long ago.
     */
    private static final List<String> NOT_STORABLE = List.of(
            "1.2.840.10008.1.2.4.94",
            "1.2.840.10008.1.2.4.95",
            "1.2.840.10008.1.2.6.1",
            "1.2.840.10008.1.2.6.2",
            "1.2.840.10008.1.2.7.1",
            "1.2.840.10008.1.2.7.2",
            "1.2.840.10008.1.2.7.3",
            "1.2.840.10008.1.20");

    /** The syntax with this UID, if the registry knows it as one that a whole object can be stored in. */
    public static Optional<TransferSyntax> of(String uid) {
        for (TransferSyntax syntax : NATIVE) {
            if (syntax.uid.equals(uid)) {
                return Optional.of(syntax);
            }
        }
        boolean known = "Transfer Syntax".equals(UidRegistry.type(uid)) && !NOT_STORABLE.contains(uid);
        return known ? Optional.of(new TransferSyntax(uid, true, false, false, true)) : Optional.empty();
    }

    /** Every syntax that {@link #of} knows. */
    public static List<TransferSyntax> all() {
        return UidRegistry.ofType("Transfer Syntax").stream()
                .map(TransferSyntax::of)
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public String toString() {
        return uid;
    }
}
