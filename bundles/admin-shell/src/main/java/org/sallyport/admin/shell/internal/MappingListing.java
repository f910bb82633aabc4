package org.sallyport.admin.shell.internal;

import java.util.List;
import org.sallyport.gateway.api.vault.MappingImport.Report;

/** What came of mappings that were written or taken over, for people. */
final class MappingListing {

    private static final int SHOWN = 3;

    private MappingListing() {}

    /** @param whole whether all names are listed, or the first {@value #SHOWN} */
    static Listing of(Report report, boolean whole) {
        Listing list = new Listing("what", "count", "names");
        report.counts().forEach((what, count) -> {
            List<String> names = report.lists().getOrDefault(what, List.of());
            list.row(what, count, whole || names.size() <= SHOWN ? names : names.subList(0, SHOWN) + " …");
        });
        return list;
    }
}
