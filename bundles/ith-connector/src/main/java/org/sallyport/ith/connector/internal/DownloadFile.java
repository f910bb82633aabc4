package org.sallyport.ith.connector.internal;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicLong;

/** Fetches an archive into a file, whole or not at all. What the back end sends is pseudonymous. Used by one thread; its counters are read by any. */
final class DownloadFile {

    private static final long LOOK_AT_DISK = 8L << 20;

    private final IthHttp http;
    private final IthSettings.Dispatching limits;
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong length = new AtomicLong(-1);

    DownloadFile(IthHttp http, IthSettings.Dispatching limits) {
        this.http = http;
        this.limits = limits;
    }

    /** The archive will never be taken: too large, or no room. */
    static final class Refused extends IOException {

        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /** Bytes so far. */
    long read() {
        return read.get();
    }

    /** Bytes in all, or -1 while that is not known. */
    long length() {
        return length.get();
    }

    /**
     * @param file does not exist before, and afterwards only if the reply's status is 200; its content is whole by its told length
     * @throws Refused if it is larger than allowed, or the disk is too full
     */
    Reply fetch(String path, Path file) throws IOException, InterruptedException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        read.set(0);
        length.set(-1);
        Files.deleteIfExists(part);
        try {
            Reply reply = http.download(path, (body, told) -> take(body, told, part), read);
            if (reply.status() == 200) {
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return reply;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private void take(InputStream body, long told, Path part) throws IOException {
        length.set(told);
        checkRoom(Math.max(0, told), part);
        Files.createFile(part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        byte[] buffer = new byte[1 << 16];
        long looked = 0;
        try (FileOutputStream out = new FileOutputStream(part.toFile())) {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                long now = read.addAndGet(n);
                if (now - looked > LOOK_AT_DISK) {
                    checkRoom(now, part);
                    looked = now;
                }
                out.write(buffer, 0, n);
            }
            out.getFD().sync();
        }
        if (told >= 0 && read.get() != told) {
            throw new IOException("the archive has " + read.get() + " bytes instead of " + told);
        }
    }

    private void checkRoom(long bytes, Path part) throws IOException {
        if (bytes > limits.largestDownload()) {
            throw new Refused("the archive is larger than largest-download (org.sallyport.ith.cfg)");
        }
        long ahead = length.get() > 0 ? Math.max(0, length.get() - read.get()) : 0;
        Path folder = part.toAbsolutePath().getParent();
        if (folder != null && Files.getFileStore(folder).getUsableSpace() - ahead < limits.minFree()) {
            throw new Refused("the disk has too little room for the archive (min-free, org.sallyport.ith.cfg)");
        }
    }
}
