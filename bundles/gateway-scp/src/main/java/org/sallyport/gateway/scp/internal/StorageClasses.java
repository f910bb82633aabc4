package org.sallyport.gateway.scp.internal;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.sallyport.dicom.data.UidRegistry;
import org.sallyport.dicom.data.Uids;

/** The storage SOP classes that are accepted (PS3.4 B.5): setting {@code storage-classes}. */
final class StorageClasses {

    /** CT, Enhanced CT, PET, Enhanced PET, MR, Enhanced MR, Enhanced MR Color. */
    static final Set<String> CT_MR_PT = Set.of(
            "1.2.840.10008.5.1.4.1.1.2",
            "1.2.840.10008.5.1.4.1.1.2.1",
            "1.2.840.10008.5.1.4.1.1.128",
            "1.2.840.10008.5.1.4.1.1.130",
            "1.2.840.10008.5.1.4.1.1.4",
            "1.2.840.10008.5.1.4.1.1.4.1",
            "1.2.840.10008.5.1.4.1.1.4.3");

    private final boolean all;
    private final Set<String> uids;

    private StorageClasses(boolean all, Set<String> uids) {
        this.all = all;
        this.uids = Set.copyOf(uids);
    }

    /**
     * @param setting {@code ct-mr-pt}, {@code all} or SOP Class UIDs separated by commas or spaces
     * @throws IllegalArgumentException naming the part that is not understood
     */
    static StorageClasses parse(String setting) {
        return switch (setting.strip()) {
            case "ct-mr-pt", "" -> new StorageClasses(false, CT_MR_PT);
            case "all" -> new StorageClasses(true, Set.of());
            default -> new StorageClasses(false, uids(setting));
        };
    }

    private static Set<String> uids(String setting) {
        Set<String> uids = new LinkedHashSet<>(Arrays.asList(setting.strip().split("[,\\s]+")));
        for (String uid : uids) {
            if (!Uids.isValid(uid)) {
                throw new IllegalArgumentException("storage-classes \"" + uid
                        + "\": must be ct-mr-pt, all or a list of SOP Class UIDs (org.sallyport.scp.cfg)");
            }
        }
        return uids;
    }

    boolean accepts(String abstractSyntaxUid) {
        return all ? isStorageClass(abstractSyntaxUid) : uids.contains(abstractSyntaxUid);
    }

    /**
     * Keywords end in {@code StorageForPresentation} and {@code StorageRetired} too. Private classes have no entry in the registry; with {@code all}
     * they are taken too and held by the de-identification.
     */
    private static boolean isStorageClass(String uid) {
        return uid.startsWith("1.2.840.10008.5.1.4.")
                        && UidRegistry.keyword(uid).contains("Storage")
                || !uid.startsWith("1.2.840.10008.");
    }
}
