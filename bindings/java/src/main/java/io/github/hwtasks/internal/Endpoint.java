package io.github.hwtasks.internal;

import io.github.hwtasks.Reason;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Checks endpoints, and makes URLs of them. */
public final class Endpoint {
    private Endpoint() {}

    /** Checks an endpoint, and returns it without trailing slashes and a default port. */
    public static String base(String endpoint, boolean allowPlainHttp) {
        // First, because the other messages show the endpoint, which here may contain a secret.
        if (endpoint.indexOf('@') >= 0) {
            throw refuse("an endpoint with a user name or password is refused").build();
        }
        if (endpoint.indexOf('?') >= 0 || endpoint.indexOf('#') >= 0) {
            throw refuse("an endpoint with a query or a fragment is refused").build();
        }
        String shown = "the endpoint " + Text.quote(endpoint);
        URI uri;
        try {
            uri = new URI(endpoint);
        } catch (URISyntaxException e) {
            throw refuse(shown + " is not a URL").build();
        }
        if (uri.getScheme() == null || uri.getHost() == null || uri.getHost().isEmpty()) {
            throw refuse(shown + " is not a URL").build();
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        if (scheme.equals("http") && !allowPlainHttp && !isLoopback(uri)) {
            throw refuse(shown + " is plain http: use https")
                    .help("or allowPlainHttp() of the builder, to send credentials in the clear")
                    .build();
        }
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw refuse(shown + " is not a URL of https").build();
        }
        String path = uri.toASCIIString().contains("%") ? "%" : uri.getRawPath();
        if (path.indexOf('%') >= 0) {
            throw refuse(shown + " has a percent-encoded path").build();
        }
        if (uri.getPort() > 65535) {
            throw refuse(shown + " is not a URL").build();
        }
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        // The published Kafka document has the version in its server URL; this client has it in its paths.
        if (path.endsWith("/v2") || path.endsWith("/v1.0")) {
            throw refuse(shown + " ends in the version of the API, which the client adds: leave it out")
                    .build();
        }
        int port = uri.getPort();
        boolean isDefault = port < 0 || port == (scheme.equals("http") ? 80 : 443);
        return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + (isDefault ? "" : ":" + port) + path;
    }

    private static ErrorBuilder refuse(String message) {
        return Errors.invalidInput(message).reason(Reason.INVALID_URL);
    }

    /** Returns the URL of a path with a query, percent-encoded, below an endpoint. */
    public static String join(String base, String target) {
        return base + target;
    }

    /** Reports whether the host of a URL is this machine, which needs no proxy and no TLS. */
    static boolean isLoopback(URI uri) {
        String host = uri.getHost();
        if (host == null) {
            return false;
        }
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        InetAddress address = Addresses.parse(host);
        return address != null && address.isLoopbackAddress();
    }
}
