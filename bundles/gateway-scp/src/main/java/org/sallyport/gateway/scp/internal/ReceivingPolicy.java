package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationPolicy;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.PresentationContext.Result;
import org.sallyport.dicom.net.Rejection;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.node.CommitmentListener.Reporter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides about associations by the access rules as they are at that moment. Thread-safe. */
final class ReceivingPolicy implements AssociationPolicy {

    private static final Logger LOG = LoggerFactory.getLogger(ReceivingPolicy.class);

    private final Supplier<ScpSettings> settings;
    private final NodeTable nodes;
    private final CommitmentReports reports;
    private final Supplier<@Nullable Intake> intake;
    private final Supplier<@Nullable QueryServices> queries;

    /**
     * @param settings as they are at the moment
     * @param queries null while queries cannot be answered: their contexts are refused
     */
    ReceivingPolicy(
            Supplier<ScpSettings> settings,
            NodeTable nodes,
            CommitmentReports reports,
            Supplier<@Nullable Intake> intake,
            Supplier<@Nullable QueryServices> queries) {
        this.settings = settings;
        this.nodes = nodes;
        this.reports = reports;
        this.intake = intake;
        this.queries = queries;
    }

    /** Of one request. */
    private record Asked(AssociateRequest request, Caller caller, boolean reportDue) {}

    @Override
    public Decision decide(AssociateRequest request, Peer peer) {
        Asked asked = new Asked(
                request,
                Caller.of(request.callingAet(), peer.certificate()),
                reports.expects(new Reporter(request.callingAet(), request.calledAet(), peer.address())));
        Rejection rejection = rejection(asked);
        if (rejection != null) {
            LOG.warn(
                    "association of {} ({}) to {} rejected with {}{}",
                    request.callingAet(),
                    peer.address().getHostAddress(),
                    request.calledAet(),
                    rejection,
                    nodes.rules().isKnown(request.callingAet()) ? ", though a node has its AE title" : "");
            return Decision.reject(rejection);
        }
        List<PresentationContext> answers = new ArrayList<>(request.contexts().size());
        for (ProposedContext context : request.contexts()) {
            answers.add(answer(context, asked));
        }
        tellRefused(asked.caller, answers);
        List<RoleSelection> roles = new ArrayList<>();
        if (queries.get() != null) {
            roles.addAll(RetrieveContexts.roles(request, answers, settings.get().storageClasses()));
        }
        if (asked.reportDue) {
            roles.addAll(CommitmentReports.roles(request));
        }
        return Decision.accept(answers).withRoles(roles).withExtended(RetrieveContexts.extended(request, answers));
    }

    /** One line: senders propose all the classes that they know, some twice. */
    private static void tellRefused(Caller caller, List<PresentationContext> answers) {
        String refused = answers.stream()
                .filter(answer -> answer.result() == Result.ABSTRACT_SYNTAX_NOT_SUPPORTED)
                .map(PresentationContext::abstractSyntax)
                .distinct()
                .collect(Collectors.joining(", "));
        if (!refused.isEmpty()) {
            LOG.info("{} proposed what is not accepted (storage-classes): {}", caller.aet(), refused);
        }
    }

    private @Nullable Rejection rejection(Asked asked) {
        AssociateRequest request = asked.request;
        if (!nodes.isReady() || !nodes.proxyActive() || intake.get() == null) {
            return Rejection.TEMPORARY_CONGESTION;
        }
        ScpSettings now = settings.get();
        if (!now.acceptAnyCalledAet() && !request.calledAet().equals(now.aet()) && !asked.reportDue) {
            return Rejection.CALLED_AET_NOT_RECOGNIZED;
        }
        AccessRules rules = nodes.rules();
        // Who was asked for a report may bring it without being a node; one that is and is barred may not.
        boolean welcome = rules.mayAssociate(asked.caller) || asked.reportDue && !rules.isKnown(asked.caller.aet());
        return welcome ? null : Rejection.CALLING_AET_NOT_RECOGNIZED;
    }

    private PresentationContext answer(ProposedContext context, Asked asked) {
        String abstractSyntax = context.abstractSyntax();
        if (CommitmentReports.isProposed(context) && asked.reportDue) {
            Optional<String> syntax = CommitmentReports.syntax(context);
            return syntax.isEmpty()
                    ? refused(context, Result.TRANSFER_SYNTAXES_NOT_SUPPORTED)
                    : new PresentationContext(context.id(), abstractSyntax, Result.ACCEPTANCE, syntax.get());
        }
        boolean welcome = nodes.rules().mayAssociate(asked.caller);
        boolean isProvider = welcome && queries.get() != null && RetrieveContexts.isProvider(context, asked.request);
        if (welcome && queries.get() != null && RetrieveContexts.isService(context) || isProvider) {
            Optional<String> syntax = RetrieveContexts.syntax(context);
            if (syntax.isPresent()) {
                return new PresentationContext(context.id(), abstractSyntax, Result.ACCEPTANCE, syntax.get());
            }
        }
        boolean verification = abstractSyntax.equals(AssociationRequester.VERIFICATION);
        if (!verification && !isProvider && (!settings.get().storageClasses().accepts(abstractSyntax) || !welcome)) {
            return refused(context, Result.ABSTRACT_SYNTAX_NOT_SUPPORTED);
        }
        Optional<String> syntax = choose(context.transferSyntaxes());
        if (syntax.isEmpty()) {
            LOG.info(
                    "{} proposed {} in transfer syntaxes that are not known: {}",
                    asked.caller.aet(),
                    abstractSyntax,
                    context.transferSyntaxes());
            return refused(context, Result.TRANSFER_SYNTAXES_NOT_SUPPORTED);
        }
        return new PresentationContext(context.id(), abstractSyntax, Result.ACCEPTANCE, syntax.get());
    }

    /**
     * The sender's first choice, so that images come as they are; but big endian and deflated, which have to be converted here, only where nothing
     * else is proposed.
     */
    private static Optional<String> choose(List<String> proposed) {
        List<TransferSyntax> known = proposed.stream()
                .map(TransferSyntax::of)
                .flatMap(Optional::stream)
                .toList();
        return known.stream()
                .filter(syntax -> !syntax.bigEndian() && !syntax.deflated())
                .findFirst()
                .or(() -> known.stream().findFirst())
                .map(TransferSyntax::uid);
    }

    private static PresentationContext refused(ProposedContext context, Result result) {
        return new PresentationContext(
                context.id(),
                context.abstractSyntax(),
                result,
                context.transferSyntaxes().get(0));
    }

    @Override
    public Service serve(Association association) throws IOException {
        Intake current = intake.get();
        if (current == null) {
            throw new IOException("the intake has gone while an association was accepted");
        }
        QueryServices services = queries.get();
        return new ReceivingService(
                association,
                nodes,
                reports,
                current,
                settings.get().storageClasses(),
                services == null
                        ? null
                        : new QuerySession(services, association, settings.get().aet()));
    }
}
