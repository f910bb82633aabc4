package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stopped and started again, and rebuilt: data, settings and vendor bundles stay, and the new code runs. */
@Tag("peers")
class RestartIT {

    private static final int TIMES = 5;

    @TempDir
    Path folder;

    @Test
    void everythingAnswersAfterEachStart() throws Exception {
        try (Appliance appliance = new Appliance(folder.resolve("data"))) {
            for (int i = 1; i <= TIMES; i++) {
                appliance.start();
                Command.run("echoscu", "-aec", Appliance.AET, "127.0.0.1", String.valueOf(appliance.dicomPort()))
                        .ok();
                appliance.send(List.of(), Senders.study(i, 2).writeTo(folder.resolve("study" + i)));
                int studies = i;
                appliance.await(
                        "delivered",
                        Duration.ofMinutes(2),
                        () -> appliance.archives().size() == studies);
                assertEquals(studies, appliance.json("study:list").size(), "studies of former runs are there");
                assertTrue(appliance.json("audit:verify").get(0).get("whole").asBoolean());
                assertEquals(0, appliance.stop());
            }
        }
    }

    @Test
    void aRebuiltJarTakesEffectAndAVendorsBundleAndAChangedSettingStay() throws Exception {
        Path copy = Appliance.copyOfProject(folder.resolve("project"));
        try (Appliance appliance = new Appliance(folder.resolve("data")).from(copy)) {
            appliance.start();
            vendorBundle(appliance.data().resolve("deploy/vendor.jar"));
            appliance.await("the vendor's bundle is active", Duration.ofMinutes(2), () -> vendorIsActive(appliance));
            Path tracker = appliance.data().resolve("etc/org.sallyport.tracker.cfg");
            Files.writeString(tracker, "study-timeout = 2\n");
            assertEquals(0, appliance.stop());

            Path source =
                    copy.resolve("bundles/admin-shell/src/main/java/org/sallyport/admin/shell/internal/StudyList.java");
            String before = Files.readString(source);
            String after = before.replace("\"patient\"", "\"pseudonym\"");
            assertNotEquals(before, after, "the column is called so");
            Files.writeString(source, after);
            appliance.start();
            assertTrue(appliance.output().contains("building the appliance"), "the change was seen");
            assertTrue(appliance.shell("study:list").ok().output().contains("pseudonym"), "the new code runs");
            appliance.await(
                    "the vendor's bundle is still there", Duration.ofMinutes(2), () -> vendorIsActive(appliance));
            assertEquals("study-timeout = 2\n", Files.readString(tracker), "the setting stays");
        }
    }

    private static boolean vendorIsActive(Appliance appliance) throws Exception {
        return appliance.shell("bundle:list").ok().lines().stream()
                .anyMatch(line -> line.contains("vendor.test") && line.contains("Active"));
    }

    private static void vendorBundle(Path file) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        attributes.putValue("Bundle-SymbolicName", "vendor.test");
        attributes.putValue("Bundle-Name", "vendor.test");
        attributes.putValue("Bundle-Version", "1.0.0");
        Path part = file.resolveSibling("vendor.part");
        try (OutputStream out = Files.newOutputStream(part);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.finish();
        }
        Files.move(part, file);
    }
}
