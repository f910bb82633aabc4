package org.sallyport.gateway.testkit;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What is printed while a test runs, as loggers of tests do; it is printed all the same. Begun and ended by the test's thread; what is printed by any is
 * guarded by {@code kept}.
 */
final class Printed {

    private static final int MOST = 16 << 20;

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;

    void begin() {
        System.setOut(both(out));
        System.setErr(both(err));
    }

    void end() {
        System.setOut(out);
        System.setErr(err);
    }

    byte[] bytes() {
        synchronized (kept) {
            return kept.toByteArray();
        }
    }

    private PrintStream both(PrintStream before) {
        return new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        write(new byte[] {(byte) b}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) {
                        before.write(bytes, offset, length);
                        synchronized (kept) {
                            if (kept.size() < MOST) {
                                kept.write(bytes, offset, length);
                            }
                        }
                    }

                    @Override
                    public void flush() {
                        before.flush();
                    }
                },
                true,
                StandardCharsets.UTF_8);
    }
}
