package org.sallyport.gateway.scp.internal.query;

import java.util.Arrays;
import java.util.Optional;

/** Query/Retrieve information models and their SOP classes (PS3.4 C.6). */
public enum Model {
    PATIENT_ROOT("1.2.840.10008.5.1.4.1.2.1.", Level.PATIENT),
    STUDY_ROOT("1.2.840.10008.5.1.4.1.2.2.", Level.STUDY);

    private final String root;
    private final Level top;

    Model(String root, Level top) {
        this.root = root;
        this.top = top;
    }

    public String findClass() {
        return root + "1";
    }

    public String moveClass() {
        return root + "2";
    }

    public String getClassUid() {
        return root + "3";
    }

    /** The highest level that may be asked for. */
    public Level top() {
        return top;
    }

    /** Where an attribute belongs: the Study Root model has those of patients at the level of studies (PS3.4 C.6.2.1). */
    public Level levelOf(Level level) {
        return level.isBelow(top) ? level : top;
    }

    /** The model of a SOP class for finding, moving or getting. */
    public static Optional<Model> of(String sopClassUid) {
        return Arrays.stream(values())
                .filter(model -> sopClassUid.equals(model.findClass())
                        || sopClassUid.equals(model.moveClass())
                        || sopClassUid.equals(model.getClassUid()))
                .findFirst();
    }
}
