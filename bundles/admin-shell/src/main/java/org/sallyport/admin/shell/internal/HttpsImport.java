package org.sallyport.admin.shell.internal;

import java.nio.file.Path;
import java.util.Arrays;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.http.HttpsPort;

/** https:import. */
@Service
@Command(
        scope = "https",
        name = "import",
        description = "Takes key and certificate for HTTPS over from files (PEM or PKCS#12), in use at once")
public final class HttpsImport extends ChangingCommand {

    @IfThere
    @Nullable
    HttpsPort https;

    @Option(name = "--key", description = "File with the key (PEM); not given = in the file of the certificate")
    @Nullable
    String key;

    @Option(
            name = "--passphrase-file",
            description =
                    "File whose first line is the passphrase of the key; never given here, where it would be seen")
    @Nullable
    String passphraseFile;

    @Argument(
            index = 0,
            name = "certificate",
            required = true,
            description = "File with the certificate and those that signed it; paths are of the gateway's machine")
    String certificate = "";

    @Override
    public @Nullable Object execute() throws Exception {
        HttpsPort port = need(https, "the HTTPS port");
        char[] passphrase = PassphraseFile.read(passphraseFile);
        try {
            change("https.import", Path.of(certificate).getFileName().toString(), () -> {
                port.take(Path.of(certificate), key == null ? null : Path.of(key), passphrase);
                return "taken over; the files are not needed any more:";
            });
        } finally {
            Arrays.fill(passphrase, ' ');
        }
        if (!json) {
            HttpsShow.print(port.status(), false);
        }
        return null;
    }
}
