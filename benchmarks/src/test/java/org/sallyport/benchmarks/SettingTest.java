package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingTest {

    private static final ReceivingSystem SALLYPORT = new Sallyport(Path.of("."), "instance");
    private static final Sender STORESCU = new Storescu(new Children(), Path.of("."));

    @Test
    void ofAPairThatStallsFortyMillisecondsOnlyTheFirstImagesAreTimed() {
        assertEquals(250, new Setting(Shape.MR5000, new Storescp(), STORESCU, 1).images());
        assertEquals(250, new Setting(Shape.MR5000, new Orthanc(), STORESCU, 4).images());
        assertEquals(100, new Setting(Shape.CT100, new Orthanc(), STORESCU, 4).images(), "no more than there are");
    }

    @Test
    void ofAllOthersTheWholeStudyIs() {
        assertEquals(5_000, new Setting(Shape.MR5000, SALLYPORT, STORESCU, 1).images());
        assertEquals(5_000, new Setting(Shape.MR5000, new Storescp(), new OwnSender(), 1).images());
    }

    @Test
    void whatIsCompiledWhileItRunsIsWarmedUpForLonger() {
        assertEquals(10_000, new Setting(Shape.MR5000, SALLYPORT, STORESCU, 1).warmUpImages());
        assertEquals(2_000, new Setting(Shape.MR5000, new Storescp(), STORESCU, 1).warmUpImages());
    }
}
