package org.sallyport.gateway.support.http;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Proxy;
import java.net.Socket;

/**
 * A socket on which a server is heard that answers before it has read the whole request and closes at once. What it did not read makes the close a
 * reset, so that the next write fails although the reply has arrived: such a failure is passed over, and the one who writes finds the reply.
 */
final class HearingSocket extends Socket {

    HearingSocket(Proxy proxy) {
        super(proxy);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        InputStream in = getInputStream();
        return new FilterOutputStream(super.getOutputStream()) {

            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    out.write(bytes, offset, length);
                } catch (IOException e) {
                    if (isClosed() || in.available() == 0) {
                        throw e;
                    }
                }
            }
        };
    }
}
