package org.sallyport.gateway.scp.internal.query;

import java.util.List;
import org.sallyport.dicom.data.DataSet;

/** The values of one entity that are matched and returned: of a patient, a study, a series or an instance. */
public interface Attributes {

    /** Decoded and trimmed; empty if it has none. */
    List<String> strings(int tag);

    /** The items of a sequence. */
    List<DataSet> items(int tag);

    /** Those of a data set. */
    static Attributes of(DataSet dataSet) {
        return new Attributes() {
            @Override
            public List<String> strings(int tag) {
                return dataSet.strings(tag);
            }

            @Override
            public List<DataSet> items(int tag) {
                return dataSet.items(tag);
            }
        };
    }
}
