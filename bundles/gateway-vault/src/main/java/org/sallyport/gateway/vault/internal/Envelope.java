package org.sallyport.gateway.vault.internal;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedDataParser;
import org.bouncycastle.cms.CMSEnvelopedDataStreamGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.jspecify.annotations.Nullable;

/**
 * CMS enveloped-data (RFC 5652 6), read and written a piece at a time: AES-256 in CBC mode, the key transported by RSA as PKCS #1 v1.5 has it. It hides the content;
 * that nobody has changed it the content has to show by itself.
 */
final class Envelope {

    private static final int PIECE = 64 * 1024;

    private Envelope() {}

    /** @return takes the content; complete when it is closed, which leaves the stream below open */
    static OutputStream seal(List<X509Certificate> recipients, OutputStream to) throws IOException {
        CMSEnvelopedDataStreamGenerator generator = new CMSEnvelopedDataStreamGenerator();
        generator.setBufferSize(PIECE);
        try {
            for (X509Certificate recipient : recipients) {
                generator.addRecipientInfoGenerator(new JceKeyTransRecipientInfoGenerator(recipient));
            }
            return generator.open(to, new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC).build());
        } catch (GeneralSecurityException | CMSException e) {
            throw new IOException("nothing can be encrypted for the recipients", e);
        }
    }

    /**
     * @return the content; reading it fails where it is cut off or cannot be decrypted
     * @throws IOException if it is no such file, or not for that key
     */
    static InputStream open(InputStream from, PrivateKey key) throws IOException {
        try {
            CMSEnvelopedDataParser parser = new CMSEnvelopedDataParser(from);
            // A key alone does not tell which recipient's it is.
            for (RecipientInformation recipient : parser.getRecipientInfos().getRecipients()) {
                InputStream content = open(recipient, key);
                if (content != null) {
                    return new Content(content);
                }
            }
        } catch (CMSException | IOException | RuntimeException e) {
            throw new IOException("it is no CMS enveloped-data, or damaged", e);
        }
        throw new IOException("it is not encrypted for this key");
    }

    private static @Nullable InputStream open(RecipientInformation recipient, PrivateKey key) throws IOException {
        try {
            return recipient
                    .getContentStream(new JceKeyTransEnvelopedRecipient(key))
                    .getContentStream();
        } catch (CMSException | RuntimeException e) {
            // Somebody else's: a wrong key fails in many ways.
            return null;
        }
    }

    /** The decoder throws whatever it comes upon. */
    private static final class Content extends FilterInputStream {

        Content(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            try {
                return super.read(to, offset, length);
            } catch (RuntimeException e) {
                throw new IOException("it is damaged", e);
            }
        }
    }
}
