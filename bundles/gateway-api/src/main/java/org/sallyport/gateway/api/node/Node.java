package org.sallyport.gateway.api.node;

/**
 * A DICOM peer known to the gateway.
 *
 * @param id local: the configuration's name; back end: its id
 * @param aet AE title, 1–16 characters
 * @param address host name or address
 * @param port 1–65535
 * @param approved whether an administrator approved it for identity (a local node marked {@code identity = original}, or {@code node:approve});
 *     its address is looked at besides, when it is given any
 */
public record Node(
        String id,
        String name,
        String aet,
        String address,
        int port,
        boolean active,
        Permission permission,
        Origin origin,
        boolean approved) {

    public enum Permission {
        READ,
        WRITE,
        READ_WRITE;

        public boolean mayWrite() {
            return this != READ;
        }

        public boolean mayRead() {
            return this != WRITE;
        }
    }

    public enum Origin {
        LOCAL,
        BACK_END
    }
}
