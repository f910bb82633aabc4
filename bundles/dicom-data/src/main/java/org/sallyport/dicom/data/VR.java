package org.sallyport.dicom.data;

import org.jspecify.annotations.Nullable;

/** Value representations (PS3.5 6.2). */
public enum VR {
    AE(Kind.STRING, 1, false),
    AS(Kind.STRING, 1, false),
    AT(Kind.BINARY, 2, false),
    CS(Kind.STRING, 1, false),
    DA(Kind.STRING, 1, false),
    DS(Kind.STRING, 1, false),
    DT(Kind.STRING, 1, false),
    FD(Kind.BINARY, 8, false),
    FL(Kind.BINARY, 4, false),
    IS(Kind.STRING, 1, false),
    LO(Kind.CHARSET, 1, false),
    LT(Kind.CHARSET_SINGLE, 1, false),
    OB(Kind.BINARY, 1, true),
    OD(Kind.BINARY, 8, true),
    OF(Kind.BINARY, 4, true),
    OL(Kind.BINARY, 4, true),
    OV(Kind.BINARY, 8, true),
    OW(Kind.BINARY, 2, true),
    PN(Kind.CHARSET, 1, false),
    SH(Kind.CHARSET, 1, false),
    SL(Kind.BINARY, 4, false),
    SQ(Kind.SEQUENCE, 1, true),
    SS(Kind.BINARY, 2, false),
    ST(Kind.CHARSET_SINGLE, 1, false),
    SV(Kind.BINARY, 8, true),
    TM(Kind.STRING, 1, false),
    UC(Kind.CHARSET, 1, true),
    UI(Kind.STRING, 1, false),
    UL(Kind.BINARY, 4, false),
    UN(Kind.BINARY, 1, true),
    UR(Kind.STRING_SINGLE, 1, true),
    US(Kind.BINARY, 2, false),
    UT(Kind.CHARSET_SINGLE, 1, true),
    UV(Kind.BINARY, 8, true);

    private enum Kind {
        STRING,
        STRING_SINGLE,
        CHARSET,
        CHARSET_SINGLE,
        BINARY,
        SEQUENCE
    }

    private static final VR[] BY_CODE = new VR[26 * 26];

    static {
        for (VR vr : values()) {
            BY_CODE[(vr.name().charAt(0) - 'A') * 26 + vr.name().charAt(1) - 'A'] = vr;
        }
    }

    private final Kind kind;
    private final int unit;
    private final boolean longLength;

    VR(Kind kind, int unit, boolean longLength) {
        this.kind = kind;
        this.unit = unit;
        this.longLength = longLength;
    }

    /**
     * The value representation named by two bytes of an explicit VR data element (PS3.5 7.1.2).
     *
     * @return null if the letters name none
     */
    static @Nullable VR ofCode(int first, int second) {
        return isCode(first, second) ? BY_CODE[(first - 'A') * 26 + second - 'A'] : null;
    }

    static boolean isCode(int first, int second) {
        return first >= 'A' && first <= 'Z' && second >= 'A' && second <= 'Z';
    }

    /** Whether explicit VR encodes its length in 32 bits after two reserved bytes (PS3.5 Table 7.1-1). */
    public boolean hasLongLength() {
        return longLength;
    }

    /** Whether its values are text under Specific Character Set (PS3.5 6.1.2.2). */
    public boolean usesCharacterSet() {
        return kind == Kind.CHARSET || kind == Kind.CHARSET_SINGLE;
    }

    /** Whether its values are characters. */
    public boolean isText() {
        return kind != Kind.BINARY && kind != Kind.SEQUENCE;
    }

    /** Whether a backslash parts values of text (PS3.5 6.4). */
    public boolean isMultiValuedText() {
        return kind == Kind.STRING || kind == Kind.CHARSET;
    }

    /** The byte that pads a value to even length: NUL for UI and binary values, else a space (PS3.5 6.2). */
    public int padding() {
        return isText() && this != UI ? ' ' : 0;
    }

    /** Bytes of one number, 1 if byte order is of no meaning. */
    public int unit() {
        return unit;
    }
}
