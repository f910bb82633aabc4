package org.sallyport.gateway.support.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/** Counts what is sent, for the thread that waits. */
final class CountedEntity extends HttpEntityWrapper {

    private final AtomicLong sent;

    CountedEntity(HttpEntity entity, AtomicLong sent) {
        super(entity);
        this.sent = sent;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        super.writeTo(new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                this.out.write(bytes, offset, length);
                sent.addAndGet(length);
            }

            @Override
            public void write(int b) throws IOException {
                this.out.write(b);
                sent.incrementAndGet();
            }
        });
    }
}
