package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scripts say and do where a program is missing or too old: in a shell of its own, whose PATH holds only what a test put there. */
class ScriptsTest {

    /** What {@code scripts/common.sh} takes for granted. */
    private static final List<String> TOOLS =
            List.of("basename", "chmod", "dirname", "find", "grep", "head", "readlink", "rm", "sed", "sort");

    private static final String NO_JAVA =
            "run: Java 17 is needed and was not found. On Debian and Ubuntu: apt-get install "
                    + "openjdk-17-jdk-headless. Elsewhere: install a JDK 17 and set JAVA_HOME.\n";

    @TempDir
    private Path folder;

    private Path bin = Path.of("");

    @BeforeEach
    void makePath() throws IOException {
        bin = Files.createDirectory(folder.resolve("bin"));
        for (String tool : TOOLS) {
            program(bin.resolve(tool), "exec " + onPath(tool) + " \"$@\"");
        }
    }

    private static Path onPath(String program) {
        for (String part : String.valueOf(System.getenv("PATH")).split(":", -1)) {
            Path file = Path.of(part, program);
            if (Files.isExecutable(file)) {
                return file.toAbsolutePath();
            }
        }
        throw new AssertionError("this machine has no " + program);
    }

    private static Path program(Path file, String text) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Outcome(int exit, String said) {}

    private Outcome run(String commands, Map<String, String> environment) throws Exception {
        String script = "set -euo pipefail; ROOT=" + Appliance.ROOT
                + "; . \"$ROOT/scripts/common.sh\"; JVMS=$PWD/jvm POLICY=$PWD/policy-rc.d; " + commands;
        return end(List.of("-c", script, "run"), folder, environment);
    }

    private Outcome end(List<String> arguments, Path where, Map<String, String> environment) throws Exception {
        List<String> command = new ArrayList<>(List.of(onPath("bash").toString()));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", bin.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), said);
    }

    // ---- Java

    /** A folder with a Java that tells this version, as Java does: on standard error. */
    private Path java(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        program(home.resolve("bin/java"), "echo 'openjdk version \"" + version + "\" 2024-01-16' >&2");
        program(home.resolve("bin/javac"), "");
        return home;
    }

    private void putOnPath(Path javaHome) throws IOException {
        Files.createSymbolicLink(bin.resolve("javac"), javaHome.resolve("bin/javac"));
    }

    private Outcome needJava(Map<String, String> environment) throws Exception {
        return run(
                "need_java; env=$(export -p); [[ $env == *\"JAVA_HOME=\\\"$JAVA_HOME\\\"\"* ]]; printf '%s' \"$JAVA_HOME\"",
                environment);
    }

    @Test
    void withoutJavaTheWayToOneIsTold() throws Exception {
        assertEquals(new Outcome(1, NO_JAVA), needJava(Map.of()));
        assertEquals(
                new Outcome(1, NO_JAVA),
                needJava(Map.of("JAVA_HOME", folder.resolve("gone").toString())));
    }

