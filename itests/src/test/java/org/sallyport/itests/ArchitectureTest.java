package org.sallyport.itests;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may use whom, over the classes of all bundles. A rule whose subject has no class fails, as ArchUnit has it by default. */
class ArchitectureTest {

    private static final String ROOT = "org.sallyport.";

    /** Bundle → bundles that it may use. Their packages are named like them. The core's bundles meet in gateway-api only. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("dicom-data", Set.of()),
            Map.entry("dicom-net", Set.of("dicom-data")),
            Map.entry("dicom-image", Set.of("dicom-data")),
            Map.entry("gateway-api", Set.of("dicom-data")),
            Map.entry("gateway-support", Set.of()),
            Map.entry("gateway-vault", Set.of("gateway-api", "gateway-support", "dicom-data")),
            Map.entry("gateway-deid", Set.of("gateway-api", "dicom-data", "dicom-image")),
            Map.entry("gateway-store", Set.of("gateway-api", "dicom-data")),
            Map.entry("gateway-tracker", Set.of("gateway-api", "dicom-data")),
            Map.entry("gateway-delivery", Set.of("gateway-api", "gateway-support", "dicom-data")),
            Map.entry(
                    "gateway-scp", Set.of("gateway-api", "gateway-support", "dicom-data", "dicom-net", "dicom-image")),
            Map.entry("gateway-testkit", Set.of("gateway-api", "dicom-data")),
            Map.entry("destination-folder", Set.of("gateway-api", "gateway-support", "dicom-data")),
            Map.entry(
                    "destination-dicom",
                    Set.of("gateway-api", "gateway-support", "dicom-data", "dicom-net", "dicom-image")),
            Map.entry("destination-dicomweb", Set.of("gateway-api", "gateway-support", "dicom-data", "dicom-net")),
            Map.entry("ith-connector", Set.of("gateway-api", "gateway-support", "dicom-data")),
            Map.entry("ith-migration", Set.of("gateway-api", "dicom-data")),
            Map.entry("ith-api", Set.of("gateway-api", "dicom-data")),
            Map.entry("admin-rest", Set.of("gateway-api", "gateway-support", "dicom-data")),
            Map.entry("admin-shell", Set.of("gateway-api", "gateway-support", "dicom-data")));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // The stand-in for the back end is no part of the gateway.
            .withImportOption(location -> !location.contains("ith-simulator"))
            .importPackages("org.sallyport");

    private static final DescribedPredicate<JavaClass> INTERNAL = resideInAPackage("..internal..");

    private static final DescribedPredicate<JavaClass> EXPORTED =
            describe("in a package with @Export", type -> type.getPackage()
                    .isAnnotatedWith("org.osgi.annotation.bundle.Export"));

    static Stream<String> bundles() {
        return MAY_USE.keySet().stream().sorted();
    }

    private static String packages(String bundle) {
        return ROOT + bundle.replace('-', '.') + "..";
    }

    private static String[] packages(Set<String> bundles) {
        return bundles.stream().map(ArchitectureTest::packages).toArray(String[]::new);
    }

    private static DescribedPredicate<JavaClass> bundle(String name) {
        return resideInAPackage(packages(name)).as("of " + name);
    }

    @Test
    void everyClassBelongsToABundleThatIsLookedAt() {
        Map<String, Integer> found = new TreeMap<>();
        for (JavaClass type : CLASSES) {
            List<String> owners =
                    bundles().filter(name -> bundle(name).test(type)).toList();
            assertEquals(1, owners.size(), type.getName() + " belongs to " + owners);
            found.merge(owners.get(0), 1, Integer::sum);
        }
        assertEquals(new TreeSet<>(MAY_USE.keySet()), found.keySet());
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void aBundleUsesOnlyThoseItMay(String name) {
        Set<String> others = new TreeSet<>(MAY_USE.keySet());
        others.remove(name);
        others.removeAll(MAY_USE.getOrDefault(name, Set.of()));
        noClasses()
                .that(are(bundle(name)))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(others))
                .check(CLASSES);
    }

    @Test
    void dicomKnowsNothingOfTheGateway() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "dicom..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.sallyport..").and(not(resideInAPackage(ROOT + "dicom.."))))
                .check(CLASSES);
    }

    @Test
    void dicomDataUsesTheJdkOnly() {
        classes()
                .that(are(bundle("dicom-data")))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..", packages("dicom-data"), "org.jspecify.annotations", "org.osgi.annotation..")
                .check(CLASSES);
    }

    @Test
    void persistenceIsTheStoresOwn() {
        onlyIn("javax.persistence..", "gateway-store");
        assertTrue(
                CLASSES.that(bundle("gateway-store")).stream()
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .anyMatch(use -> use.getTargetClass().getPackageName().startsWith("javax.persistence")),
                "the store does not use javax.persistence any more: the rule guards nothing");
    }

    @Test
    void jaxRsIsTheWebInterfacesOwn() {
        onlyIn("javax.ws.rs..", "admin-rest", "ith-api");
        onlyIn("jakarta.ws.rs..", "admin-rest", "ith-api");
    }

    private static void onlyIn(String packages, String... bundles) {
        noClasses()
                .that(not(resideInAnyPackage(packages(Set.of(bundles)))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(packages)
                .check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("bundles")
    void internalsAreUsedByTheirOwnBundleOnly(String name) {
        noClasses()
                .that(are(not(bundle(name))))
                .should()
                .dependOnClassesThat(INTERNAL.and(bundle(name)))
                .check(CLASSES);
    }

    @Test
    void whatIsNotInternalIsExportedAndWhatIsInternalIsNot() {
        classes()
                .that(are(not(INTERNAL)))
                .and(are(not(bundle("gateway-testkit").or(bundle("gateway-support")))))
                .should(ArchCondition.from(EXPORTED))
                .check(CLASSES);
        noClasses().that(are(INTERNAL)).should(ArchCondition.from(EXPORTED)).check(CLASSES);
    }

    @Test
    void temporaryFilesAreMadeWithOwnersRightsOnly() {
        noClasses()
                .should()
                .callMethodWhere(method(File.class, "createTempFile"))
                .because("it makes files that every user may read: use java.nio.file.Files")
                .check(CLASSES);
    }

    @Test
    void onlyTheShellPrints() {
        for (String stream : List.of("out", "err")) {
            noClasses()
                    .that(are(not(bundle("admin-shell"))))
                    // The conformance kit looks at what plug-ins print.
                    .and()
                    .doNotHaveFullyQualifiedName("org.sallyport.gateway.testkit.Printed")
                    .should()
                    .accessField(System.class, stream)
                    .check(CLASSES);
        }
        noClasses()
                .should()
                .callMethodWhere(method(Throwable.class, "printStackTrace"))
                .because("nobody reads what it prints, and it may quote anything")
                .check(CLASSES);
    }

    /** Of this type or one below it, with whatever parameters. */
    private static DescribedPredicate<JavaCall<?>> method(Class<?> type, String called) {
        return JavaCall.Predicates.target(owner(assignableTo(type))).and(JavaCall.Predicates.target(name(called)));
    }

    @Test
    void aClassIsNamedForWhatItIs() {
        noClasses().should().haveSimpleNameEndingWith("Impl").check(CLASSES);
    }

    @Test
    void aRuleThatMatchesNoClassFails() {
        AssertionError e = assertThrows(AssertionError.class, () -> noClasses()
                .that()
                .resideInAPackage("org.sallyport.nowhere..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java..")
                .check(CLASSES));
        assertTrue(String.valueOf(e.getMessage()).contains("failed to check any classes"), e.getMessage());
    }
}
