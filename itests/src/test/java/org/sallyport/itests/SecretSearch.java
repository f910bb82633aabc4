package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Looks for secrets wherever somebody could see them: in every way in which the shell could show settings, variables of the environment and files, for
 * somebody who has all roles; in the pages; and in the files of the data folder.
 */
final class SecretSearch {

    /** Commands that work. */
    private static final List<String> SHOWN = List.of(
            "config:list",
            "service:list",
            "system:property",
            "shell:info",
            "shell:set -a",
            "scr:list | grep .",
            "scr:config | grep .",
            "bundle:list",
            "bundle:headers",
            "log:tail --lines 10000",
            "log:display",
            "log:get ALL",
            "jaas:realm-list",
            "https:show",
            "dicom:status",
            "dicom:associations",
            "destination:list",
            "delivery:list --json",
            "route:list",
            "node:list",
            "retention:list",
            "audit:list",
            "vendor:list",
            "help");

    private static final String MARK = "in what follows: ";

    private final Appliance appliance;
    private final Map<String, String> secrets;

    /** @param secrets what is looked for, by the name that is told when it is found */
    SecretSearch(Appliance appliance, Map<String, String> secrets) {
        this.appliance = appliance;
        this.secrets = Map.copyOf(secrets);
    }

    void in(String where, String text) {
        secrets.forEach((name, value) -> {
            int found = text.indexOf(value);
            // Of several commands in one session the last that was begun.
            String part = found < 0 ? "" : text.substring(Math.max(0, text.lastIndexOf(MARK, found)), found);
            assertTrue(
                    found < 0,
                    () -> where + " shows " + name + " "
                            + part.lines().findFirst().orElse(""));
        });
    }

    void inCommands() throws Exception {
        List<String> commands = new ArrayList<>(SHOWN);
        for (JsonNode destination : appliance.json("destination:list")) {
            commands.add("destination:show " + destination.get("destination").asText());
        }
        for (String pid : pids()) {
            commands.add("config:property-list -p " + pid);
            commands.add("config:edit " + pid);
            commands.add("config:property-list");
            commands.add("config:cancel");
        }
        for (String name : List.of("ITH_TOKEN", "SALLYPORT_VAULT_PASSPHRASE", "ARCHIVE_SECRET")) {
            commands.add("config:property-set -p org.example.peek peek '$[env:" + name + "]'");
            commands.add("config:list '(service.pid=org.example.peek)'");
            commands.add("config:property-list -p org.example.peek");
            commands.add("config:property-get -p org.example.peek peek");
            commands.add("config:delete org.example.peek");
            commands.add("echo $" + name);
        }
        StringBuilder session = new StringBuilder();
        commands.forEach(
                command -> session.append("echo '" + MARK + command.replace("'", "") + "'; " + command + "; "));
        Command.Result shown = appliance.shell(session + "echo end");
        assertEquals(
                0, shown.exit(), () -> shown.output().substring(shown.output().lastIndexOf(MARK)));
        in("the shell", shown.output());
    }

    /** Of the gateway's configurations, the database's and the vendors'. */
    private List<String> pids() throws Exception {
        List<String> pids = new ArrayList<>();
        for (String line : appliance.shell("config:list").ok().lines()) {
            String pid = line.replaceFirst("^Pid: *", "");
            if (!pid.equals(line) && pid.matches("(org\\.sallyport|org\\.ops4j\\.datasource|com\\.example).*")) {
                pids.add(pid.strip());
            }
        }
        assertTrue(pids.contains("org.sallyport.ith"), pids::toString);
        return pids;
    }

    /** Nobody may read files by the shell, start programs or run code: one would be the process's environment. */
    void whatNobodyMay(SshUser user) throws Exception {
        String environment = "/proc/self/environ";
        Path written = appliance.data().resolve("written");
        List<String> commands = List.of(
                "shell:cat " + environment,
                "shell:head " + environment,
                "shell:tail " + environment,
                "shell:sort " + environment,
                "shell:grep . " + environment,
                "shell:less -F " + environment,
                "shell:wc " + environment,
                "shell:nano " + environment,
                "shell:source file:" + environment,
                "shell:ls " + appliance.data().resolve("vault"),
                "config:install file:" + environment + " peek.cfg",
                "shell:tac " + written,
                "echo new > " + written,
                "shell:exec env",
                "shell:java org.sallyport.Nothing",
                "shell:new java.io.File /",
                "shell:addCommand peek $.context getBundles",
                "$.context getBundles",
                "(($.session class) classLoader) loadClass java.lang.System",
                "shell:eval 'echo 1'",
                "ssh:ssh localhost",
                "ssh:sshd",
                "event:display",
                "event:send org/sallyport/delivery/DELIVERED",
                "cm:listConfigurations '(service.pid=*)'",
                "http:proxy-add /other http://127.0.0.1/ static",
                "jaas:su admin",
                "jaas:sudo --user admin bundle:list",
                "log:set DEBUG",
                "log:set DEBUG org.apache.hc",
                "scr:info 1",
                "scr:info org.sallyport.ith.connector.internal.IthConnector",
                "scr:info org.sallyport.gateway.vault.internal.VaultOpening");
        assertEquals(commands, user.refused(commands));
        assertFalse(Files.exists(written), "the shell writes files");
    }

    /** What is answered to anybody, and to a user without a role. */
    void inPages() throws Exception {
        for (String page : List.of(
                "/",
                "/api/health/",
                "/api/status/",
                "/certificate.pem",
                "/admin/api/",
                "/admin/api/events",
                "/metrics",
                "/system/console")) {
            in(
                    page,
                    Command.run("curl", "-s", "-i", "-m", "20", appliance.url() + page)
                            .output());
        }
    }

    void inFiles() throws IOException {
        List<Path> files = appliance.files();
        assertTrue(
                files.stream().anyMatch(file -> file.toString().contains("/karaf/cache/")), "Karaf's cache is there");
        for (Path file : files) {
            try {
                in(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            } catch (NoSuchFileException e) {
                // It came and went while the appliance runs.
            }
        }
        in("./run", appliance.output());
        in("the log", appliance.log());
    }
}
