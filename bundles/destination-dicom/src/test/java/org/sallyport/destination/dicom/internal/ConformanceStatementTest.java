package org.sallyport.destination.dicom.internal;

import static org.sallyport.gateway.testkit.docs.GeneratedPart.row;
import static org.sallyport.gateway.testkit.docs.GeneratedPart.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.testkit.docs.GeneratedPart;

/** What the conformance statement says of answers to C-STORE is what is made of them. */
class ConformanceStatementTest {

    private static final int ALL = 0x10000;

    @Test
    void answersToStoring() throws Exception {
        Map<StoreStatus, List<String>> ranges = new EnumMap<>(StoreStatus.class);
        int from = 0;
        for (int status = 1; status <= ALL; status++) {
            if (status == ALL || StoreStatus.of(status) != StoreStatus.of(from)) {
                ranges.computeIfAbsent(StoreStatus.of(from), all -> new ArrayList<>())
                        .add(range(from, status - 1));
                from = status;
            }
        }
        List<String> lines = table("Status", "What is done");
        lines.add(row(
                String.join(", ", ranges.getOrDefault(StoreStatus.STORED, List.of())),
                "the instance counts as stored; other than 0000 are told as warnings"));
        lines.add(row(
                String.join(", ", ranges.getOrDefault(StoreStatus.LATER, List.of())),
                "the delivery is tried again, in growing pauses"));
        lines.add(row("any other", "the instance counts as refused; a delivery with one is parked for a person"));
        GeneratedPart.check(Path.of("../../docs/conformance.md"), "store-scu", lines, ConformanceStatementTest.class);
    }

    private static String range(int from, int to) {
        return from == to ? String.format("%04X", from) : String.format("%04X–%04X", from, to);
    }
}
