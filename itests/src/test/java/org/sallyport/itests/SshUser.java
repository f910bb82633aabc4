package org.sallyport.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A person who logs in to the shell with a password, by the ssh client of the machine.
 *
 * @param folder for what ssh needs
 */
record SshUser(Appliance appliance, Path folder, String name, String password) {

    private static final String MARK = "outcome of ";
    private static final Pattern REFUSED =
            Pattern.compile(MARK + "(\\d+) .*(CommandNotFoundException|Insufficient credentials).*");

    /** Runs one command of the shell. */
    Command.Result run(String command) throws IOException, InterruptedException {
        return ssh("-n", "-T", target(), command);
    }

    /** Runs commands of the shell in one session, whatever becomes of each. @return those that the user may not run */
    List<String> refused(List<String> commands) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < commands.size(); i++) {
            script.append("try { " + commands.get(i) + " } { echo \"" + MARK + i + " $exception\" }; ");
        }
        List<String> refused = new ArrayList<>();
        for (String line : run(script + "echo " + MARK + "end").ok().lines()) {
            Matcher matcher = REFUSED.matcher(line);
            if (matcher.matches()) {
                refused.add(commands.get(Integer.parseInt(String.valueOf(matcher.group(1)))));
            }
        }
        return refused;
    }

    String target() {
        return name + "@127.0.0.1";
    }

    /** Runs ssh with further arguments. */
    Command.Result ssh(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ssh", "-F", "/dev/null", "-p", port(), "-o", "LogLevel=ERROR"));
        for (String option : options()) {
            command.addAll(List.of("-o", option));
        }
        command.addAll(List.of(arguments));
        return Command.run(environment(), command);
    }

    String port() {
        return String.valueOf(appliance.environment().get("SHELL_PORT"));
    }

    List<String> options() {
        return List.of(
                "PreferredAuthentications=password",
                "PubkeyAuthentication=no",
                "NumberOfPasswordPrompts=1",
                "StrictHostKeyChecking=accept-new",
                "UserKnownHostsFile=" + folder.resolve("known_hosts"));
    }

    /** Has ssh ask a program for the password. */
    Map<String, String> environment() throws IOException {
        Path program = folder.resolve("askpass");
        if (!Files.exists(program)) {
            Files.writeString(program, "#!/bin/sh\nprintf '%s\\n' \"$PASSWORD\"\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        }
        return Map.of(
                "SSH_ASKPASS",
                program.toString(),
                "SSH_ASKPASS_REQUIRE",
                "force",
                "DISPLAY",
                ":0",
                "PASSWORD",
                password);
    }
}
