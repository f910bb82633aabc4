package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTest {

    private static final Setting SETTING = new Setting(Shape.CT500, new Storescp(), new OwnSender(), 4);

    @Test
    void theJsonLineHoldsMediansAndTheRangeOfTheSpeed() {
        Result result = new Result(
                SETTING,
                16_384,
                List.of(
                        new Measurement(100, 50, 3.5, 200),
                        new Measurement(300, 150, 1.25, 100),
                        new Measurement(200, 100, 2, 300)));
        assertEquals(
                "{\"bench\":\"ingest\",\"shape\":\"ct500\",\"system\":\"storescp\",\"durability\":\"stock\","
                        + "\"sender\":\"own\",\"associations\":4,\"max_pdu\":16384,\"images\":500,"
                        + "\"images_per_s\":200.0,"
                        + "\"mb_per_s\":100.0,\"cpu_ms_per_image\":2.00,\"rss_mb\":200,\"runs\":3,"
                        + "\"min\":100.0,\"max\":300.0,\"warm_up\":2000}",
                result.json());
    }

    @Test
    void aMeasurementCountsInMillionsOfBytesAndSeconds() {
        assertEquals(
                new Measurement(50, 25, 4, 120), Measurement.of(100, 50_000_000, 2_000_000_000L, 400, 120_000_000));
    }
}
