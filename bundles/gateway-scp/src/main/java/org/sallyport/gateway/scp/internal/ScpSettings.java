package org.sallyport.gateway.scp.internal;

import java.time.Duration;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.AeTitles;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.support.settings.Values;

/** The settings of {@code org.sallyport.scp}, checked once. */
record ScpSettings(
        String aet,
        boolean acceptAnyCalledAet,
        String bindAddress,
        int port,
        int maxPduLength,
        int maxAssociations,
        Duration acseTimeout,
        Duration dimseTimeout,
        Duration networkTimeout,
        StorageClasses storageClasses,
        Mode mode,
        boolean backEnd,
        boolean autoStart) {

    static final Values FILE = new Values(" (org.sallyport.scp.cfg)");

    private static final int SMALLEST_PDU = 4096;
    private static final int LARGEST_PDU = 1 << 20;

    /** @throws IllegalArgumentException naming the key, the value and what is allowed */
    static ScpSettings of(ScpConfiguration c) {
        String aet = c.aet().strip();
        if (!AeTitles.isValid(aet)) {
            throw new IllegalArgumentException("aet \"" + aet
                    + "\": must be 1–16 printable ASCII characters (org.sallyport.scp.cfg, DICOM_AE_TITLE)");
        }
        return new ScpSettings(
                aet,
                FILE.yes("accept-any-called-ae", c.accept$_$any$_$called$_$ae()),
                c.bind$_$address().strip(),
                of("DICOM_PORT").within("port", c::port, 0, 65_535),
                of("DICOM_MAX_PDU_SIZE").within("max-pdu-size", c::max$_$pdu$_$size, SMALLEST_PDU, LARGEST_PDU),
                of("DICOM_MAX_ASSOCIATIONS").within("max-associations", c::max$_$associations, 1, 1_000),
                seconds("acse-timeout", c::acse$_$timeout, "DICOM_ACSE_TIMEOUT"),
                seconds("dimse-timeout", c::dimse$_$timeout, "DICOM_DIMSE_TIMEOUT"),
                seconds("network-timeout", c::network$_$timeout, "DICOM_NETWORK_TIMEOUT"),
                StorageClasses.parse(c.storage$_$classes()),
                mode(c.mode()),
                !c.back$_$end().isBlank(),
                of("DICOM_AUTO_START").yes("auto-start", c.auto$_$start()));
    }

    /** Messages name the variable too. */
    static Values of(String variable) {
        return new Values(" (org.sallyport.scp.cfg, " + variable + ")");
    }

    /** The same under another AE title and port. */
    ScpSettings at(String otherAet, int otherPort) {
        return new ScpSettings(
                otherAet,
                acceptAnyCalledAet,
                bindAddress,
                otherPort,
                maxPduLength,
                maxAssociations,
                acseTimeout,
                dimseTimeout,
                networkTimeout,
                storageClasses,
                mode,
                backEnd,
                autoStart);
    }

    private static Mode mode(String value) {
        return switch (value.strip()) {
            case "public" -> Mode.PUBLIC;
            case "private" -> Mode.PRIVATE;
            default ->
                throw new IllegalArgumentException(
                        "mode \"" + value + "\": must be public or private (org.sallyport.scp.cfg)");
        };
    }

    private static Duration seconds(String key, IntSupplier value, String variable) {
        return Duration.ofSeconds(of(variable).within(key, value, 1, 3_600));
    }

    Timeouts timeouts() {
        return new Timeouts(acseTimeout, dimseTimeout, networkTimeout);
    }

    /** For a port of ours. */
    AssociationServer.Settings server(int portOfOurs, @Nullable Tls tls) {
        return new AssociationServer.Settings(bindAddress, portOfOurs, maxPduLength, maxAssociations, timeouts(), tls);
    }
}
