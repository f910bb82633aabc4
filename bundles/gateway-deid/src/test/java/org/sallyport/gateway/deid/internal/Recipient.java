package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientId;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;

/**
 * Who has a private key, and reads by it what is encrypted for him.
 *
 * @param certificate by which the key is looked for
 */
record Recipient(X509Certificate certificate, PrivateKey key) {

    /**
     * @param item of the Encrypted Attributes Sequence
     * @return the originals
     * @throws IOException if they are not encrypted for him, or his key is another one
     */
    DataSet read(DataSet item) throws IOException {
        byte[] content;
        try {
            RecipientInformation own = new CMSEnvelopedData(Objects.requireNonNull(item.get(Tag.EncryptedContent))
                            .bytes())
                    .getRecipientInfos()
                    .get(new JceKeyTransRecipientId(certificate));
            if (own == null) {
                throw new IOException("not encrypted for this recipient");
            }
            content = own.getContent(new JceKeyTransEnvelopedRecipient(key));
        } catch (CMSException | RuntimeException e) {
            // A wrong key fails in many ways.
            throw new IOException("cannot be decrypted", e);
        }
        TransferSyntax syntax = TransferSyntax.of(String.valueOf(item.string(Tag.EncryptedContentTransferSyntaxUID)))
                .orElseThrow();
        List<DataSet> originals = DataSetReader.readAll(new ByteArrayInputStream(content), syntax, Limits.DEFAULT)
                .items(Tag.ModifiedAttributesSequence);
        if (originals.size() != 1) {
            throw new IOException("the Modified Attributes Sequence has " + originals.size() + " items, and not one");
        }
        return originals.get(0);
    }
}
