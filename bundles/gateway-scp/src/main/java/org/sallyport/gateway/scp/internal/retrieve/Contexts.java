package org.sallyport.gateway.scp.internal.retrieve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.image.Transcoder;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.PresentationContext;

/** Presentation contexts of storage classes: which are proposed, and which of the accepted ones an instance goes by. Pure. */
final class Contexts {

    /** PS3.8 9.3.2.2: ids are odd and of one byte. */
    private static final int MOST = 128;

    private static final List<String> NATIVE =
            List.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid());

    private Contexts() {}

    /**
     * One for each class and stored syntax, so that the receiver answers for each, and one with the native syntaxes to fall back on. Those beyond 128 are
     * not proposed: their instances fail.
     */
    static List<ProposedContext> of(List<? extends Item> instances) {
        Map<String, Set<String>> byClass = new LinkedHashMap<>();
        for (Item instance : instances) {
            byClass.computeIfAbsent(instance.sopClassUid(), uid -> new LinkedHashSet<>())
                    .add(instance.transferSyntaxUid());
        }
        List<ProposedContext> contexts = new ArrayList<>();
        byClass.forEach((sopClass, stored) -> {
            stored.forEach(syntax -> add(contexts, sopClass, List.of(syntax)));
            List<String> others =
                    NATIVE.stream().filter(uid -> !stored.contains(uid)).toList();
            if (!others.isEmpty()) {
                add(contexts, sopClass, others);
            }
        });
        return contexts;
    }

    private static void add(List<ProposedContext> contexts, String sopClass, List<String> syntaxes) {
        if (contexts.size() < MOST) {
            contexts.add(new ProposedContext(2 * contexts.size() + 1, sopClass, syntaxes));
        }
    }

    /** As stored, else one that it can be rewritten for. */
    static Optional<PresentationContext> choose(List<PresentationContext> contexts, Item instance) {
        String stored = instance.transferSyntaxUid();
        List<PresentationContext> ofClass = contexts.stream()
                .filter(context ->
                        context.isAccepted() && context.abstractSyntax().equals(instance.sopClassUid()))
                .toList();
        return ofClass.stream()
                .filter(context -> context.transferSyntax().equals(stored))
                .findFirst()
                .or(() -> ofClass.stream()
                        .filter(context -> canRewrite(stored, context.transferSyntax()))
                        .findFirst());
    }

    private static boolean canRewrite(String from, String to) {
        Optional<TransferSyntax> stored = TransferSyntax.of(from);
        Optional<TransferSyntax> wanted = TransferSyntax.of(to);
        return stored.isPresent() && wanted.isPresent() && Transcoder.canTranscode(stored.get(), wanted.get());
    }
}
