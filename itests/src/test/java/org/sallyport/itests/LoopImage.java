package org.sallyport.itests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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

    /** Else a test is reported as skipped; as root, which {@code .ci/run} insists on, it has to run. */
    static void assumePossible() throws IOException {
        assumeTrue(isRoot(), "mounting needs root");
    }

    static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
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

    /**
     * Copies the image as the disk would be found if the power failed now.
     *
     * @param writers stand still meanwhile, with the processes that they began, so that the copy is of one moment
     */
    LoopImage copyWhile(List<Long> writers, Path copy, Path copyMountPoint) throws IOException, InterruptedException {
        try {
            for (long writer : writers) {
                signal("-STOP", writer);
                // It begins no more of them.
                for (ProcessHandle child :
                        ProcessHandle.of(writer).orElseThrow().children().toList()) {
                    signal("-STOP", child.pid());
                }
            }
            Command.run("cp", "--sparse=always", image.toString(), copy.toString())
                    .ok();
        } finally {
            for (long writer : writers) {
                for (ProcessHandle child :
                        ProcessHandle.of(writer).orElseThrow().children().toList()) {
                    signal("-CONT", child.pid());
                }
                signal("-CONT", writer);
            }
        }
        return mount(copy, copyMountPoint);
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        // One that has ended meanwhile writes no more.
        if (Command.run("kill", signal, String.valueOf(pid)).exit() != 0
                && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
            throw new IOException("kill " + signal + " " + pid + " failed");
        }
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
