package org.sallyport.gateway.scp.internal.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.AuditLog.Entry;
import org.sallyport.gateway.api.vault.AuditTrail;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends every record of the audit log to a repository, from the first on. Syslog knows no acknowledgement: a record counts as sent when the repository was
 * still there a second later, so that after a broken connection some may come twice and none is left out. One thread does it.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.sallyport.audit")
@Designate(ocd = AuditConfiguration.class)
public final class AuditForwarder {

    private static final Logger LOG = LoggerFactory.getLogger(AuditForwarder.class);

    private static final String PLACE = " (org.sallyport.audit.cfg)";
    private static final int UNCONFIRMED = 500;
    private static final long LONGEST_PAUSE = 60;

    /** Where to. */
    record Settings(String host, int port, String source, Tls tls, boolean checkHost) {}

    private final AuditTrail trail;
    private final Path file;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final @Nullable Thread thread;
    private volatile @Nullable Closeable connection;

    @Activate
    public AuditForwarder(
            AuditConfiguration configuration,
            Map<String, Object> properties,
            @Reference ConfigurationAdmin configurations,
            @Reference AuditTrail trail)
            throws IOException {
        this(
                trail,
                DataFolder.of("audit").resolve("sent"),
                settings(configuration, Secrets.of(configurations, properties, PLACE)));
    }

    /** @param settings null = nothing is sent */
    AuditForwarder(AuditTrail trail, Path file, @Nullable Settings settings) {
        this.trail = trail;
        this.file = file;
        if (settings == null) {
            this.thread = null;
            return;
        }
        Thread started = new Thread(() -> run(settings), "audit-forwarder");
        started.setDaemon(true);
        this.thread = started;
        started.start();
    }

    /** @throws IllegalArgumentException naming the key and what is allowed: nothing is sent then */
    static @Nullable Settings settings(AuditConfiguration c, Secrets secrets) {
        Values values = new Values(PLACE);
        char[] password = secrets.get(".tls-password", c._tls$_$password()).toCharArray();
        char[] trustedPassword = secrets.get(".tls-trusted-password", c._tls$_$trusted$_$password())
                .toCharArray();
        boolean checkHost = values.yes("tls-check-host", c.tls$_$check$_$host());
        int port = values.within("port", c::port, 1, 65_535);
        String source = c.source().strip();
        if (!source.matches("[!-~]{1,48}")) {
            throw new IllegalArgumentException(
                    "source \"" + source + "\": must be 1–48 visible characters of ASCII" + PLACE);
        }
        String host = c.host().strip();
        if (host.isEmpty()) {
            return null;
        }
        try {
            Tls tls = new Tls(new Tls.Settings(
                    path(c.tls$_$certificate()),
                    path(c.tls$_$key()),
                    password,
                    path(c.tls$_$trusted()),
                    trustedPassword,
                    Tls.ClientAuthentication.NONE,
                    checkHost));
            return new Settings(host, port, source, tls, checkHost);
        } catch (IOException | InvalidPathException e) {
            throw values.refused("tls-certificate, tls-key or tls-trusted: " + e.getMessage(), e);
        }
    }

    private static @Nullable Path path(String text) {
        return text.isBlank() ? null : Path.of(text.strip());
    }

    @Deactivate
    void close() throws InterruptedException {
        closing.countDown();
        Closeable open = connection;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("the connection was ended already", e);
            }
        }
        if (thread != null) {
            thread.join(TimeUnit.SECONDS.toMillis(LONGEST_PAUSE));
        }
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void run(Settings settings) {
        long pause = 1;
        boolean told = false;
        while (!isClosing()) {
            try (AuditReceiver to = AuditReceiver.connect(
                            settings.host(), settings.port(), settings.tls(), settings.checkHost());
                    AuditTrail.Follower log = trail.follow(sent())) {
                connection = to;
                LOG.info("audit records go to {}:{}", settings.host(), settings.port());
                pause = 1;
                told = false;
                forward(log, to, settings.source());
            } catch (IOException | RuntimeException e) {
                if (!told && !isClosing()) {
                    LOG.warn(
                            "audit records wait until {}:{} takes them: {}",
                            settings.host(),
                            settings.port(),
                            e.toString());
                    told = true;
                }
                if (isClosedWithin(pause)) {
                    return;
                }
                pause = Math.min(2 * pause, LONGEST_PAUSE);
            }
        }
    }

    private boolean isClosedWithin(long seconds) {
        try {
            return closing.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private void forward(AuditTrail.Follower log, AuditReceiver to, String source) throws IOException {
        long last = 0;
        int unconfirmed = 0;
        while (!isClosing()) {
            Entry next = log.next();
            if (next != null) {
                to.send(AuditMessages.of(next, source));
                last = next.number();
                unconfirmed++;
            }
            if (next == null || unconfirmed >= UNCONFIRMED) {
                to.listen();
                if (unconfirmed > 0) {
                    DataFolder.replace(file, (last + "\n").getBytes(StandardCharsets.US_ASCII));
                    unconfirmed = 0;
                }
            }
        }
    }

    /** The last that counts as sent. A file that cannot be understood means that all are sent again. */
    private long sent() throws IOException {
        String text = Files.exists(file) && Files.size(file) < 100
                ? Files.readString(file).strip()
                : "";
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }
}
