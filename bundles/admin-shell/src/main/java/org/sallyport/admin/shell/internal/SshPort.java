package org.sallyport.admin.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.file.FileSystemAware;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.command.CommandFactory;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes of Karaf's ssh port one that runs commands of the shell and nothing else: users of any role could copy files of the machine by it (scp, sftp), and
 * connect from here to anywhere. And has the connection of a command last until both sides have closed the command's channel (RFC 4254 5.3). Karaf closes
 * it as soon as the command has ended; what is still on its way is lost then: the end of a long output, or the exit code. Thread-safe.
 */
@Component(
        service = {},
        immediate = true)
public final class SshPort {

    private static final Logger LOG = LoggerFactory.getLogger(SshPort.class);

    /** For a client that does not read on. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private static final String NO_COMMAND = "shell:scp";

    /** Karaf's own, by server. */
    private final Map<SshServer, CommandFactory> karafs = new ConcurrentHashMap<>();

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addServer(SshServer server) {
        CommandFactory own = server.getCommandFactory();
        karafs.put(server, own);
        server.setSubsystemFactories(List.of());
        server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
        server.setCommandFactory((channel, text) -> {
            Command command = own.createCommand(channel, text);
            // Copies files: the shell answers that it has no such command.
            return new PatientCommand(
                    command instanceof FileSystemAware ? own.createCommand(channel, NO_COMMAND) : command, channel);
        });
    }

    void removeServer(SshServer server) {
        CommandFactory own = karafs.remove(server);
        if (own != null) {
            server.setCommandFactory(own);
        }
    }

    /** A command that is told that it has ended only when the channel is closed. */
    private record PatientCommand(Command command, ChannelSession channel) implements Command {

        @Override
        public void setExitCallback(ExitCallback callback) {
            command.setExitCallback((code, message, immediately) -> {
                callback.onExit(code, message, immediately);
                try {
                    if (!channel.close(immediately).await(LONGEST)) {
                        LOG.warn(
                                "the client of an ssh command did not close its channel within {} s",
                                LONGEST.toSeconds());
                    }
                } catch (IOException e) {
                    LOG.debug("the wait for an ssh channel to close was broken off", e);
                }
            });
        }

        @Override
        public void setInputStream(InputStream in) {
            command.setInputStream(in);
        }

        @Override
        public void setOutputStream(OutputStream out) {
            command.setOutputStream(out);
        }

        @Override
        public void setErrorStream(OutputStream err) {
            command.setErrorStream(err);
        }

        @Override
        public void start(ChannelSession session, Environment environment) throws IOException {
            command.start(session, environment);
        }

        @Override
        public void destroy(ChannelSession session) throws Exception {
            command.destroy(session);
        }
    }
}
