package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.UidRegistry;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.gateway.api.store.ImageFetcher;
import org.sallyport.gateway.api.store.InstanceGoneException;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One C-STORE of a C-GET or C-MOVE. */
final class SubOperation {

    private static final Logger LOG = LoggerFactory.getLogger(SubOperation.class);

    private SubOperation() {}

    /** Sends a C-STORE. */
    interface Storing {

        /** @param sent run when all was sent, before the answer */
        CommandSet store(
                PresentationContext context, String sopInstanceUid, Association.DataSetSource source, Runnable sent)
                throws IOException;
    }

    /**
     * @param next run while the receiver has not answered
     * @throws AssociationException if the association has ended
     * @throws CancelledException if that was heard while the instance was fetched; any other failure concerns this instance only
     */
    static void send(
            Images opened,
            Item item,
            Tally tally,
            List<PresentationContext> contexts,
            Storing storing,
            ImageFetcher.Waiting waiting,
            Runnable next)
            throws AssociationException, CancelledException {
        Optional<PresentationContext> context = Contexts.choose(contexts, item);
        if (context.isEmpty()) {
            tally.failed(
                    item.called(), "not taken: " + UidRegistry.keyword(item.sopClassUid()) + " in its transfer syntax");
            return;
        }
        String reason;
        try (Images.Opened image = item.open(opened, waiting)) {
            int status = storing.store(
                            context.get(),
                            image.sopInstanceUid(),
                            image.in(context.get().transferSyntax()),
                            () -> {
                                close(image, item);
                                next.run();
                            })
                    .status();
            if (tally.answered(status)) {
                return;
            }
            reason = String.format("the receiver answered %04X", status);
        } catch (AssociationException e) {
            tally.failed(item.called(), "the association ended");
            throw e;
        } catch (CancelledException e) {
            throw e;
        } catch (NotFetchedException e) {
            reason = item.isRemote()
                    ? RemoteSeries.NOT_NOW + e.getMessage()
                    : "cleaned up after delivery, and cannot be fetched back now: " + e.getMessage();
        } catch (InstanceGoneException e) {
            reason = "cleaned up after delivery, and cannot be fetched";
        } catch (ImageException | DicomDataException e) {
            reason = "cannot be rewritten in a transfer syntax that is taken";
            LOG.warn("instance {} cannot be rewritten: {}", item.name(), e.getMessage());
        } catch (IOException | RuntimeException e) {
            reason = "cannot be read";
            LOG.error("instance {} cannot be sent", item.name(), e);
        }
        tally.failed(item.called(), reason);
    }

    private static void close(Images.Opened image, Item item) {
        try {
            image.close();
        } catch (IOException e) {
            LOG.warn("instance {} was sent, but cannot be closed", item.name(), e);
        }
    }
}
