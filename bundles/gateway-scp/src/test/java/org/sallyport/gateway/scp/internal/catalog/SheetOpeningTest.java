package org.sallyport.gateway.scp.internal.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.scp.internal.Fakes.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StudySheets.Sheet;

@Timeout(60)
class SheetOpeningTest {

    private static List<Sheet> page(int first, int number) {
        List<Sheet> page = new ArrayList<>();
        for (int i = first; i < first + number; i++) {
            page.add(new Sheet("2.25." + i, new byte[1]));
        }
        return page;
    }

    private static StudySheet opened(Sheet sheet) {
        return SampleSheets.of(sheet.studyInstanceUid(), 1);
    }

    /** The first page is the last that is done. */
    @Test
    void sheetsAreGivenOnInTheOrderInWhichTheyCame() throws Exception {
        CountDownLatch others = new CountDownLatch(1);
        List<String> given = new ArrayList<>();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (SheetOpening opening = new SheetOpening(
                sheet -> {
                    threads.add(Thread.currentThread());
                    if (sheet.studyInstanceUid().equals("2.25.1000")
                            && Runtime.getRuntime().availableProcessors() > 1) {
                        awaitLatch(others);
                    } else if (sheet.studyInstanceUid().equals("2.25.1010")) {
                        others.countDown();
                    }
                    return sheet.studyInstanceUid().endsWith("5") ? null : opened(sheet);
                },
                sheet -> given.add(sheet.studyInstanceUid()))) {
            for (int page = 0; page < 10; page++) {
                opening.take(page(1000 + 10 * page, 10));
            }
            opening.finish();
        }
        List<String> wanted = new ArrayList<>();
        for (int i = 1000; i < 1100; i++) {
            if (i % 10 != 5) {
                wanted.add("2.25." + i);
            }
        }
        assertEquals(wanted, given, "those that cannot be opened are left out");
        await(() -> threads.stream().noneMatch(Thread::isAlive));
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertTrue(latch.await(50, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFaultIsTold() {
        try (SheetOpening opening = new SheetOpening(
                sheet -> {
                    throw new IllegalStateException("a fault");
                },
                sheet -> {})) {
            IndexException e = assertThrows(IndexException.class, () -> {
                opening.take(page(1, 1));
                opening.finish();
            });
            assertTrue(String.valueOf(e.getCause()).contains("a fault"), e.toString());
        }
    }
}
