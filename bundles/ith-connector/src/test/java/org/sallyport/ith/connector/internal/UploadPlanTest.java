package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.archive.StudyArchive;

class UploadPlanTest {

    private static final long K = 1000;

    @Test
    void whatFitsGoesUpInOne() {
        List<DeliveryInstance> study = Instances.of(new int[] {4000, 4000}, new int[] {4000});
        assertEquals(List.of(study), UploadPlan.archives(study, UploadPlan.bytes(study), 1));
    }

    @Test
    void whatDoesNotFitGoesUpInWholeSeries() {
        List<DeliveryInstance> study = Instances.of(new int[] {3000, 3000}, new int[] {3000}, new int[] {3000, 3000});
        assertEquals(List.of(study.subList(0, 3), study.subList(3, 5)), UploadPlan.archives(study, 12 * K, 11 * K));
        assertEquals(
                List.of(study.subList(0, 2), study.subList(2, 3), study.subList(3, 5)),
                UploadPlan.archives(study, 12 * K, 10 * K));
    }

    @Test
    void aSeriesThatDoesNotFitIsSplit() {
        List<DeliveryInstance> study =
                Instances.of(new int[] {1000}, new int[] {3000, 3000, 3000, 3000, 3000}, new int[] {1000});
        assertEquals(
                List.of(
                        study.subList(0, 1),
                        study.subList(1, 3),
                        study.subList(3, 5),
                        study.subList(5, 6),
                        study.subList(6, 7)),
                UploadPlan.archives(study, 10 * K, 8 * K));
    }

    @Test
    void anInstanceThatDoesNotFitGoesAlone() {
        List<DeliveryInstance> study = Instances.of(new int[] {1000, 50_000, 1000});
        assertEquals(
                List.of(study.subList(0, 1), study.subList(1, 2), study.subList(2, 3)),
                UploadPlan.archives(study, 10 * K, 10 * K));
    }

    /** With the sizes of the settings as shipped. */
    @Test
    void aStudyOfMoreThanTwoGiBGoesUpInWholeSeriesOfAtMostOnePointEightGiB() {
        IthSettings settings = Configurations.settings(Map.of());
        List<DeliveryInstance> study = new ArrayList<>();
        for (int series = 1; series <= 5; series++) {
            for (int i = 1; i <= 100; i++) {
                study.add(new Instances.Generated("2.25.1." + series, "2.25.1." + series + "." + i, 6L << 20));
            }
        }
        assertEquals(
                List.of(study.subList(0, 300), study.subList(300, 500)),
                UploadPlan.archives(study, settings.largestArchive(), settings.partSize()));
        List<DeliveryInstance> justFits = study.subList(0, 341);
        assertEquals(List.of(justFits), UploadPlan.archives(justFits, settings.largestArchive(), settings.partSize()));
    }

    @Test
    void lengthsBeyondFourGigabytesDoNotOverflow() {
        List<DeliveryInstance> study = List.of(
                new Instances.Generated("2.25.2", "2.25.21", 5L << 30),
                new Instances.Generated("2.25.2", "2.25.22", Integer.MAX_VALUE));
        assertEquals(
                List.of(study.subList(0, 1), study.subList(1, 2)), UploadPlan.archives(study, 2L << 30, 1843L << 20));
    }

    @Test
    void aHundredThousandSmallInstancesArePlannedAtOnce() {
        int[] sizes = new int[100_000];
        java.util.Arrays.fill(sizes, 10_000);
        List<DeliveryInstance> study = Instances.of(sizes);
        List<List<DeliveryInstance>> archives =
                assertTimeout(Duration.ofSeconds(20), () -> UploadPlan.archives(study, 900_000_000, 900_000_000));
        assertEquals(2, archives.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
    void nothingIsLostDoubledOrReorderedAndNoArchiveIsTooLarge(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            int[][] sizes = new int[1 + random.nextInt(8)][];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = random.ints(1 + random.nextInt(30), 0, 9_000).toArray();
            }
            List<DeliveryInstance> study = Instances.of(sizes);
            long part = 600L + random.nextInt(60_000);
            long largest = part + random.nextInt(60_000);
            List<List<DeliveryInstance>> archives = UploadPlan.archives(study, largest, part);
            String which = "seed " + seed + ", round " + round;

            assertEquals(study, archives.stream().flatMap(Collection::stream).toList(), which);
            boolean one = UploadPlan.bytes(study) <= largest;
            assertEquals(one, archives.size() == 1 && UploadPlan.bytes(archives.get(0)) <= largest, which);
            for (List<DeliveryInstance> archive : archives) {
                assertTrue(!archive.isEmpty(), which);
                assertTrue(
                        one || archive.size() == 1 || UploadPlan.bytes(archive) <= part,
                        which + ": an archive of " + UploadPlan.bytes(archive) + " where " + part + " are allowed");
            }
            assertSplitOnlyWhereNeeded(study, archives, one ? Long.MAX_VALUE : part, which);
        }
    }

    private static void assertSplitOnlyWhereNeeded(
            List<DeliveryInstance> study, List<List<DeliveryInstance>> archives, long part, String which) {
        Map<String, List<DeliveryInstance>> bySeries = new LinkedHashMap<>();
        study.forEach(i -> bySeries.computeIfAbsent(i.seriesInstanceUid(), uid -> new ArrayList<>())
                .add(i));
        bySeries.forEach((uid, series) -> {
            long in = archives.stream()
                    .filter(archive -> archive.stream()
                            .anyMatch(instance -> instance.seriesInstanceUid().equals(uid)))
                    .count();
            assertEquals(UploadPlan.bytes(series) > part && series.size() > 1, in > 1, which + ", series " + uid);
        });
    }

    @Test
    void seriesThatComeMixedAreGatheredInTheOrderOfTheirFirstInstance() {
        List<DeliveryInstance> study = Instances.of(new int[] {3000, 3000}, new int[] {3000, 3000});
        List<DeliveryInstance> mixed = List.of(study.get(2), study.get(0), study.get(3), study.get(1));
        assertEquals(
                List.of(List.of(study.get(2), study.get(3)), List.of(study.get(0), study.get(1))),
                UploadPlan.archives(mixed, 8 * K, 8 * K));
    }

    @Test
    void theEstimateIsNeverBelowTheZipsOwnLength() {
        String longest = "2.25." + "9".repeat(59);
        Set<String> sops = new HashSet<>();
        List<DeliveryInstance> study = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String sop = longest.substring(0, 62) + (10 + i);
            assertTrue(sops.add(sop));
            study.add(new Instances.Generated(longest, sop, i));
        }
        assertTrue(StudyArchive.of(longest, study).length() <= UploadPlan.bytes(study));
        assertTrue(StudyArchive.of(longest, study.subList(0, 1)).length() <= UploadPlan.bytes(study.subList(0, 1)));
    }
}
