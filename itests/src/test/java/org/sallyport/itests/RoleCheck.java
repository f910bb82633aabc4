package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Who may what in the shell of a running appliance: users of each role log in by ssh, and the administrator of the first start. */
final class RoleCheck {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final Pattern COMMAND = Pattern.compile("([a-z]+:)?([.A-Za-z_-]+)\\s*\\|.*");

    /** A user with all roles, also the one that no command is for. */
    private static final String EVERYTHING = "everything";

    private final Appliance appliance;
    private final Path folder;

    RoleCheck(Appliance appliance, Path folder) throws IOException {
        this.appliance = appliance;
        this.folder = Files.createDirectories(folder.resolve("ssh"));
    }

    /** The user who has one role and may log in; named like the role. */
    SshUser user(String role) {
        return new SshUser(appliance, folder, role, "password-of-" + role + "-8841");
    }

    private SshUser admin() throws IOException {
        Path file = appliance.data().resolve("admin-password");
        return new SshUser(appliance, folder, "admin", Files.readString(file).strip());
    }

    /** The viewer by the shell's commands, the others by the file, as administrators do. */
    void makeUsers() throws Exception {
        SshUser viewer = user("viewer");
        admin().run("jaas:realm-manage --index 1; jaas:user-add viewer " + viewer.password()
                        + "; jaas:role-add viewer viewer; jaas:role-add viewer ssh; jaas:update")
                .ok();
        StringBuilder lines = new StringBuilder("\n");
        for (String role : List.of("operator", "privacy-officer", "administrator")) {
            lines.append(role + " = " + user(role).password() + "," + role + ",ssh\n");
        }
        lines.append("outside = " + user("outside").password() + ",administrator\n");
        lines.append(EVERYTHING + " = " + user(EVERYTHING).password()
                + ",viewer,operator,privacy-officer,administrator,nobody,ssh\n");
        Path file = appliance.data().resolve("etc/users.properties");
        Files.writeString(file, lines, StandardOpenOption.APPEND);
        for (String name : List.of("viewer", EVERYTHING)) {
            appliance.await(
                    name + " can log in",
                    SOON,
                    () -> user(name).run("jaas:whoami").exit() == 0);
        }
        String kept = Files.readString(file);
        for (String name : List.of("viewer", "operator", EVERYTHING)) {
            assertFalse(
                    kept.contains(user(name).password()), () -> "the password of " + name + " is kept in the clear");
        }
    }

    void check() throws Exception {
        theOneTimePasswordIsThatOfAnAdministrator();
        everyCommandIsSomebodys();
        aViewerSeesWhatChangesNothing();
        whatTheRolesMayNotIsRefused();
        thePortIsForTheShellAlone();
    }

    private void theOneTimePasswordIsThatOfAnAdministrator() throws Exception {
        String roles = admin().run("jaas:whoami -r").ok().output();
        for (String role : List.of("administrator", "privacy-officer", "operator", "viewer")) {
            assertTrue(roles.contains(role), roles);
        }
        assertNotEquals(
                0,
                new SshUser(appliance, folder, "admin", "admin")
                        .run("study:list")
                        .exit());
        assertNotEquals(
                0,
                new SshUser(appliance, folder, "karaf", "karaf")
                        .run("study:list")
                        .exit());
        assertNotEquals(0, user("outside").run("study:list").exit(), "a user without the role ssh logs in");
    }

    /** Names as {@code help} shows them to a user. */
    private static Set<String> visible(SshUser user) throws Exception {
        Set<String> names = new TreeSet<>();
        for (String line : user.run("*:help").ok().lines()) {
            Matcher found = COMMAND.matcher(COLOUR.matcher(line).replaceAll(""));
            if (found.matches()) {
                names.add(Objects.requireNonNullElse(found.group(1), "*:") + found.group(2));
            }
        }
        return names;
    }

    /** A command of which no file says whose it is came with something new: decide that, in karaf-assembly/src/main/resources/etc. */
    private void everyCommandIsSomebodys() throws Exception {
        Set<String> uncovered = new TreeSet<>();
        Set<String> all = visible(user(EVERYTHING));
        assertTrue(all.contains("study:list") && all.contains("shell:cat") && all.contains("*:help"), all::toString);
        for (String command : all) {
            String scope = command.substring(0, command.indexOf(':')).replace("*", "star");
            String name = command.substring(command.indexOf(':') + 1);
            Path file = appliance.data().resolve("etc/org.apache.karaf.command.acl." + scope + ".cfg");
            Properties rules = new Properties();
            if (Files.exists(file)) {
                try (Reader reader = Files.newBufferedReader(file)) {
                    rules.load(reader);
                }
            }
            if (!rules.containsKey(name) && !rules.containsKey("*")) {
                uncovered.add(command);
            }
        }
        assertEquals(Set.of(), uncovered, "commands that no org.apache.karaf.command.acl.<scope>.cfg is about");
    }

