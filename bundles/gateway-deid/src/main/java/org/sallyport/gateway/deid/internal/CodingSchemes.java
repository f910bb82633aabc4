package org.sallyport.gateway.deid.internal;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Coding schemes that are public (PS3.16 section 8): their meanings name no person of a hospital. */
final class CodingSchemes {

    private static final Set<String> PUBLIC = Set.of(
            "ACR",
            "ASTM-sigpurpose",
            "BARI",
            "BI",
            "C4",
            "C5",
            "CD2",
            "CPT",
            "CTCAE",
            "DC",
            "DCM",
            "DCMUID",
            "FMA",
            "HPC",
            "I10",
            "I10P",
            "I9",
            "I9C",
            "IBSI",
            "ICD11",
            "ISO3166_1",
            "ISO639_1",
            "ISO639_2",
            "ITIS_TSN",
            "LN",
            "MA",
            "MAYOASRG",
            "MDC",
            "MGI",
            "MSH",
            "NCIt",
            "NDC",
            "NEU",
            "NICIP",
            "PATHLEX",
            "PLAC-ROLE",
            "POS",
            "RADELEMENT",
            "RADLEX",
            "RFC3066",
            "RFC5646",
            "RXNORM",
            "SCT",
            "SNM3",
            "SRT",
            "UBERON",
            "UCUM",
            "UMLS",
            "UNII",
            "UNS",
            "X12");

    private CodingSchemes() {}

    static boolean isPublic(@Nullable String designator) {
        return designator != null && PUBLIC.contains(designator);
    }
}