    /** One that happens to lie where the script is called. */
    @Test
    void aJavaOfTheWorkingFolderIsNotTaken() throws Exception {
        program(folder.resolve("bin/java"), "echo 'openjdk version \"17.0.9\"' >&2");
        assertEquals(new Outcome(1, NO_JAVA), needJava(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_402", "11.0.22", "21.0.2", "25"})
    void anotherJavaIsNotTaken(String version) throws Exception {
        Path home = java("java", version);
        java("jvm/java-17-by-name-only", version);
        putOnPath(home);
        assertEquals(new Outcome(1, NO_JAVA), needJava(Map.of("JAVA_HOME", home.toString())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "17.0.9"})
    void aJava17IsFoundWhereverItIs(String version) throws Exception {
        Path debian = java("jvm/java-17-openjdk", version);
        assertEquals(new Outcome(0, debian.toRealPath().toString()), needJava(Map.of()));
        Path before = java("before", version);
        putOnPath(before);
        assertEquals(new Outcome(0, before.toRealPath().toString()), needJava(Map.of()));
        Path home = java("home", version);
        assertEquals(new Outcome(0, home.toString()), needJava(Map.of("JAVA_HOME", home.toString())));
        Path other = java("other", "11.0.22");
        assertEquals(new Outcome(0, before.toRealPath().toString()), needJava(Map.of("JAVA_HOME", other.toString())));
    }

    // ---- Maven

    /** In bold, as Maven prints it. */
    private void maven(String version) throws IOException {
        program(
                bin.resolve("mvn"),
                "[ \"$*\" = -v ] && printf '\\033[1mApache Maven " + version
                        + " (b89d5959)\\033[m\\nMaven home: /x\\n'");
    }

    @Test
    void withoutMavenTheWayToOneIsTold() throws Exception {
        assertEquals(
                new Outcome(
                        1,
                        "run: Maven 3.8.7 or later is needed to build. On Debian and Ubuntu: apt-get install maven.\n"),
                run("need_maven", Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.6.3", "3.8.6", "2.2.1", "3.8"})
    void anOlderMavenIsRefused(String version) throws Exception {
        maven(version);
        assertEquals(
                new Outcome(
                        1,
                        "run: Maven 3.8.7 or later is needed to build, and " + bin.resolve("mvn") + " is " + version
                                + ". Install a newer one and put it first in PATH.\n"),
                run("need_maven", Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.8.7", "3.8.8", "3.9.11", "3.10.0", "4.0.0-rc-4"})
    void aMavenThatIsNewEnoughIsTaken(String version) throws Exception {
        maven(version);
        assertEquals(new Outcome(0, ""), run("need_maven", Map.of()));
    }

    @Test
    void aMavenThatDoesNotRunIsRefused() throws Exception {
        program(bin.resolve("mvn"), "echo 'no Java' >&2; exit 1");
        Outcome outcome = run("need_maven", Map.of());
        assertEquals(1, outcome.exit());
        assertTrue(outcome.said().contains("is none that tells its version"), outcome.said());
    }

    // ---- Packages

    private static final String NEEDED = "need_packages here one two";

    private void packages(String user, int aptGetEndsWith) throws IOException {
        program(bin.resolve("id"), "echo " + user);
        program(
                bin.resolve("dpkg-query"),
                "for name; do :; done\ncase $name in here) printf 'install ok installed' ;; one) printf 'deinstall ok config-files' ;;"
                        + " *) echo 'no packages found' >&2; exit 1 ;; esac");
        Path policy = folder.resolve("policy-rc.d");
        program(
                bin.resolve("apt-get"),
                "{ echo \"$DEBIAN_FRONTEND $*\"; [ ! -e " + policy + " ] || { " + policy
                        + "; echo \"services: $?\"; }; } >>" + folder.resolve("apt-get.log")
                        + "\n[ $1 = update ] || exit " + aptGetEndsWith);
    }

    private String aptGet() throws IOException {
        Path log = folder.resolve("apt-get.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    @Test
    void missingPackagesAreNamedToWhoIsNotRoot() throws Exception {
        packages("1000", 0);
        assertEquals(
                new Outcome(1, "run: these Debian packages are missing: one two. As root: apt-get install one two\n"),
                run(NEEDED, Map.of()));
        assertEquals("", aptGet());
        assertEquals(new Outcome(0, ""), run("need_packages here", Map.of()));
    }

    @Test
    void rootGetsThemInstalledWithoutTheirServicesStarting() throws Exception {
        packages("0", 0);
        assertEquals(new Outcome(0, "installing one two\n"), run(NEEDED, Map.of()));
        assertEquals("""
                noninteractive update -qq
                noninteractive install -y -qq --no-install-recommends one two
                services: 101
                """, aptGet());
        assertFalse(Files.exists(folder.resolve("policy-rc.d")), "it was there for that time only");
    }

    @Test
    void aPolicyOfTheMachinesOwnStays() throws Exception {
        packages("0", 0);
        Path policy = program(folder.resolve("policy-rc.d"), "exit 7");
        assertEquals(0, run(NEEDED, Map.of()).exit());
        assertTrue(aptGet().endsWith("services: 7\n"), aptGet());
        assertEquals("#!/bin/sh\nexit 7\n", Files.readString(policy));
    }

    @Test
    void anInstallationThatFailsIsTold() throws Exception {
        packages("0", 100);
        assertEquals(
                new Outcome(1, "installing one two\nrun: apt-get install one two failed\n"), run(NEEDED, Map.of()));
        assertFalse(Files.exists(folder.resolve("policy-rc.d")));
    }

    // ---- Building

    private static final FileTime BEFORE = FileTime.from(Instant.parse("2026-03-01T12:00:00Z"));
    private static final FileTime BUILT = FileTime.from(Instant.parse("2026-03-01T12:01:00Z"));

    /** A project that was built after its last change. */
    private Path builtProject(String name) throws IOException {
        Path project = folder.resolve("src").resolve(name);
        for (String file : List.of(
                "pom.xml",
                "config/one.cfg",
                "config/profiles/other.yaml",
                "features/pom.xml",
                "bundles/one/src/main/java/One.java",
                "bundles/one/src/main/java/Other.java",
                "bundles/one/src/test/java/OneTest.java",
                "karaf-assembly/src/main/resources/etc/some.cfg")) {
            Path made = project.resolve(file);
            Files.createDirectories(Objects.requireNonNull(made.getParent()));
            Files.createFile(made);
        }
        try (Stream<Path> all = Files.walk(project)) {
            for (Path each : all.toList()) {
                Files.setLastModifiedTime(each, BEFORE);
            }
        }
        program(project.resolve("karaf-assembly/target/assembly/bin/karaf"), "");
        Path classes = Files.createDirectories(project.resolve("bundles/one/target/classes"));
        Files.createFile(classes.resolve("One.class"));
        Files.setLastModifiedTime(
                Files.createFile(project.resolve("karaf-assembly/target/karaf-assembly-1.tar.gz")), BUILT);
        return project;
    }

    private boolean isBuilt(Path project) throws Exception {
        Outcome outcome = run("ROOT=" + project + " ASSEMBLY=$ROOT/karaf-assembly/target/assembly; is_built", Map.of());
        assertEquals("", outcome.said());
        return outcome.exit() == 0;
    }

    @Test
    void whatWasBuiltAfterTheLastChangeIsNotBuiltAgain() throws Exception {
        Path project = builtProject("project");
        assertTrue(isBuilt(project), "what the build itself wrote is no change");
        Files.delete(project.resolve("bundles/one/src/test/java/OneTest.java"));
        Files.writeString(project.resolve("bundles/one/src/test/java/OtherTest.java"), "new");
        assertTrue(isBuilt(project), "tests are no part of the appliance");
        Files.delete(project.resolve("karaf-assembly/target/assembly/bin/karaf"));
        assertFalse(isBuilt(project), "it is not there");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pom.xml",
                "config/one.cfg",
                "config/profiles/other.yaml",
                "features/pom.xml",
                "bundles/one/src/main/java/Other.java",
                "karaf-assembly/src/main/resources/etc/some.cfg"
            })
    void whatWasChangedOrTakenAwaySinceTheBuildIsBuiltAgain(String file) throws Exception {
        Path changed = builtProject("changed");
        Files.writeString(changed.resolve(file), "other");
        assertFalse(isBuilt(changed), "changed");
        if (!file.endsWith("pom.xml")) {
            Path less = builtProject("less");
            Files.delete(less.resolve(file));
            assertFalse(isBuilt(less), "taken away");
        }
    }

    // ---- The scripts themselves

    /** With it, cd goes elsewhere and prints where. */
    @Test
    void theProjectIsFoundWhateverCdpathSays() throws Exception {
        String project = String.valueOf(Appliance.ROOT.getFileName());
        Files.createDirectories(folder.resolve(project));
        Outcome outcome = end(
                List.of(project + "/run", "--nonsense"),
                Objects.requireNonNull(Appliance.ROOT.getParent()),
                Map.of("CDPATH", folder.toString(), "PATH", String.valueOf(System.getenv("PATH"))));
        assertEquals(1, outcome.exit());
        assertTrue(outcome.said().startsWith("run: unknown argument --nonsense. Usage: "), outcome.said());
    }
}
