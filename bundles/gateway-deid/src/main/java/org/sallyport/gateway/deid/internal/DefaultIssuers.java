package org.sallyport.gateway.deid.internal;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The issuer of patient ids, by calling AE title, where the objects name none: ids of two hospitals may be equal. Immutable. */
final class DefaultIssuers {

    static final DefaultIssuers NONE = new DefaultIssuers(Map.of());

    /** AE titles (PS3.5 6.2): up to 16 characters without backslash and control characters; the separators cannot be told. */
    private static final String AE_TITLE = "[ -~&&[^\\\\,=]]{1,16}";

    /** As a value of LO, without what is a separator here or between values. */
    private static final String ISSUER = "[^\\p{Cntrl}\\\\,=]{1,64}";

    private final Map<String, String> byCallingAet;

    private DefaultIssuers(Map<String, String> byCallingAet) {
        this.byCallingAet = Map.copyOf(byCallingAet);
    }

    /**
     * @param text {@code CT1=HOSPITAL-A,MR1=HOSPITAL-B}; empty = none
     * @throws IllegalArgumentException if it is anything else
     */
    static DefaultIssuers of(String text) {
        if (text.isBlank()) {
            return NONE;
        }
        Map<String, String> issuers = new HashMap<>();
        for (String entry : text.split(",", -1)) {
            String[] parts = entry.split("=", -1);
            String aet = parts[0].strip();
            String issuer = parts.length == 2 ? parts[1].strip() : "";
            if (!aet.matches(AE_TITLE) || !issuer.matches(ISSUER)) {
                throw new IllegalArgumentException("default-issuers: \"" + entry.strip()
                        + "\" must be AE-TITLE=ISSUER, entries with a comma between (org.sallyport.deid.cfg)");
            }
            if (issuers.put(aet, issuer) != null) {
                throw new IllegalArgumentException(
                        "default-issuers: \"" + aet + "\" stands twice (org.sallyport.deid.cfg)");
            }
        }
        return new DefaultIssuers(issuers);
    }

    /** Null = none is known. */
    @Nullable
    String find(String callingAet) {
        return byCallingAet.get(callingAet);
    }
}
