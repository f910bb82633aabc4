package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DispatchNewsTest {

    private final List<String> told = new ArrayList<>();
    private final DispatchNews news = new DispatchNews(
            CommandsTest.session("c1", "s1", "e1", 5),
            (event, status, progress, sent, total) -> told.add(status + " " + progress + " % " + sent + " of " + total),
            2);

    @Test
    void downloadingIsToldAtOnceAndEveryFiveSeconds() throws Exception {
        List<Runnable> scheduled = new ArrayList<>();
        ScheduledExecutorService timer =
                FakeGateway.partly(ScheduledExecutorService.class, Map.of("scheduleAtFixedRate", arguments -> {
                    assertEquals(List.of(5_000L, 5_000L, TimeUnit.MILLISECONDS), arguments.subList(1, 4));
                    scheduled.add((Runnable) arguments.get(0));
                    return null;
                }));
        IthSettings settings = Configurations.settings(Map.of());
        try (IthHttp http = new IthHttp(settings, Clock.systemUTC())) {
            assertNull(news.downloading(new DownloadFile(http, settings.dispatching()), timer));
        }
        scheduled.get(0).run();
        assertEquals(List.of("downloading 0 % 0 of 0", "downloading 0 % 0 of 0"), told);
    }

    @Test
    void processingIsToldOncePerFiftyObjectsOverAllNodes() {
        news.processing(200);
        news.sent(0, 49);
        news.sent(1, 1);
        news.sent(1, 50);
        news.sent(0, 20);
        news.sent(0, 50);
        news.sent(0, 100);
        assertEquals(
                List.of(
                        "processing 50 % 0 of 200",
                        "processing 62 % 50 of 200", "processing 75 % 100 of 200", "processing 87 % 150 of 200"),
                told);
        assertEquals(150, news.sent());
        assertEquals(100, news.sent(0));
        assertEquals(200, news.total());
    }

    @Test
    void aHundredPerCentIsWhatIsCompletedAndNothingElse() {
        assertEquals(100, DispatchNews.progress(true, 200, 200));
        assertEquals(99, DispatchNews.progress(false, 200, 200));
        assertEquals(75, DispatchNews.progress(false, 100, 200));
        assertEquals(0, DispatchNews.progress(false, 0, 0));
    }
}
