package org.sallyport.gateway.store.internal;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.store.IndexException;

/** Receipts of a delivery's images as one value: lines of UID, tab and receipt, deflated (RFC 1950). One row, however many images: a row each would be slow. Pure. */
final class Receipts {

    private Receipts() {}

    /** As many as fit, from the first. */
    static byte[] encode(Map<String, String> receipts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new DeflaterOutputStream(bytes)) {
            long room = DeliveryQueue.MOST_RECEIPT_BYTES;
            for (Map.Entry<String, String> one : receipts.entrySet()) {
                byte[] line = (one.getKey()
                                + '\t'
                                + one.getValue().replace('\n', ' ').replace('\r', ' ')
                                + '\n')
                        .getBytes(StandardCharsets.UTF_8);
                room -= line.length;
                if (room < 0) {
                    break;
                }
                out.write(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return bytes.toByteArray();
    }

    /** @throws IndexException if these bytes are none of ours */
    static Map<String, String> decode(byte[] bytes) throws IndexException {
        Map<String, String> receipts = new LinkedHashMap<>();
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
            byte[] text = in.readNBytes(DeliveryQueue.MOST_RECEIPT_BYTES + 1);
            if (text.length > DeliveryQueue.MOST_RECEIPT_BYTES) {
                throw new IOException("more than " + DeliveryQueue.MOST_RECEIPT_BYTES + " bytes");
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(new ByteArrayInputStream(text), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int tab = line.indexOf('\t');
                if (tab < 1) {
                    throw new IOException("a line without a UID");
                }
                receipts.put(line.substring(0, tab), line.substring(tab + 1));
            }
        } catch (IOException e) {
            throw new IndexException("the receipts of a delivery are damaged", e);
        }
        return receipts;
    }
}
