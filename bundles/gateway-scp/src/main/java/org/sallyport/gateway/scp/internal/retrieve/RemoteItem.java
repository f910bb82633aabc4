package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returning;
import org.sallyport.gateway.api.store.ImageFetcher.Waiting;
import org.sallyport.gateway.api.store.RemoteImages.RemoteImage;

/**
 * One that only the back end holds, and that was fetched.
 *
 * @param name its SOP Instance UID as the back end has it
 * @param syntax in which it is sent if the receiver takes that
 * @param restoring gives it its identity; null = it is sent as it is
 */
record RemoteItem(
        RemoteImage image,
        String name,
        String sopClassUid,
        TransferSyntax syntax,
        Optional<String> called,
        @Nullable Returning restoring)
        implements Item {

    @Override
    public String transferSyntaxUid() {
        return syntax.uid();
    }

    @Override
    public boolean isRemote() {
        return true;
    }

    @Override
    public void prepare(Images images, Waiting waiting) {
        // It is here for a while.
    }

    @Override
    public void openAhead(Images images) {
        // The archives that it comes in are its own matter.
    }

    @Override
    public Images.Opened open(Images images, Waiting waiting) throws IOException {
        InputStream part10 = image.open(waiting);
        return images.opened(restoring == null ? part10 : restoring.restore(part10), syntax);
    }

    @Override
    public String toString() {
        return "RemoteItem[" + name + "]";
    }
}
