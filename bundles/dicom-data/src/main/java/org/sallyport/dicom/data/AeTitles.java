package org.sallyport.dicom.data;

/** The value representation AE (PS3.5 6.2): 1–16 printable ASCII characters without backslash, leading and trailing spaces of no meaning. */
public final class AeTitles {

    private static final int LONGEST = 16;

    private AeTitles() {}

    public static boolean isValid(String stripped) {
        return !stripped.isEmpty()
                && stripped.length() <= LONGEST
                && stripped.chars().allMatch(c -> c >= 0x20 && c < 0x7f && c != '\\');
    }
}
