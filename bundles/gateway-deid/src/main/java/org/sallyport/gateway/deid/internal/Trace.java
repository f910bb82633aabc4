package org.sallyport.gateway.deid.internal;

import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;

/** Hears of each decision. */
@FunctionalInterface
interface Trace {

    /** Nobody listens. */
    Trace NONE = (place, element, enclosing, decision, result) -> {};

    /**
     * An attribute was treated; of a sequence after its items.
     *
     * @param place valid during the call
     * @param result the same element if it stays, null if it goes
     */
    void treated(ElementPath place, Element element, DataSet enclosing, Decision decision, @Nullable Element result);
}
