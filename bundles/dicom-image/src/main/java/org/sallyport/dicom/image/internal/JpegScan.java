package org.sallyport.dicom.image.internal;

/**
 * A scan header of JPEG (ITU-T T.81 B.2.3) with what was defined before it.
 *
 * @param components indices of the frame's components
 * @param dc Huffman table of DC coefficients, or of lossless differences, for each component of the scan
 * @param ac Huffman table of AC coefficients for each component of the scan; empty for lossless processes
 * @param predictor 1–7, of lossless processes only
 * @param pointTransform bits that lossless samples were moved to the right
 * @param restartInterval MCUs between restart markers, 0 = none
 */
record JpegScan(
        int[] components,
        HuffmanTable[] dc,
        HuffmanTable[] ac,
        int predictor,
        int pointTransform,
        int restartInterval) {}
