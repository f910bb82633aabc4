package org.sallyport.gateway.api.pixel;

import org.osgi.annotation.versioning.ConsumerType;
import org.sallyport.dicom.data.DataSet;

/**
 * Changes pixels so that nobody is recognised by them: Clean Recognizable Visual Features Option (PS3.15 E.3.2). An OSGi service; a
 * de-identification profile names it by {@code pixel-cleaner}. A profile that names one that is not there is refused; if it goes away later,
 * objects that need it are held in quarantine.
 *
 * <p><b>Threading.</b> Called from threads of the gateway's own, for several objects at a time; a {@link Cleaning} belongs to one thread. Each call has
 * to return within {@value #SECONDS} seconds: it is interrupted then, and the object is held.
 *
 * <p><b>Determinism.</b> The same object has to give the same pixels each time.
 *
 * <p><b>Privacy.</b> Pixels are identity. They may be kept in memory only, and only until the cleaning is closed; nothing of them may go into files,
 * logs or exceptions.
 */
@ConsumerType
public interface PixelCleaner {

    /** Service property, required: the name that profiles use; {@code [a-z0-9-]{1,40}}. */
    String NAME = "cleaner.name";

    /** The longest time that one call may take. */
    int SECONDS = 60;

    /**
     * Begins with one object.
     *
     * @param dataSet the de-identified elements up to the pixel data; a copy
     * @param image of the frames
     * @throws Exception if it cannot clean such objects: the object is held
     */
    Cleaning begin(DataSet dataSet, FrameFormat image) throws Exception;

    /** One object. Owned by one thread. */
    interface Cleaning extends AutoCloseable {

        /**
         * Cleans one frame. Called once for each, in their order.
         *
         * @param frame from 0
         * @param samples little endian, by pixel, {@link FrameFormat#frameBytes()} bytes; may be changed
         * @return as many bytes; may be the same array
         * @throws Exception if it cannot be cleaned: the object is held
         */
        byte[] clean(int frame, byte[] samples) throws Exception;

        @Override
        void close();
    }
}
