package org.sallyport.dicom.data.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.DicomDataException.Reason;

/** Inflates a deflated data set (PS3.5 A.5). Lets its native memory go at the end. */
public final class InflatingStream extends InflaterInputStream {

    private static final int BUFFER = 32 * 1024;

    private boolean ended;

    public InflatingStream(InputStream in) {
        super(in, new Inflater(true), BUFFER);
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (ended) {
            return -1;
        }
        try {
            int n = super.read(to, offset, length);
            if (n < 0) {
                ended = true;
                inf.end();
            }
            return n;
        } catch (ZipException e) {
            throw new DicomDataException(Reason.MALFORMED, "what should be a deflated data set is none");
        }
    }

    @Override
    protected void fill() throws IOException {
        len = in.read(buf, 0, buf.length);
        if (len < 0) {
            throw new DicomDataException(Reason.TRUNCATED, "deflated data set ends before its last block");
        }
        inf.setInput(buf, 0, len);
    }
}
