package io.github.hwtasks.internal;

import io.github.hwtasks.Clock;
import io.github.hwtasks.Environment;
import io.github.hwtasks.RetryPolicy;
import io.github.hwtasks.credentials.CredentialsProvider;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;

/** How requests are sent: the options of a client and of a provider that concern HTTP. */
public final class HttpSetup {
    /** The version of this library, as the User-Agent names it. */
    public static final String VERSION = "0.1.0";

    private HttpClient client;
    private Environment environment;
    private String proxy;
    private String agentSuffix = "";
    private boolean allowPlainHttp;
    private Duration connectTimeout = Duration.ofSeconds(10);

    public void client(HttpClient given) {
        client = Objects.requireNonNull(given, "httpClient");
    }

    /** Sets the environment whose variables name proxies; null for that of this process. */
    public void environment(Environment given) {
        environment = given;
    }

    public void proxy(String url) {
        proxy = Objects.requireNonNull(url, "proxy");
    }

    public void agentSuffix(String suffix) {
        agentSuffix = Objects.requireNonNull(suffix, "userAgentSuffix");
    }

    public void allowPlainHttp() {
        allowPlainHttp = true;
    }

    public boolean isPlainHttpAllowed() {
        return allowPlainHttp;
    }

    public void connectTimeout(Duration timeout) {
        connectTimeout = timeout;
    }

    /** Makes the transport of requests without authorization. */
    public Transport transport(Clock clock, Duration attempt, Duration call, int bodyLimit) {
        return transport(null, clock, RetryPolicy.defaults(), new Transport.Limits(attempt, call, bodyLimit));
    }

    /** Makes a transport; without a provider its requests go without authorization. */
    public Transport transport(CredentialsProvider provider, Clock clock, RetryPolicy retry, Transport.Limits limits) {
        String agent = "hwtasks-java/" + VERSION;
        if (!agentSuffix.isEmpty()) {
            if (agentSuffix.chars().anyMatch(c -> c < ' ' || c > '~')) {
                throw Errors.invalidInput("the end of the user agent is not printable ASCII")
                        .build();
            }
            agent += " " + agentSuffix;
        }
        if (client != null) {
            if (proxy != null) {
                throw Errors.invalidInput("proxy does not apply to the client of httpClient: configure it there")
                        .build();
            }
            if (client.followRedirects() != HttpClient.Redirect.NEVER) {
                throw Errors.invalidInput("the client of httpClient follows redirects, which would carry the secrets to"
                                + " another host: set Redirect.NEVER")
                        .build();
            }
            return new Transport(provider, clock, retry, limits, new Http(client, null, false), agent);
        }
        Proxies proxies = proxy == null ? proxies() : Proxies.of(proxy);
        HttpClient made = builder(connectTimeout).proxy(proxies).build();
        return new Transport(
                provider, clock, retry, limits, new Http(made, proxies.isNone() ? null : proxies, true), agent);
    }

    /** Returns the proxies of the environment that was given, or else of this process. */
    private Proxies proxies() {
        return environment == null || environment == Environment.system()
                ? Proxies.system(Environment.system()::get)
                : Proxies.variables(environment::get);
    }

    /** Makes the transport of requests without authorization and without a proxy. */
    public static Transport direct(Clock clock, Duration attempt, Duration call, int bodyLimit) {
        HttpClient made = builder(attempt).proxy(HttpClient.Builder.NO_PROXY).build();
        Transport.Limits limits = new Transport.Limits(attempt, call, bodyLimit);
        String agent = "hwtasks-java/" + VERSION;
        return new Transport(null, clock, RetryPolicy.defaults(), limits, new Http(made, null, true), agent);
    }

    /**
     * A client that follows no redirects: one to another host would carry the secrets there. It reads responses in the
     * thread that receives them, which nothing here blocks.
     */
    private static HttpClient.Builder builder(Duration connectTimeout) {
        return HttpClient.newBuilder()
                .executor(Runnable::run)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout);
    }
}
