package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.QueryRetrieveProvider;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.scp.internal.catalog.Heads;
import org.sallyport.gateway.scp.internal.commitment.CommitmentProvider;
import org.sallyport.gateway.scp.internal.find.Asker;
import org.sallyport.gateway.scp.internal.find.Details;
import org.sallyport.gateway.scp.internal.find.FindService;
import org.sallyport.gateway.scp.internal.query.IdentifierReader.Negotiated;
import org.sallyport.gateway.scp.internal.query.Model;
import org.sallyport.gateway.scp.internal.query.View;
import org.sallyport.gateway.scp.internal.retrieve.RetrieveService;

/** C-FIND, C-GET, C-MOVE and N-ACTION of one association (PS3.7 9.1.2–9.1.4, 10.1.4), by the access rules at the time of each. Owned by its thread. */
final class QuerySession implements AutoCloseable {

    private final QueryServices services;
    private final Association association;
    private final String aet;
    private final CommitmentProvider.Desk commitments;

    /** @param aet ours */
    QuerySession(QueryServices services, Association association, String aet) {
        this.services = services;
        this.association = association;
        this.aet = aet;
        this.commitments = services.commitments().desk();
    }

    private AccessRules rules() {
        return services.nodes().rules();
    }

    /** A C-FIND-RQ, C-GET-RQ or C-MOVE-RQ. */
    void handle(Association.Message message) throws IOException {
        QueryRetrieveProvider provider = new QueryRetrieveProvider(association, message);
        CommandSet command = message.command();
        Optional<Model> model = Model.of(message.context().abstractSyntax());
        if (model.isEmpty()
                || !message.context().abstractSyntax().equals(command.affectedSopClassUid())
                || !command.hasDataSet()) {
            provider.end(provider.response(CommandSet.SOP_CLASS_NOT_SUPPORTED)
                    .withComment("not the SOP class of the context, or no identifier"));
            return;
        }
        Caller caller = Caller.of(association);
        if (!rules().mayRead(caller, services.settings().unknownCallers())) {
            provider.end(provider.response(CommandSet.NOT_AUTHORIZED)
                    .withComment("this AE title may not query or retrieve"));
            return;
        }
        View view =
                rules().view(caller, association.address(), services.receivers().networks());
        Asker asker = new Asker(caller.aet(), association.address().getHostAddress(), view);
        Model of = model.get();
        switch (command.commandField()) {
            case CommandSet.C_FIND_RQ -> find(provider, of, asker);
            case CommandSet.C_GET_RQ -> get(provider, of, asker);
            default -> move(provider, of, asker, command);
        }
    }

    private void find(QueryRetrieveProvider provider, Model model, Asker asker) throws IOException {
        byte[] asked = negotiated(model.findClass());
        try (Details details = services.details(asker, "C-FIND")) {
            new FindService(
                            asker,
                            services.audit(),
                            services.sheets(),
                            services.lookups(asker, "C-FIND"),
                            details,
                            services.settings().maxMatches(),
                            aet,
                            services.whenGone())
                    .serve(provider, model, new Negotiated(isSet(asked, 0), isSet(asked, 1)));
        }
    }

    private void get(QueryRetrieveProvider provider, Model model, Asker asker) throws IOException {
        try (Heads heads = services.heads(asker, "C-GET")) {
            services.retrieve(asker, "C-GET", heads)
                    .get(provider, model, isSet(negotiated(model.getClassUid()), 0), storageContexts());
        }
    }

    /** Those of which the peer agreed to be provider (PS3.4 C.5.3.1). */
    private List<PresentationContext> storageContexts() {
        List<RoleSelection> roles = association.peer().roles();
        return association.contexts().stream()
                .filter(context -> roles.stream()
                        .anyMatch(role -> role.scp() && role.sopClassUid().equals(context.abstractSyntax())))
                .toList();
    }

    private void move(QueryRetrieveProvider provider, Model model, Asker asker, CommandSet command) throws IOException {
        String destination = command.moveDestination();
        RetrieveService.Target target = rules().nodes().stream()
                .filter(node -> node.aet().equals(destination))
                .filter(node -> node.active() && node.permission().mayRead())
                .findFirst()
                .map(this::target)
                .orElse(null);
        try (Heads heads = services.heads(asker, "C-MOVE")) {
            services.retrieve(asker, "C-MOVE", heads)
                    .move(
                            provider,
                            model,
                            isSet(negotiated(model.moveClass()), 0),
                            target,
                            new RetrieveService.Originator(asker.aet(), command.messageId()));
        }
    }

    private RetrieveService.Target target(Node node) {
        boolean original = services.receivers()
                .refusal(Receiver.dicom(node.aet(), node.address(), node.port()))
                .isEmpty();
        return new RetrieveService.Target(
                node,
                original ? View.ORIGINAL : View.PSEUDONYMOUS,
                aet,
                services.settings().associationsTo(node.aet()),
                services.nodes().timeouts());
    }

    /** What the peer asked for by extended negotiation (PS3.4 C.5.1.1), all of which is granted. */
    private byte[] negotiated(String sopClass) {
        return association.peer().extended().stream()
                .filter(one -> one.sopClassUid().equals(sopClass))
                .findFirst()
                .map(one -> one.information())
                .orElse(new byte[0]);
    }

    private static boolean isSet(byte[] information, int at) {
        return at < information.length && information[at] == 1;
    }

    /** An N-ACTION-RQ for storage commitment. */
    void action(Association.Message message) throws IOException {
        if (!rules().mayStore(Caller.of(association))) {
            association.send(
                    message.context(),
                    message.command()
                            .response(CommandSet.NOT_AUTHORIZED)
                            .withComment("this AE title may not ask for commitment"));
            return;
        }
        association.send(message.context(), commitments.take(association, message));
        commitments.report(association);
    }

    @Override
    public void close() {
        commitments.close();
    }
}
