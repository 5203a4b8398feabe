package io.github.hwtasks.internal;

import io.github.hwtasks.HwtasksException;
import io.github.hwtasks.Reason;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Selects the proxy of a request. This machine needs none, unless one was given for all requests. */
final class Proxies extends ProxySelector {
    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);
    private static final Pattern SEPARATORS = Pattern.compile("(?U)[,\\s]+");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+");

    /** The proxy of a variable, or the failure of the calls that need it. */
    private record Named(Target target, HwtasksException failure) {}

    /** A proxy: a scheme, a user with a password, which may be null, a host, and a port, which may be -1. */
    private record Target(String scheme, String user, String host, int port) {
        String url() {
            return scheme + "://" + (user == null ? "" : user + "@") + host + (port < 0 ? "" : ":" + port);
        }

        Proxy proxy() {
            var address = InetSocketAddress.createUnresolved(bare(host), port < 0 ? 80 : port);
            return new Proxy(Proxy.Type.HTTP, address);
        }

        String authorization() {
            if (user == null) {
                return null;
            }
            String decoded = URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8);
            byte[] bytes = (decoded.indexOf(':') < 0 ? decoded + ":" : decoded).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(bytes);
        }
    }

    /** Why a text names no proxy. It shows no part of the text, which may have a password. */
    private static final class Flaw extends Exception {
        private static final long serialVersionUID = 1L;

        Flaw(String why) {
            super(why, null, false, false);
        }
    }

    private final Named plain;
    private final Named secure;
    private final Exclusions excluded;
    /** Whether the proxy was given for all requests. */
    private final boolean isForAll;
    /** The selector of Java's own properties; null where they name no proxy. */
    private final ProxySelector properties;

    private Proxies(Named plain, Named secure, Exclusions excluded, boolean isForAll, ProxySelector properties) {
        this.plain = plain;
        this.secure = secure;
        this.excluded = excluded;
        this.isForAll = isForAll;
        this.properties = properties;
    }

    /** Returns the given proxy for all requests. The URL may contain a password, so no message shows it. */
    static Proxies of(String url) {
        try {
            var named = new Named(usable(parse(url)), null);
            return new Proxies(named, named, Exclusions.none(), true, null);
        } catch (Flaw e) {
            throw failure("the URL of the proxy " + e.getMessage(), "give a URL such as http://proxy.example:3128");
        }
    }

    /** Reports whether no request uses a proxy. */
    boolean isNone() {
        return plain == null && secure == null && properties == null;
    }

    /** Returns the proxies of the properties of Java, such as https.proxyHost, or else those of the variables. */
    static Proxies system(Function<String, String> variables) {
        for (String property : new String[] {"http.proxyHost", "https.proxyHost", "java.net.useSystemProxies"}) {
            if (!System.getProperty(property, "").isEmpty()) {
                return new Proxies(null, null, Exclusions.none(), false, ProxySelector.getDefault());
            }
        }
        return variables(variables);
    }

    /**
     * Returns the proxies of the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in either case. A variable that
     * is invalid fails the calls that need it.
     */
    static Proxies variables(Function<String, String> variables) {
        // A CGI program has the header Proxy of its request in HTTP_PROXY.
        var isCgi = !variables.apply("REQUEST_METHOD").isEmpty();
        var all = List.of("ALL_PROXY", "all_proxy");
        var plain = new ArrayList<>(isCgi ? List.of("http_proxy") : List.of("HTTP_PROXY", "http_proxy"));
        var secure = new ArrayList<>(List.of("HTTPS_PROXY", "https_proxy"));
        plain.addAll(all);
        secure.addAll(all);
        String list = variables.apply("NO_PROXY");
        var excluded = Exclusions.of(list.isEmpty() ? variables.apply("no_proxy") : list);
        return new Proxies(first(variables, plain), first(variables, secure), excluded, false, null);
    }

    /** Returns the URL of the proxy that variables name for a URL; null for none. */
    static String find(Map<String, String> variables, URI uri) {
        var target = variables(name -> variables.getOrDefault(name, "")).target(uri);
        return target == null ? null : target.url();
    }

    /** Returns the proxy of the first variable that is set; null if none is. */
    private static Named first(Function<String, String> variables, List<String> names) {
        for (String name : names) {
            String value = variables.apply(name);
            if (!value.isEmpty()) {
                try {
                    return new Named(parse(value), null);
                } catch (Flaw e) {
                    return new Named(null, invalid(name, e));
                }
            }
        }
        return null;
    }

    private static HwtasksException invalid(String variable, Flaw flaw) {
        return failure(
                variable + ": the URL of the proxy " + flaw.getMessage(),
                "set it to a URL such as http://proxy.example:3128");
    }

    private static HwtasksException failure(String summary, String help) {
        return Errors.invalidInput(summary)
                .reason(Reason.INVALID_URL)
                .help(help)
                .build();
    }

    private static Target parse(String value) throws Flaw {
        String odd = Checks.oddCharacter(value, true);
        if (odd != null) {
            throw new Flaw("has " + odd);
        }
        int end = value.indexOf("://");
        String scheme = end < 0 ? "http" : value.substring(0, end).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new Flaw("has a scheme other than http and https");
        }
        String authority = end < 0 ? value : value.substring(end + 3);
        if (authority.endsWith("/")) {
            authority = authority.substring(0, authority.length() - 1);
        }
        int at = authority.lastIndexOf('@');
        String user = at < 0 ? null : authority.substring(0, at);
        var place = Place.of(authority.substring(at + 1));
        if (authority.chars().anyMatch(c -> "/?#".indexOf(c) >= 0) || place == null || !isHost(place.host())) {
            throw new Flaw("is not a host with a port, after the scheme");
        }
        try {
            var target = new Target(scheme, user, place.host(), place.port());
            target.authorization();
            return target;
        } catch (IllegalArgumentException e) {
            throw new Flaw("has a user name that is not percent-encoded");
        }
    }

    /** Java connects to a proxy by http alone. */
    private static Target usable(Target target) throws Flaw {
        if (target.scheme().equals("https")) {
            throw new Flaw("has the scheme https, and Java connects to a proxy by http alone");
        }
        return target;
    }

    private static boolean isHost(String host) {
        if (host.startsWith("[") && host.endsWith("]")) {
            return Addresses.parse(host) instanceof Inet6Address;
        }
        return HOST.matcher(host).matches();
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public List<Proxy> select(URI uri) {
        if (properties != null && !Endpoint.isLoopback(uri)) {
            return properties.select(uri);
        }
        Target target = target(uri);
        return target == null ? DIRECT : List.of(target.proxy());
    }

    /** Checks the proxy of a request, and returns the header Proxy-Authorization for it; null for none. */
    String authorization(URI uri) {
        Target target = target(uri);
        if (target == null) {
            return null;
        }
        try {
            usable(target);
        } catch (Flaw e) {
            throw failure("the URL of the proxy " + e.getMessage(), "use a proxy such as http://proxy.example:3128");
        }
        boolean isTunnel = "https".equals(uri.getScheme());
        String disabled = System.getProperty("jdk.http.auth.tunneling.disabledSchemes", "Basic");
        if (target.user() != null
                && isTunnel
                && disabled.toLowerCase(Locale.ROOT).contains("basic")) {
            throw Errors.invalidInput("Java sends no password to a proxy for https")
                    .help("start it with -Djdk.http.auth.tunneling.disabledSchemes=, or use a proxy without a password")
                    .build();
        }
        return target.authorization();
    }

    /** Returns the proxy of a URL, null for none, or fails as the variable that should name it. */
    private Target target(URI uri) {
        var named = "https".equalsIgnoreCase(uri.getScheme()) ? secure : plain;
        if (named == null || isForAll) {
            return named == null ? null : named.target();
        }
        if (Endpoint.isLoopback(uri) || excluded.hasAll()) {
            return null;
        }
        if (named.failure() != null) {
            throw Errors.copy(named.failure()).build();
        }
        return excluded.has(uri) ? null : named.target();
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        if (properties != null) {
            properties.connectFailed(uri, address, e);
        }
    }

    /** A host, and a port, which is -1 where none is written. */
    private record Place(String host, int port) {
        /** Reads a host with a port; null if the port is none. A colon in brackets begins no port. */
        static Place of(String text) {
            int colon = text.lastIndexOf(':');
            if (colon < 0 || text.indexOf(']', colon) >= 0) {
                return new Place(text, -1);
            }
            String digits = text.substring(colon + 1);
            int port = Text.isDigits(digits) && digits.length() <= 5 ? Integer.parseInt(digits) : 0;
            return port < 1 || port > 65535 ? null : new Place(text.substring(0, colon), port);
        }
    }

    /** The hosts that use no proxy. */
    private record Exclusions(boolean hasAll, List<Exclusion> entries) {
        static Exclusions none() {
            return new Exclusions(false, List.of());
        }

        /** Reads a list. An entry that is no host, address or network is ignored. */
        static Exclusions of(String list) {
            var hasAll = false;
            var entries = new ArrayList<Exclusion>();
            for (String text : SEPARATORS.split(list)) {
                var entry = Exclusion.of(text);
                hasAll = hasAll || text.equals("*");
                if (entry != null) {
                    entries.add(entry);
                }
            }
            return new Exclusions(hasAll, List.copyOf(entries));
        }

        boolean has(URI uri) {
            int port = uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
            String host = uri.getHost().toLowerCase(Locale.ROOT);
            host = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
            InetAddress address = Addresses.parse(host);
            for (var entry : entries) {
                if ((entry.port() < 0 || entry.port() == port) && entry.has(host, address)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** An address or a network, or else a domain, and the port that it is limited to, or -1. */
    private record Exclusion(String network, String domain, int port) {
        static Exclusion of(String text) {
            if (Addresses.isNetwork(text)) {
                return new Exclusion(text, null, -1);
            }
            var place = Place.of(text);
            if (place == null) {
                return null;
            }
            if (Addresses.isNetwork(place.host())) {
                return new Exclusion(place.host(), null, place.port());
            }
            String domain = place.host().startsWith("*") ? place.host().substring(1) : place.host();
            domain = domain.replaceAll("^\\.+|\\.+$", "").toLowerCase(Locale.ROOT);
            return domain.isEmpty() || domain.indexOf('/') >= 0 ? null : new Exclusion(null, domain, place.port());
        }

        boolean has(String host, InetAddress address) {
            if (address != null) {
                return network != null && Addresses.isIn(address, network);
            }
            return domain != null && (host.equals(domain) || host.endsWith("." + domain));
        }
    }
}
