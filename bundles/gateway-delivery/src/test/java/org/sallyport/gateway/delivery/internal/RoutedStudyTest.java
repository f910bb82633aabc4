package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.vault.IdentityVault;

/** What filters see of a study, from its images on. */
class RoutedStudyTest {

    private static final String STUDY = "2.25.1";

    private final FakeIndex index = new FakeIndex();
    private @Nullable IdentityVault vault = vault();

    /** Its lookup keys tell what they were made of. */
    static IdentityVault vault() {
        return IdentityVault.class.cast(Proxy.newProxyInstance(
                IdentityVault.class.getClassLoader(), new Class<?>[] {IdentityVault.class}, (proxy, method, given) -> {
                    if (!method.getName().equals("lookupKey")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    return key(String.valueOf(given[0]), String.valueOf(given[1]));
                }));
    }

    static String key(String kind, String value) {
        return kind + " of " + value.strip();
    }

    @BeforeEach
    void aStudyOfTwoSeriesThatDiffer() {
        index.add(
                STUDY,
                "2.25.10",
                "2.25.100",
                "CT",
                1,
                Map.of(
                        "BodyPartExamined",
                        "CHEST",
                        "StudyDescription",
                        "Thorax (Low Dose)",
                        "SeriesDescription",
                        "Scout",
                        "StationName",
                        "CT1",
                        "InstitutionName",
                        "Clinic A",
                        "Manufacturer",
                        "ACME",
                        "StudyDate",
                        "20260228",
                        "Profile",
                        "ith-default"));
        index.add(
                STUDY,
                "2.25.11",
                "2.25.101",
                "PT",
                1,
                Map.of(
                        "BodyPartExamined",
                        "HEAD",
                        "StudyDescription",
                        "Thorax (Low Dose)",
                        "SeriesDescription",
                        "Static",
                        "StationName",
                        "PET2",
                        "InstitutionName",
                        "Clinic B",
                        "Manufacturer",
                        "ACME",
                        "StudyDate",
                        "20260228",
                        "Profile",
                        "pet"));
    }

    private RoutedStudy study() throws IOException {
        return RoutedStudy.of(index.study(STUDY).orElseThrow(), index.instances(STUDY), () -> vault);
    }

    private static Route route(String filter) {
        Route route = Route.of(Map.of(Destination.NAME, "archive", Destination.FILTER, filter));
        assertNull(route.problem());
        return route;
    }

    private boolean takes(String filter) throws IOException {
        Route route = route(filter);
        return route.takes(study().seenBy(route));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ':',
            value = {
                "(Modality=CT) : true",
                "(Modality=PT) : true",
                "(Modality=MR) : false",
                "(CallingAET=SCANNER) : true",
                "(CallingAET=OTHER) : false",
                "(CalledAET=GATEWAY) : true",
                "(CallingAddress=192.0.2.7) : true",
                "(CallingAddress=192.0.2.*) : true",
                "(CallingAddress=192.0.3.*) : false",
                "(StationName=CT1) : true",
                "(StationName=PET2) : true",
                "(StationName=P*) : true",
                "(StationName=MR3) : false",
                "(BodyPartExamined=CHEST) : true",
                "(BodyPartExamined=HEAD) : true",
                "(BodyPartExamined=KNEE) : false",
                "(&(BodyPartExamined=HEAD)(Modality=PT)) : true",
                "(!(BodyPartExamined=HEAD)) : false",
                "(StudyDescription=Thorax*) : true",
                "(StudyDescription~=thorax \\(low dose\\)) : true",
                "(SeriesDescription=Scout) : true",
                "(SeriesDescription=Static) : true",
                "(InstitutionName=Clinic A) : true",
                "(InstitutionName=Clinic B) : true",
                "(InstitutionName=Clinic C) : false",
                "(Manufacturer=ACME) : true",
                "(StudyDate>=20260101) : true",
                "(Images>=2) : true",
                "(Images<=1) : false",
                "(Profile=ith-default) : true",
                "(Profile=pet) : true",
                "(Profile=basic) : false"
            })
    void eachAttributeIsMatchedByEachOfItsValues(String filter, boolean taken) throws IOException {
        assertEquals(taken, takes(filter), filter);
    }

    private void studyWithoutStation() {
        index.addKeyed(
                "2.25.2",
                "2.25.200",
                Map.of("StudyDescription", "Thorax"),
                Set.of(key("StationName", "CT (new)"), key("InstitutionName", "Clinic A"), key("accession", "CT9")));
    }

    private Map<String, Object> seenBy(String filter) throws IOException {
        return RoutedStudy.of(index.study("2.25.2").orElseThrow(), index.instances("2.25.2"), () -> vault)
                .seenBy(route(filter));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ':',
            value = {
                "(StationName=CT \\(new\\)) : true",
                "(StationName=CT9) : false",
                "(InstitutionName=Clinic A) : true",
                "(InstitutionName=Clinic B) : false",
                "(!(InstitutionName=Clinic B)) : true",
                "(!(InstitutionName=Clinic A)) : false",
                "(|(StationName=CT9)(InstitutionName=Clinic A)) : true",
                "(&(StationName=CT9)(InstitutionName=Clinic A)) : false",
                "(StationName=CT*) : false",
                "(StationName=*) : false",
                "(StationName~=CT \\(new\\)) : false"
            })
    void whatTheProfileRemovesIsMatchedByItsDigestAsAWhole(String filter, boolean taken) throws IOException {
        studyWithoutStation();
        assertEquals(taken, route(filter).takes(seenBy(filter)), filter);
    }

    @Test
    void anOriginalIsShownToWhoWroteItOnly() throws IOException {
        studyWithoutStation();
        assertEquals(
                "Clinic A", seenBy("(|(InstitutionName=Clinic A)(Modality=CT))").get("InstitutionName"));
        assertNull(seenBy("(InstitutionName=Clinic B)").get("InstitutionName"));
        assertNull(seenBy("(Modality=CT)").get("InstitutionName"));
        assertFalse(StudyDelivery.facts(index.study("2.25.2").orElseThrow(), index.instances("2.25.2"))
                .attributes()
                .containsKey("InstitutionName"));
    }

    @Test
    void urgencyGoesByOriginalsToo() throws IOException {
        studyWithoutStation();
        Route route = Route.of(Map.of(Destination.NAME, "archive", Destination.URGENT, "(InstitutionName=Clinic A)"));
        Map<String, Object> seen = RoutedStudy.of(
                        index.study("2.25.2").orElseThrow(), index.instances("2.25.2"), () -> vault)
                .seenBy(route);
        assertEquals(9, route.order(seen).priority());
    }

    @Test
    void withoutTheVaultNobodyCanTell() throws IOException {
        studyWithoutStation();
        vault = null;
        IOException e = assertThrows(IOException.class, () -> seenBy("(StationName=CT9)"));
        assertEquals(
                "the filter of destination archive asks for StationName, and the vault is not there", e.getMessage());
        assertTrue(route("(Modality=CT)").takes(seenBy("(Modality=CT)")));
    }

    @Test
    void wholeComparisonsAreTakenOutOfAFilter() throws InvalidSyntaxException {
        assertEquals(
                List.of(
                        new FilterComparisons.Whole("A", "x"),
                        new FilterComparisons.Whole("B", "a*(b)\\"),
                        new FilterComparisons.Whole("C", "y=z")),
                FilterComparisons.whole(FrameworkUtil.createFilter(
                        "(|(A=x)(&(B=a\\*\\(b\\)\\\\)(!(C=y=z)))(D=*)(E=a*)(F~=x)(G>=1)(H<=1))")));
    }
}
