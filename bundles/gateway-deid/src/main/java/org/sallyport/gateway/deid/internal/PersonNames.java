package org.sallyport.gateway.deid.internal;

import java.util.HashSet;
import java.util.Set;
import org.sallyport.dicom.data.DataSet;

/** The words that persons' names consist of. Pure functions; what they give holds identity. */
final class PersonNames {

    private static final int SHORTEST = 2;

    private PersonNames() {}

    /** Words of at least {@value #SHORTEST} letters, in the form of {@link TermList#folded}. */
    static Set<String> words(DataSet dataSet, int... tags) {
        Set<String> words = new HashSet<>();
        for (int tag : tags) {
            for (String name : dataSet.strings(tag)) {
                for (String word : name.split("[^\\p{L}\\p{M}\\p{N}]+", -1)) {
                    if (word.codePointCount(0, word.length()) >= SHORTEST) {
                        words.add(TermList.folded(word));
                    }
                }
            }
        }
        return words;
    }
}
