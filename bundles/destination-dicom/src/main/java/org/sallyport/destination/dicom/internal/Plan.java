package org.sallyport.destination.dicom.internal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.gateway.api.DeliveryInstance;

/** Which presentation contexts a delivery needs, and which of the accepted ones an instance goes by. Pure. */
final class Plan {

    /** PS3.8 9.3.2.2: ids are odd and of one byte. */
    private static final int MOST_CONTEXTS = 128;

    private static final List<TransferSyntax> NATIVE =
            List.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);

    private Plan() {}

    /** Instances that associations with the same contexts take. */
    record Batch(List<ProposedContext> contexts, List<DeliveryInstance> instances) {}

    /**
     * Puts instances into as few batches as their contexts allow. Each SOP class gets one context for each transfer syntax that its instances
     * are stored in, so that the peer answers for each, and one with the native syntaxes to fall back on.
     */
    static List<Batch> of(List<DeliveryInstance> instances) {
        Map<String, List<DeliveryInstance>> byClass = new TreeMap<>();
        for (DeliveryInstance instance : instances) {
            byClass.computeIfAbsent(instance.sopClassUid(), uid -> new ArrayList<>())
                    .add(instance);
        }
        List<Batch> batches = new ArrayList<>();
        List<ProposedContext> contexts = new ArrayList<>();
        List<DeliveryInstance> taken = new ArrayList<>();
        for (Map.Entry<String, List<DeliveryInstance>> entry : byClass.entrySet()) {
            List<List<String>> needed = syntaxes(entry.getValue());
            if (contexts.size() + needed.size() > MOST_CONTEXTS) {
                batches.add(new Batch(contexts, taken));
                contexts = new ArrayList<>();
                taken = new ArrayList<>();
            }
            for (List<String> syntaxes : needed) {
                contexts.add(new ProposedContext(2 * contexts.size() + 1, entry.getKey(), syntaxes));
            }
            taken.addAll(entry.getValue());
        }
        if (!taken.isEmpty()) {
            batches.add(new Batch(contexts, taken));
        }
        return batches;
    }

    /** The transfer syntaxes of each context that instances of one class need. */
    private static List<List<String>> syntaxes(List<DeliveryInstance> ofOneClass) {
        Set<String> stored = new LinkedHashSet<>();
        ofOneClass.forEach(instance -> stored.add(instance.transferSyntaxUid()));
        List<List<String>> contexts = new ArrayList<>();
        stored.forEach(syntax -> contexts.add(List.of(syntax)));
        List<String> fallBack = NATIVE.stream()
                .map(TransferSyntax::uid)
                .filter(uid -> !stored.contains(uid))
                .toList();
        if (!fallBack.isEmpty()) {
            contexts.add(fallBack);
        }
        return contexts;
    }

    /**
     * The accepted context that an instance goes by: as stored, else one that it can be rewritten for.
     *
     * @return null if there is none
     */
    static @Nullable PresentationContext choose(
            List<PresentationContext> contexts, String sopClassUid, String storedSyntax, Transcoder transcoder) {
        PresentationContext other = null;
        Optional<TransferSyntax> from = TransferSyntax.of(storedSyntax);
        for (PresentationContext context : contexts) {
            if (!context.isAccepted() || !context.abstractSyntax().equals(sopClassUid)) {
                continue;
            }
            if (context.transferSyntax().equals(storedSyntax)) {
                return context;
            }
            Optional<TransferSyntax> to = TransferSyntax.of(context.transferSyntax());
            if (other == null && from.isPresent() && to.isPresent() && transcoder.can(from.get(), to.get())) {
                other = context;
            }
        }
        return other;
    }
}
