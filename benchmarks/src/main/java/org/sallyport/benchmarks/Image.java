package org.sallyport.benchmarks;

import java.nio.file.Path;

/** A generated Part 10 file in explicit VR little endian, with what a sender has to tell about it. */
record Image(Path file, long bytes, String sopClassUid, String sopInstanceUid) {}
