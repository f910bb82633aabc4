package org.sallyport.gateway.scp.internal;

import java.time.Duration;
import org.sallyport.gateway.api.node.BackEndRules.Mode;

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
                c.accept$_$any$_$called$_$ae(),
                c.bind$_$address().strip(),
                within("port", c.port(), 0, 65_535, "DICOM_PORT"),
                within("max-pdu-size", c.max$_$pdu$_$size(), SMALLEST_PDU, LARGEST_PDU, "DICOM_MAX_PDU_SIZE"),
                within("max-associations", c.max$_$associations(), 1, 1_000, "DICOM_MAX_ASSOCIATIONS"),
                seconds("acse-timeout", c.acse$_$timeout(), "DICOM_ACSE_TIMEOUT"),
                seconds("dimse-timeout", c.dimse$_$timeout(), "DICOM_DIMSE_TIMEOUT"),
                seconds("network-timeout", c.network$_$timeout(), "DICOM_NETWORK_TIMEOUT"),
                StorageClasses.parse(c.storage$_$classes()),
                mode(c.mode()),
                !c.back$_$end().isBlank(),
                c.auto$_$start());
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

    private static Duration seconds(String key, int value, String variable) {
        return Duration.ofSeconds(within(key, value, 1, 3_600, variable));
    }

    private static int within(String key, int value, int least, int most, String variable) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " " + value + ": must be " + least + "–" + most
                    + " (org.sallyport.scp.cfg, " + variable + ")");
        }
        return value;
    }
}
