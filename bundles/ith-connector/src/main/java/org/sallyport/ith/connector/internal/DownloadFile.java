package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.sallyport.gateway.support.http.Reply;

/** Fetches an archive into a sealed file, whole or not at all. Used by one thread; its counters are read by any. */
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
     * @param file is whole afterwards only if the reply's status is 200, by the length that the reply told; else it is not there
     * @throws Refused if it is larger than allowed, or the disk is too full
     */
    Reply fetch(String path, SealedFile file) throws IOException, InterruptedException {
        read.set(0);
        length.set(-1);
        file.delete();
        try {
            return http.download(path, (body, told) -> take(body, told, file), read);
        } finally {
            if (!file.isWhole()) {
                file.delete();
            }
        }
    }

    private void take(InputStream body, long told, SealedFile file) throws IOException {
        length.set(told);
        checkRoom(Math.max(0, told), file.path());
        byte[] buffer = new byte[SealedFile.CHUNK];
        long looked = 0;
        // Not forced: after a crash it is of no use.
        try (SealedFile.Writer out = file.write()) {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                long now = read.addAndGet(n);
                if (now - looked > LOOK_AT_DISK) {
                    checkRoom(now, file.path());
                    looked = now;
                }
                out.write(buffer, 0, n);
            }
            if (told >= 0 && read.get() != told) {
                throw new IOException("the archive has " + read.get() + " bytes instead of " + told);
            }
            out.finish();
        }
    }

    private void checkRoom(long bytes, Path file) throws IOException {
        if (bytes > limits.largestDownload()) {
            throw new Refused("the archive is larger than largest-download (org.sallyport.ith.cfg)");
        }
        long ahead = length.get() > 0 ? Math.max(0, length.get() - read.get()) : 0;
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && Files.getFileStore(folder).getUsableSpace() - ahead < limits.minFree()) {
            throw new Refused("the disk has too little room for the archive (min-free, org.sallyport.ith.cfg)");
        }
    }
}