    /** By scope. Who is given one more command here has to see to it that it shows no identity and no secret, and changes nothing. */
    private static final List<String> VIEWER = List.of(
            "bundle diag headers info list",
            "deid profiles",
            "delivery list show",
            "destination list show",
            "dicom associations status",
            "feature list",
            "https show",
            "ith commands status",
            "jaas whoami",
            "node list",
            "quarantine list studies",
            "retention list",
            "route list test",
            "shell alias bg break clear completion continue date each echo fg format grep history if jobs keymap less logout not printf setopt sleep stack-traces-print throw try unsetopt until while",
            "study list show",
            "system version",
            "vendor list");

    private void aViewerSeesWhatChangesNothing() throws Exception {
        Set<String> expected = new TreeSet<>();
        for (String scope : VIEWER) {
            String[] words = scope.split(" ");
            Arrays.stream(words).skip(1).forEach(name -> expected.add(words[0] + ":" + name));
        }
        Set<String> seen = visible(user("viewer"));
        seen.removeIf(name -> name.startsWith("*:"));
        assertEquals(expected, seen);
    }

    private void whatTheRolesMayNotIsRefused() throws Exception {
        List<String> looked =
                List.of("study:list", "delivery:list", "destination:list", "node:list", "quarantine:list");
        List<String> operators =
                List.of("destination:pause outbox", "node:add x X 10.0.0.1 104", "delivery:retry 1", "log:tail");
        List<String> officers = List.of(
                "instance:original --reason test 1.2.3",
                "quarantine:release --reason test x",
                "vault:export --reason test nothing.pem",
                "vault:import --reason test nothing.key nothing.p7m");
        List<String> administrators = List.of(
                "node:approve --reason test x",
                "patient:split --reason test ANON-0",
                "vault:rotate-master-key",
                "config:list",
                "config:property-set -p org.sallyport.scp mode public",
                "bundle:install file:/tmp/x.jar",
                "feature:repo-add file:/tmp/x.xml",
                "jaas:user-list",
                "service:list",
                "system:property java.home",
                "study:delete --reason test 1.2.3",
                "log:set INFO org.sallyport");
        for (String role : List.of("viewer", "operator", "privacy-officer", "administrator")) {
            SshUser user = user(role);
            expect(user, looked, true);
            expect(user, operators, role.equals("operator") || role.equals("administrator"));
            expect(user, officers, role.equals("privacy-officer"));
            expect(user, administrators, role.equals("administrator"));
            expect(user, List.of("audit:list"), role.equals("privacy-officer") || role.equals("administrator"));
        }
    }

    /** Where it is allowed it may still fail: what it names is not there. */
    private static void expect(SshUser user, List<String> commands, boolean allowed) throws Exception {
        assertEquals(
                allowed ? List.of() : commands,
                user.refused(commands),
                () -> "what the " + user.name() + " is refused");
    }

    /** No files by it, no connections to elsewhere. */
    private void thePortIsForTheShellAlone() throws Exception {
        SshUser user = user("administrator");
        assertNotEquals(
                0,
                user.ssh("-W", "127.0.0.1:" + appliance.apiPort(), user.target())
                        .exit());
        for (String protocol : List.of("-O", "-s")) {
            List<String> command =
                    new ArrayList<>(List.of("scp", protocol, "-q", "-F", "/dev/null", "-P", user.port()));
            user.options().forEach(option -> command.addAll(List.of("-o", option)));
            Path copy = folder.resolve("copy");
            command.addAll(List.of(user.target() + ":etc/users.properties", copy.toString()));
            assertNotEquals(0, Command.run(user.environment(), command).exit(), "scp " + protocol);
            assertFalse(Files.exists(copy), "scp " + protocol + " copies files");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    Set.of("askpass", "known_hosts"),
                    new TreeSet<>(
                            files.map(file -> file.getFileName().toString()).toList()));
        }
    }
}
