package org.sallyport.gateway.support.http;

import java.net.Proxy;
import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.impl.io.MonitoringResponseOutOfOrderStrategy;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Apache HttpClient as it has to be set to hear early replies and to follow nothing by itself. */
final class HearingClient {

    private static final int MOST_CONNECTIONS = 20;

    /** Bytes. With TLS each look for an early reply takes a millisecond. */
    private static final long LISTEN_EVERY = 256 << 10;

    private HearingClient() {}

    static CloseableHttpClient open(Duration connect, Duration readTimeout, @Nullable Supplier<SSLContext> tls) {
        Timeout read = Timeout.of(readTimeout);
        PoolingHttpClientConnectionManagerBuilder connections = new Connections()
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .responseOutOfOrderStrategy(
                                new MonitoringResponseOutOfOrderStrategy(LISTEN_EVERY, Long.MAX_VALUE))
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(connect))
                        .setSocketTimeout(read)
                        .build())
                .setMaxConnTotal(MOST_CONNECTIONS)
                .setMaxConnPerRoute(MOST_CONNECTIONS);
        if (tls != null) {
            connections.setTlsSocketStrategy((socket, target, port, attachment, context) ->
                    new DefaultClientTlsStrategy(tls.get()).upgrade(socket, target, port, attachment, context));
        }
        return HttpClients.custom()
                .setConnectionManager(connections.build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(read)
                        .setConnectionRequestTimeout(Timeout.of(connect))
                        .build())
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .setUserAgent("Sallyport")
                .build();
    }

    private static final class Connections extends PoolingHttpClientConnectionManagerBuilder {

        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                SchemePortResolver schemePortResolver, DnsResolver dnsResolver, TlsSocketStrategy tlsSocketStrategy) {
            return new DefaultHttpClientConnectionOperator(
                    proxy -> new HearingSocket(proxy == null ? Proxy.NO_PROXY : proxy),
                    schemePortResolver,
                    dnsResolver,
                    RegistryBuilder.<TlsSocketStrategy>create()
                            .register("https", tlsSocketStrategy)
                            .build());
        }
    }
}
