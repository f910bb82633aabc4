package org.sallyport.gateway.scp.internal.retrieve;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
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
    private final byte[] piece = new byte[BUFFER];
    private @Nullable Restoring restoring;
    private @Nullable StoredInstance next;
    private @Nullable Opened ahead;

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
    static final class Opened implements Closeable {

        private final String sopInstanceUid;
        private final InputStream dataSet;
        private final TransferSyntax syntax;
        /** Of its images' owner, who has one open at a time. */
        private final byte[] piece;

        private int filled;
        private boolean begun;
        private boolean closed;

        private Opened(String sopInstanceUid, InputStream dataSet, TransferSyntax syntax, byte[] piece) {
            this.sopInstanceUid = sopInstanceUid;
            this.dataSet = dataSet;
            this.syntax = syntax;
            this.piece = piece;
        }

        String sopInstanceUid() {
            return sopInstanceUid;
        }

        /** Reads its first piece: what fails there costs nobody an association. */
        private void begin() throws IOException {
            if (!begun) {
                filled = dataSet.readNBytes(piece, 0, piece.length);
                begun = true;
            }
        }

        /** Its data set in that syntax, once. */
        DataSetSource in(String transferSyntaxUid) {
            return out -> {
                begin();
                if (transferSyntaxUid.equals(syntax.uid())) {
                    copy(out);
                } else {
                    TransferSyntax to = TransferSyntax.of(transferSyntaxUid)
                            .orElseThrow(() -> new IOException("a transfer syntax that is not known was agreed on"));
                    InputStream all = new SequenceInputStream(new ByteArrayInputStream(piece, 0, filled), dataSet);
                    TRANSCODER.dataSet(new BufferedInputStream(all, BUFFER), syntax, to, out);
                }
            };
        }

        /** In pieces as large as those that it comes in: with smaller ones each byte would be copied once more. */
        private void copy(OutputStream out) throws IOException {
            out.write(piece, 0, filled);
            for (int n = dataSet.read(piece); n >= 0; n = dataSet.read(piece)) {
                out.write(piece, 0, n);
            }
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                dataSet.close();
            }
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

    /**
     * Opens an image that is here while the receiver has not answered for the one before, which has to be closed. Why it cannot be had is told when it is
     * its turn.
     */
    void openAhead(StoredInstance instance) {
        closeAhead();
        if (!instance.isHere()) {
            return;
        }
        try {
            Opened opened = open(instance, store.openPart10(instance));
            next = instance;
            ahead = opened;
            opened.begin();
        } catch (IOException | RuntimeException e) {
            LOG.debug("instance {} cannot be opened ahead", instance.facts().sopInstanceUid(), e);
            closeAhead();
        }
    }

    private void closeAhead() {
        Opened opened = ahead;
        ahead = null;
        next = null;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                LOG.warn("an image that was opened ahead cannot be closed", e);
            }
        }
    }

    /** @param waiting run while an image is fetched that is no longer here */
    Opened open(StoredInstance instance, Waiting waiting) throws IOException {
        Opened opened = ahead;
        if (opened != null && instance.equals(next)) {
            ahead = null;
            return opened;
        }
        closeAhead();
        return open(instance, part10(instance, waiting));
    }

    private Opened open(StoredInstance instance, InputStream part10) throws IOException {
        TransferSyntax syntax;
        try {
            syntax = TransferSyntax.of(instance.facts().transferSyntaxUid())
                    .orElseThrow(() -> new IOException("stored in a transfer syntax that is not known"));
        } catch (IOException e) {
            part10.close();
            throw e;
        }
        return opened(identity == null ? part10 : restoring(identity).open(instance, part10), syntax);
    }

    /** @param part10 as it is to be sent; closed with the result, and if this fails */
    Opened opened(InputStream part10, TransferSyntax syntax) throws IOException {
        try {
            return new Opened(Part10Start.pass(part10), part10, syntax, piece);
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
        closeAhead();
        if (restoring != null) {
            restoring.close();
            restoring = null;
        }
    }
}
