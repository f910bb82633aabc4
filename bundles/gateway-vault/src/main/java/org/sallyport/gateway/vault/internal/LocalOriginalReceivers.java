package org.sallyport.gateway.vault.internal;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.api.node.IdentityNetworks;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.api.vault.OriginalReceivers;
import org.sallyport.gateway.support.settings.Values;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes by the identity networks and the nodes in force at the moment. While there is no list of nodes, no node may have originals, and nobody may while the
 * networks are wrong.
 */
@Component(service = OriginalReceivers.class, configurationPid = "org.sallyport.identity")
@Designate(ocd = IdentityConfiguration.class)
public final class LocalOriginalReceivers implements OriginalReceivers {

    private static final Logger LOG = LoggerFactory.getLogger(LocalOriginalReceivers.class);

    private static final String IDENTIFIED_UPLOAD = "identified-upload (SALLYPORT_ALLOW_IDENTIFIED_UPLOAD)";

    private final IdentityNetworks networks;
    private final boolean identifiedUpload;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable NodeDirectory nodes;

    @Activate
    public LocalOriginalReceivers(IdentityConfiguration configuration) {
        this(networks(configuration.identity$_$networks()), identifiedUpload(configuration.identified$_$upload()));
    }

    LocalOriginalReceivers(IdentityNetworks networks, boolean identifiedUpload) {
        this.networks = networks;
        this.identifiedUpload = identifiedUpload;
    }

    private static boolean identifiedUpload(String setting) {
        try {
            return new Values(" (org.sallyport.identity.cfg)").yes(IDENTIFIED_UPLOAD, setting);
        } catch (IllegalArgumentException e) {
            LOG.error("uploads carry no identity: {}", e.getMessage());
            return false;
        }
    }

    private static IdentityNetworks networks(String setting) {
        try {
            return IdentityNetworks.parse(setting);
        } catch (IllegalArgumentException e) {
            LOG.error("identity is given to nobody: {}", e.getMessage());
            return IdentityNetworks.NONE;
        }
    }

    @Override
    public IdentityNetworks networks() {
        return networks;
    }

    @Override
    public Optional<String> uploadRefusal(Receiver backEnd, boolean asked) {
        if (!asked) {
            return Optional.of("the back end does not ask for originals"
                    + (identifiedUpload ? ", though " + IDENTIFIED_UPLOAD + " is yes here" : ""));
        }
        if (!identifiedUpload) {
            return Optional.of("the back end asks for originals, and " + IDENTIFIED_UPLOAD + " is not yes here");
        }
        return refusal(backEnd).map(why -> "the back end asks for originals, and may not have them: " + why);
    }

    @Override
    public Optional<String> refusal(Receiver receiver) {
        if (!networks.contains(receiver.host())) {
            return Optional.of(receiver.host() + " is no literal address inside identity-networks"
                    + " (org.sallyport.identity.cfg)");
        }
        if (!receiver.isDicom()) {
            boolean safe = receiver.scheme().equals("https") || isLoopback(receiver.host());
            return safe ? Optional.empty() : Optional.of("identity never goes over plain http beyond this machine");
        }
        NodeDirectory directory = nodes;
        if (directory == null) {
            return Optional.of("the list of nodes is not there");
        }
        return directory.nodes().stream().anyMatch(node -> isAllowed(node, receiver))
                ? Optional.empty()
                : Optional.of("no active node " + receiver.aet() + " at " + receiver.host() + ":" + receiver.port()
                        + " is marked identity = original here, or is approved as it is now (node:approve)");
    }

    private static boolean isAllowed(Node node, Receiver receiver) {
        return node.active()
                && node.approved()
                && node.aet().equals(receiver.aet())
                && node.address().equalsIgnoreCase(receiver.host())
                && node.port() == receiver.port();
    }

    /** Of literal addresses. */
    private static boolean isLoopback(String address) {
        return address.startsWith("127.") || address.toLowerCase(Locale.ROOT).equals("::1");
    }
}
