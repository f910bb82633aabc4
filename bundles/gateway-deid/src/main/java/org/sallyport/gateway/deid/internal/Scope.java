package org.sallyport.gateway.deid.internal;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The objects that a rule is for; what is not said does not matter.
 *
 * @param sopClasses UIDs; empty = all
 * @param modalities in capitals; empty = all
 * @param manufacturer matches all of Manufacturer (0008,0070), or null
 * @param model matches all of Manufacturer's Model Name (0008,1090), or null
 * @param rows of a frame; 0 = any
 * @param columns of a frame; 0 = any
 * @param imageType a value of Image Type (0008,0008), in capitals, or null
 */
record Scope(
        Set<String> sopClasses,
        Set<String> modalities,
        @Nullable BoundedPattern manufacturer,
        @Nullable BoundedPattern model,
        int rows,
        int columns,
        @Nullable String imageType) {

    static final Scope ALL = new Scope(Set.of(), Set.of(), null, null, 0, 0, null);

    Scope {
        sopClasses = Set.copyOf(sopClasses);
        modalities = Set.copyOf(modalities);
    }

    boolean covers(ObjectKind kind) {
        return (sopClasses.isEmpty() || sopClasses.contains(kind.sopClassUid()))
                && (modalities.isEmpty() || modalities.contains(kind.modality()))
                && (manufacturer == null || manufacturer.matches(kind.manufacturer()))
                && (model == null || model.matches(kind.model()))
                && (rows == 0 || rows == kind.rows())
                && (columns == 0 || columns == kind.columns())
                && (imageType == null || kind.imageType().contains(imageType));
    }
}
