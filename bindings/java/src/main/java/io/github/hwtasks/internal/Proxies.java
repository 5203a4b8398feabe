package io.github.hwtasks.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Selects the proxy of a request. This machine needs none, unless one was given for all requests. */
final class Proxies extends ProxySelector {
    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);
    private static final Pattern SCHEME = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*:/");

    /** A proxy, and the header Proxy-Authorization for it; null for none. */
    private record Target(Proxy proxy, String authorization) {}

    private final Target plain;
    private final Target secure;
    private final String[] exceptions;
    private final boolean isForAll;
    private final ProxySelector fallback;

    private Proxies(Target plain, Target secure, String[] exceptions, boolean isForAll, ProxySelector fallback) {
        this.plain = plain;
        this.secure = secure;
        this.exceptions = exceptions;
        this.isForAll = isForAll;
        this.fallback = fallback;
    }

    /** Returns the given proxy for all requests. The URL may contain a password, so no message shows it. */
    static Proxies of(String url) {
        Target target = parse(url);
        if (target == null) {
            throw Errors.invalidInput("the proxy is not a URL of http, such as http://proxy.example:3128")
                    .build();
        }
        return new Proxies(target, target, new String[0], true, null);
    }

    /**
     * Returns the proxies of the system: those of the properties of Java, such as https.proxyHost, or else those of the
     * variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in either case.
     */
    static Proxies system(Map<String, String> variables) {
        for (String property : new String[] {"http.proxyHost", "https.proxyHost", "java.net.useSystemProxies"}) {
            if (!System.getProperty(property, "").isEmpty()) {
                return new Proxies(null, null, new String[0], false, ProxySelector.getDefault());
            }
        }
        Target any = read(variables, "ALL_PROXY");
        Target secure = read(variables, "HTTPS_PROXY");
        // A CGI program has the header Proxy of its request in HTTP_PROXY.
        String name = variables.containsKey("REQUEST_METHOD") ? "http_proxy" : "HTTP_PROXY";
        Target plain = read(variables, name);
        String none = value(variables, "NO_PROXY");
        return new Proxies(
                plain != null ? plain : any,
                secure != null ? secure : any,
                none.isBlank() ? new String[0] : none.toLowerCase(Locale.ROOT).split(","),
                false,
                null);
    }

    private static String value(Map<String, String> variables, String name) {
        String value = variables.getOrDefault(name, "");
        return value.isEmpty() ? variables.getOrDefault(name.toLowerCase(Locale.ROOT), "") : value;
    }

    private static Target read(Map<String, String> variables, String name) {
        String value = value(variables, name);
        if (value.isEmpty()) {
            return null;
        }
        Target target = parse(SCHEME.matcher(value).find() ? value : "http://" + value);
        if (target == null) {
            throw Errors.invalidInput(
                            "the proxy in " + name + " is not a URL of http, such as http://proxy.example:3128")
                    .help("fix the variable, or unset it")
                    .build();
        }
        return target;
    }

    private static Target parse(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return null;
        }
        if (!"http".equalsIgnoreCase(uri.getScheme())
                || uri.getHost() == null
                || uri.getHost().isEmpty()) {
            return null;
        }
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        if (port > 65535 || port == 0) {
            return null;
        }
        Proxy proxy = new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(bare(uri.getHost()), port));
        String user = uri.getRawUserInfo();
        if (user == null) {
            return new Target(proxy, null);
        }
        String decoded = URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8);
        byte[] bytes = (decoded.indexOf(':') < 0 ? decoded + ":" : decoded).getBytes(StandardCharsets.UTF_8);
        return new Target(proxy, "Basic " + Base64.getEncoder().encodeToString(bytes));
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public List<Proxy> select(URI uri) {
        if (fallback != null && !Endpoint.isLoopback(uri)) {
            return fallback.select(uri);
        }
        Target target = target(uri);
        return target == null ? DIRECT : List.of(target.proxy());
    }

    /** Returns the header Proxy-Authorization of a request; null for none. */
    String authorization(URI uri) {
        Target target = target(uri);
        if (target == null || target.authorization() == null) {
            return null;
        }
        boolean isTunnel = "https".equals(uri.getScheme());
        String disabled = System.getProperty("jdk.http.auth.tunneling.disabledSchemes", "Basic");
        if (isTunnel && disabled.toLowerCase(Locale.ROOT).contains("basic")) {
            throw Errors.invalidInput("Java sends no password to a proxy for https")
                    .help("start it with -Djdk.http.auth.tunneling.disabledSchemes=, or use a proxy without a password")
                    .build();
        }
        return target.authorization();
    }

    private Target target(URI uri) {
        Target target = "https".equalsIgnoreCase(uri.getScheme()) ? secure : plain;
        if (target == null || isForAll) {
            return target;
        }
        return Endpoint.isLoopback(uri) || isException(uri) ? null : target;
    }

    private boolean isException(URI uri) {
        String host = bare(uri.getHost()).toLowerCase(Locale.ROOT);
        int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
        InetAddress address = Addresses.parse(host);
        for (String given : exceptions) {
            if (isException(given.strip(), host, port, address)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isException(String given, String host, int port, InetAddress address) {
        if (given.isEmpty() || given.equals("*")) {
            return given.equals("*");
        }
        if (address != null && given.indexOf('/') >= 0) {
            return Addresses.isIn(address, given);
        }
        String name = given;
        int colon = name.lastIndexOf(':');
        boolean isBareV6 = name.indexOf(':') != colon && !name.startsWith("[");
        if (colon > name.lastIndexOf(']') && !isBareV6) {
            if (!name.substring(colon + 1).equals(Integer.toString(port))) {
                return false;
            }
            name = name.substring(0, colon);
        }
        if (address != null) {
            return address.equals(Addresses.parse(name));
        }
        name = name.startsWith("*.") ? name.substring(1) : name;
        return name.startsWith(".") ? host.endsWith(name) : host.equals(name) || host.endsWith("." + name);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        if (fallback != null) {
            fallback.connectFailed(uri, address, e);
        }
    }
}
