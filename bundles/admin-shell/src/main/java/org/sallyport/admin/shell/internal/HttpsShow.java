package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.http.HttpsPort;

/** https:show. */
@Service
@Command(scope = "https", name = "show", description = "Shows the HTTPS port and its certificate")
public final class HttpsShow extends GatewayCommand {

    @IfThere
    @Nullable
    HttpsPort https;

    @Override
    public @Nullable Object execute() throws Exception {
        print(need(https, "the HTTPS port").status(), json);
        return null;
    }

    static void print(HttpsPort.Status status, boolean json) throws Exception {
        Sheet sheet = new Sheet();
        sheet.put("port", status.port() == 0 ? "off (HTTPS_PORT)" : String.valueOf(status.port()));
        sheet.put("listening", status.listening());
        sheet.put("problem", status.problem());
        HttpsPort.Certificate certificate = status.certificate();
        if (certificate != null) {
            sheet.put("subject", certificate.subject());
            sheet.put("issuer", certificate.issuer());
            sheet.put("names", String.join(" ", certificate.names()));
            sheet.put("valid-from", certificate.notBefore());
            sheet.put("valid-to", certificate.notAfter());
            sheet.put("sha256", certificate.sha256());
            sheet.put("file", certificate.file());
        }
        sheet.print(System.out, json);
    }
}
