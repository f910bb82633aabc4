package org.sallyport.itests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in a file, to have its power cut. What was not forced is in the page cache only, not in the file. Needs root. */
final class LoopImage implements AutoCloseable {

    /** The outbox leaves 512 MiB of it free. */
    private static final long SIZE = 2L << 30;

    private final Path image;
    private final Path mountPoint;

    private LoopImage(Path image, Path mountPoint) {
        this.image = image;
        this.mountPoint = mountPoint;
    }

    static void assumePossible() {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting needs root");
    }

    static LoopImage make(Path image, Path mountPoint) throws IOException, InterruptedException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE);
        }
        Command.run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,nodiscard", image.toString())
                .ok();
        return mount(image, mountPoint);
    }

    private static LoopImage mount(Path image, Path mountPoint) throws IOException, InterruptedException {
        Files.createDirectories(mountPoint);
        // The journal is committed by forces alone, not every five seconds by itself.
        Command.run("mount", "-o", "loop,commit=600", image.toString(), mountPoint.toString())
                .ok();
        return new LoopImage(image, mountPoint);
    }

    Path mountPoint() {
        return mountPoint;
    }

    /** Copies the image as the disk would be found if the power failed now. The writing process stands still meanwhile, so that the copy is of one moment. */
    LoopImage copyWhile(Process writer, Path copy, Path copyMountPoint) throws IOException, InterruptedException {
        String pid = String.valueOf(writer.pid());
        Command.run("kill", "-STOP", pid).ok();
        try {
            Command.run("cp", "--sparse=always", image.toString(), copy.toString())
                    .ok();
        } finally {
            Command.run("kill", "-CONT", pid).ok();
        }
        return mount(copy, copyMountPoint);
    }

    @Override
    public void close() throws IOException {
        try {
            Command.run("umount", mountPoint.toString()).ok();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
