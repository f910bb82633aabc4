package org.sallyport.gateway.scp.internal.retrieve;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.image.PixelLimits;
import org.sallyport.dicom.image.Transcoder;
import org.sallyport.dicom.net.Association.DataSetSource;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.intake.IdentityRestorer.Restoring;
import org.sallyport.gateway.api.store.ImageFetcher;
import org.sallyport.gateway.api.store.ImageFetcher.Waiting;
import org.sallyport.gateway.api.store.InstanceGoneException;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens stored instances as they are sent: with identity or without, in the transfer syntax that the receiver takes. Owned by one thread. */
final class Images implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(Images.class);

    private static final int BUFFER = 256 * 1024;
    private static final Transcoder TRANSCODER = new Transcoder(Limits.DEFAULT, PixelLimits.DEFAULT, BulkStore.REFUSE);

    private final InstanceStore store;
    private final IdentityRestorer restorer;
    private final @Nullable AccessRequest identity;
    private final Supplier<@Nullable ImageFetcher> fetcher;
    private @Nullable Restoring restoring;

    /** @param identity under which it is given back; null = without identity */
    Images(
            InstanceStore store,
            IdentityRestorer restorer,
            @Nullable AccessRequest identity,
            Supplier<@Nullable ImageFetcher> fetcher) {
        this.store = store;
        this.restorer = restorer;
        this.identity = identity;
        this.fetcher = fetcher;
    }

    /** One that was opened. */
    record Opened(String sopInstanceUid, InputStream dataSet, TransferSyntax syntax) implements Closeable {

        /** Its data set in that syntax. */
        DataSetSource in(String transferSyntaxUid) {
            return out -> {
                if (transferSyntaxUid.equals(syntax.uid())) {
                    copy(out);
                } else {
                    TransferSyntax to = TransferSyntax.of(transferSyntaxUid)
                            .orElseThrow(() -> new IOException("a transfer syntax that is not known was agreed on"));
                    TRANSCODER.dataSet(new BufferedInputStream(dataSet, BUFFER), syntax, to, out);
                }
            };
        }

        /** In pieces as large as those that it comes in: with smaller ones each byte would be copied once more. */
        private void copy(OutputStream out) throws IOException {
            byte[] piece = new byte[BUFFER];
            int n = dataSet.read(piece);
            while (n >= 0) {
                out.write(piece, 0, n);
                n = dataSet.read(piece);
            }
        }

        @Override
        public void close() throws IOException {
            dataSet.close();
        }
    }

    /** Fetches an image that is no longer here, so that no association has to stay open meanwhile; why it cannot be had is told when it is opened. */
    void prepare(StoredInstance instance, Waiting waiting) throws IOException {
        ImageFetcher back = fetcher.get();
        if (back == null || instance.presence() != StoredInstance.Presence.CLEANED_UP) {
            return;
        }
        try (InputStream fetched = back.fetch(instance, waiting)) {
            LOG.debug("instance {} can be had, {} bytes", instance.facts().sopInstanceUid(), fetched.available());
        } catch (NotFetchedException e) {
            LOG.debug("instance {} cannot be had: {}", instance.facts().sopInstanceUid(), e.getMessage());
        }
    }

    /** @param waiting run while an image is fetched that is no longer here */
    Opened open(StoredInstance instance, Waiting waiting) throws IOException {
        TransferSyntax syntax = TransferSyntax.of(instance.facts().transferSyntaxUid())
                .orElseThrow(() -> new IOException("stored in a transfer syntax that is not known"));
        InputStream part10 = part10(instance, waiting);
        return opened(identity == null ? part10 : restoring(identity).open(instance, part10), syntax);
    }

    /** @param part10 as it is to be sent; closed with the result, and if this fails */
    static Opened opened(InputStream part10, TransferSyntax syntax) throws IOException {
        try {
            return new Opened(Part10Start.pass(part10), part10, syntax);
        } catch (IOException | RuntimeException e) {
            part10.close();
            throw e;
        }
    }

    private InputStream part10(StoredInstance instance, Waiting waiting) throws IOException {
        try {
            return store.openPart10(instance);
        } catch (InstanceGoneException e) {
            ImageFetcher back = fetcher.get();
            if (back == null || instance.presence() == StoredInstance.Presence.DELETED) {
                throw e;
            }
            return back.fetch(instance, waiting);
        }
    }

    private Restoring restoring(AccessRequest request) throws IOException {
        Restoring open = restoring;
        if (open == null) {
            open = restorer.begin(request);
            restoring = open;
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        if (restoring != null) {
            restoring.close();
            restoring = null;
        }
    }
}
