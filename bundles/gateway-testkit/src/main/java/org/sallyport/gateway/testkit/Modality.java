package org.sallyport.gateway.testkit;

/** The kinds of images that can be generated. */
public enum Modality {
    CT("1.2.840.10008.5.1.4.1.1.2"),
    MR("1.2.840.10008.5.1.4.1.1.4"),
    PT("1.2.840.10008.5.1.4.1.1.128");

    private final String sopClassUid;

    Modality(String sopClassUid) {
        this.sopClassUid = sopClassUid;
    }

    public String sopClassUid() {
        return sopClassUid;
    }
}
