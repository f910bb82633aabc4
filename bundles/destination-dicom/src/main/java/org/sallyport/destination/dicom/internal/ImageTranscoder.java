package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.PixelLimits;

/** By the codecs of {@code dicom-image}. */
final class ImageTranscoder implements Transcoder {

    private final org.sallyport.dicom.image.Transcoder transcoder =
            new org.sallyport.dicom.image.Transcoder(Limits.DEFAULT, PixelLimits.DEFAULT, BulkStore.REFUSE);

    @Override
    public boolean can(TransferSyntax from, TransferSyntax to) {
        return org.sallyport.dicom.image.Transcoder.canTranscode(from, to);
    }

    @Override
    public void rewrite(InputStream in, TransferSyntax from, TransferSyntax to, OutputStream out) throws IOException {
        try {
            transcoder.dataSet(in, from, to, out);
        } catch (ImageException | DicomDataException e) {
            throw new Unfit(String.valueOf(e.getMessage()), e);
        }
    }
}
