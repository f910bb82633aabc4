package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.CipherOutputStream;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.cms.RecipientInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.operator.GenericKey;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.operator.jcajce.JceGenericKey;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/**
 * Originals as items of the Encrypted Attributes Sequence (0400,0500) (PS3.15 E.1.1, PS3.3 C.12.1.1.4.1). An item holds CMS enveloped-data (RFC 5652) in DER: a
 * data set in explicit VR little endian with the originals in the one item of its Modified Attributes Sequence (0400,0550), under AES-256 in CBC mode (RFC 3565),
 * the key transported by RSA as PKCS #1 v1.5 has it (RFC 3370, which PS3.15 asks for). All items that one of these makes have one content key, and an
 * initialization vector each; the same originals under the same vector give the same bytes. Immutable.
 */
final class EncryptedAttributes {

    /** Bytes of originals in one item. */
    static final long MOST_BYTES = 2L << 20;

    private static final int KEY_BYTES = 32;
    private static final int VECTOR_BYTES = 16;
    private static final long HEADER_BYTES = 12;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKey key;
    private final List<RecipientInfo> recipients;

    /** @param certificates of RSA keys */
    EncryptedAttributes(List<X509Certificate> certificates) throws IOException {
        this.key = new SecretKeySpec(random(KEY_BYTES), "AES");
        GenericKey transported = new JceGenericKey(new AlgorithmIdentifier(CMSAlgorithm.AES256_CBC), key);
        List<RecipientInfo> made = new ArrayList<>();
        try {
            for (X509Certificate certificate : certificates) {
                made.add(new JceKeyTransRecipientInfoGenerator(certificate).generate(transported));
            }
        } catch (GeneralSecurityException | CMSException e) {
            throw new IOException("a key cannot be encrypted for a recipient", e);
        }
        this.recipients = List.copyOf(made);
    }

    /** An initialization vector for one item. */
    static byte[] newVector() {
        return random(VECTOR_BYTES);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** As much of it as an item takes, the shortest first: what goes beyond {@link #MOST_BYTES}, or is not held in memory, is left out. */
    static DataSet fitting(DataSet originals) {
        List<Element> shortestFirst = new ArrayList<>(originals.elements());
        shortestFirst.sort(Comparator.comparingLong(EncryptedAttributes::length));
        DataSet fitting = new DataSet();
        long left = MOST_BYTES;
        for (Element element : shortestFirst) {
            left -= length(element);
            if (left >= 0) {
                fitting.put(element);
            }
        }
        return fitting;
    }

    private static long length(Element element) {
        if (element.value() instanceof Value.Bulk) {
            return MOST_BYTES + 1;
        }
        long length = HEADER_BYTES + element.bytes().length;
        if (element.value() instanceof Value.Fragments fragments) {
            for (byte[] fragment : fragments.fragments()) {
                length += HEADER_BYTES + fragment.length;
            }
        }
        for (DataSet item : element.items()) {
            length += HEADER_BYTES;
            for (Element inner : item.elements()) {
                length += length(inner);
            }
        }
        return length;
    }

    /**
     * @param vector made by {@link #newVector} for these originals alone
     * @return the item
     */
    DataSet encrypt(DataSet originals, byte[] vector) throws IOException {
        DataSet content = new DataSet();
        content.setItems(Tag.ModifiedAttributesSequence, originals);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(plain, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        writer.write(content);
        writer.finish();
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        recipients.forEach(recipient -> generator.addRecipientInfoGenerator(transported -> recipient));
        byte[] encrypted;
        try {
            encrypted = generator
                    .generate(new CMSProcessableByteArray(plain.toByteArray()), new ContentEncryptor(key, vector))
                    .toASN1Structure()
                    .getEncoded(ASN1Encoding.DER);
        } catch (CMSException e) {
            throw new IOException("originals cannot be encrypted", e);
        }
        DataSet item = new DataSet();
        item.setString(Tag.EncryptedContentTransferSyntaxUID, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid());
        item.put(Element.of(Tag.EncryptedContent, VR.OB, encrypted));
        return item;
    }

    private record ContentEncryptor(SecretKey key, byte[] vector) implements OutputEncryptor {

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return new AlgorithmIdentifier(CMSAlgorithm.AES256_CBC, new DEROctetString(vector));
        }

        @Override
        public OutputStream getOutputStream(OutputStream to) {
            try {
                Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
                cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(vector));
                return new CipherOutputStream(to, cipher);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has AES in CBC mode", e);
            }
        }

        @Override
        public GenericKey getKey() {
            return new JceGenericKey(getAlgorithmIdentifier(), key);
        }
    }
}
