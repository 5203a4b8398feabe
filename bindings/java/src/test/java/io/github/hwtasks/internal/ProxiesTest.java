package io.github.hwtasks.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.hwtasks.InvalidInputException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which proxy a request takes. */
final class ProxiesTest {
    private static final String PROXY = "http://proxy.example:3128";

    private static String proxy(Map<String, String> variables, String url) {
        return shown(Proxies.variables(name -> variables.getOrDefault(name, "")), url);
    }

    private static String shown(Proxies proxies, String url) {
        Proxy proxy = proxies.select(URI.create(url)).get(0);
        if (proxy.type() == Proxy.Type.DIRECT) {
            return "direct";
        }
        InetSocketAddress address = (InetSocketAddress) proxy.address();
        return address.getHostString() + ":" + address.getPort();
    }

    @Test
    void variables_of_the_scheme_select_the_proxy() {
        Map<String, String> both = Map.of("HTTPS_PROXY", PROXY, "http_proxy", "plain.example");
        assertEquals("proxy.example:3128", proxy(both, "https://dms.example/"));
        assertEquals("plain.example:80", proxy(both, "http://dms.example/"));
        assertEquals("proxy.example:3128", proxy(Map.of("all_proxy", PROXY), "https://dms.example/"));
        assertEquals("direct", proxy(Map.of("HTTPS_PROXY", ""), "https://dms.example/"));
        // The header Proxy of a request to a CGI program.
        Map<String, String> cgi = Map.of("HTTP_PROXY", PROXY, "REQUEST_METHOD", "GET");
        assertEquals("direct", proxy(cgi, "http://dms.example/"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "* https://10.0.0.1/ direct",
                "localhost,* https://10.0.0.1/ direct",
                "[fd00::1] https://[fd00::1]/ direct",
                "fd00::1 https://[fd00::1]:8443/ direct",
                "[fd00::1]:8443 https://[fd00::1]/ proxy",
                "10.0.0.0/8 https://10.1.2.3/ direct",
                "10.0.0.0/8 https://11.1.2.3/ proxy",
                "example.com https://a.example.com/ direct",
                ".example.com https://example.com/ direct",
                "*.example.com https://a.example.com/ direct",
                "example.com https://badexample.com/ proxy",
                "a.example:8443 https://a.example:8443/ direct",
                "a.example:8443 https://a.example/ proxy",
                "A.Example https://a.EXAMPLE/ direct",
                "none https://localhost/ direct",
                "none https://127.0.0.9/ direct",
                "none https://[::1]/ direct",
            })
    void exceptions_are_direct(String exceptions, String url, String expected) {
        Map<String, String> variables = Map.of("HTTPS_PROXY", PROXY, "NO_PROXY", exceptions);
        String wanted = expected.equals("proxy") ? "proxy.example:3128" : expected;
        assertEquals(wanted, proxy(variables, url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://proxy.example\n", " http://proxy.example", "'http://proxy.example'", "ftp://proxy.example",
                "http:/proxy.example", "http://", "http://proxy.example:99999", "socks5://proxy.example"
            })
    void invalid_variable_is_named_and_its_value_is_not_shown(String value) {
        Map<String, String> variables = new HashMap<>(Map.of("HTTPS_PROXY", value));
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> proxy(variables, "https://dms.example/"));
        assertEquals("direct", proxy(variables, "http://dms.example/"));
        assertTrue(e.getMessage().contains("HTTPS_PROXY"), e.getMessage());
    }

    @Test
    void given_proxy_is_for_all_requests() {
        assertEquals("proxy.example:3128", shown(Proxies.of(PROXY), "http://127.0.0.1:8080/"));
    }

    @Test
    void proxy_of_https_is_refused_where_it_is_needed() {
        Proxies proxies = Proxies.variables(name -> name.equals("HTTPS_PROXY") ? "https://proxy.example" : "");
        assertNull(proxies.authorization(URI.create("http://dms.example/")));
        for (var refused : List.<Executable>of(
                () -> proxies.authorization(URI.create("https://dms.example/")),
                () -> Proxies.of("https://user:SECRET@proxy.example"))) {
            InvalidInputException e = assertThrows(InvalidInputException.class, refused);
            assertTrue(e.getMessage().contains("by http alone"), e.getMessage());
            assertFalse(e.getMessage().contains("SECRET"), e.getMessage());
        }
    }

    @Test
    void number_that_is_no_address_is_a_name() {
        assertNull(Addresses.parse("256.1.1.1"));
        assertNull(Addresses.parse("1.1.1.1."));
        assertEquals("/255.0.10.99", String.valueOf(Addresses.parse("255.0.10.99")));
        assertEquals("/0:0:0:0:0:0:0:1", String.valueOf(Addresses.parse("[::1]")));
    }

    @Test
    void password_is_sent_where_java_sends_it() {
        Proxies proxies = Proxies.of("http://user:p%40ss@proxy.example");
        assertEquals("Basic dXNlcjpwQHNz", proxies.authorization(URI.create("http://dms.example/")));
        InvalidInputException e = assertThrows(
                InvalidInputException.class, () -> proxies.authorization(URI.create("https://dms.example/")));
        assertTrue(e.getMessage().contains("disabledSchemes"), e.getMessage());
        assertNull(Proxies.of(PROXY).authorization(URI.create("http://dms.example/")));
    }
}
