package hwtasks

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// cgiVariable is set for a CGI program, whose HTTP_PROXY is the header Proxy of a request.
const cgiVariable = "REQUEST_METHOD"

// proxies are the proxies that environment variables name, and the hosts that use none.
type proxies struct {
	https, http *variableProxy
	excludesAll bool
	excluded    []exclusion
}

// variableProxy is the proxy of a variable, or the error that names it.
type variableProxy struct {
	url *url.URL
	err *Error
}

// exclusion is an entry of NO_PROXY: a network, or a domain.
type exclusion struct {
	network netip.Prefix
	domain  string
	port    string
}

// newProxies reads the variables. The error of an invalid one is kept until a URL needs it.
func newProxies(environment *Environment) *proxies {
	all := []string{"ALL_PROXY", "all_proxy"}
	plain := []string{"HTTP_PROXY", "http_proxy"}
	if environment.lookup(cgiVariable) != "" {
		plain = plain[1:]
	}
	p := &proxies{
		https: firstProxy(environment, append([]string{"HTTPS_PROXY", "https_proxy"}, all...)),
		http:  firstProxy(environment, append(plain, all...)),
	}
	list := environment.lookup("NO_PROXY")
	if list == "" {
		list = environment.lookup("no_proxy")
	}
	for _, entry := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		if entry == "*" {
			p.excludesAll = true
		} else if e, ok := parseExclusion(entry); ok {
			p.excluded = append(p.excluded, e)
		}
	}
	return p
}

func firstProxy(environment *Environment, names []string) *variableProxy {
	for _, name := range names {
		value, err := environment.get(name)
		if err != nil {
			return &variableProxy{err: invalidInput("%s", err)}
		}
		if value == "" {
			continue
		}
		u, flaw := parseProxy(value)
		if flaw != "" {
			return &variableProxy{err: invalidInput("%s: the URL of the proxy %s", name, flaw).withReason(ReasonInvalidURL).
				withHelp("set it to a URL such as http://proxy.example:3128")}
		}
		return &variableProxy{url: u}
	}
	return nil
}

// of returns the proxy of a URL, nil for none, or the error of the variable that should name it.
func (p *proxies) of(u *url.URL) (*url.URL, *Error) {
	if isLoopback(u) || p.excludesAll {
		return nil, nil
	}
	proxy := p.http
	if u.Scheme == "https" {
		proxy = p.https
	}
	switch {
	case proxy == nil:
		return nil, nil
	case proxy.err != nil:
		return nil, proxy.err
	case slices.ContainsFunc(p.excluded, func(e exclusion) bool { return e.has(u) }):
		return nil, nil
	}
	return proxy.url, nil
}

// forRequest is as of, for [http.Transport].
func (p *proxies) forRequest(request *http.Request) (*url.URL, error) {
	u, err := p.of(request.URL)
	if err != nil {
		return nil, err
	}
	return u, nil
}

func (e exclusion) has(u *url.URL) bool {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	if e.port != "" && e.port != port {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if address, err := netip.ParseAddr(host); err == nil {
		return e.network.IsValid() && e.network.Contains(address)
	}
	return e.domain != "" && (host == e.domain || strings.HasSuffix(host, "."+e.domain))
}

// parseProxy returns the URL of a proxy, or what is wrong with it. Neither shows a part of the value, which
// may have a password.
func parseProxy(value string) (*url.URL, string) {
	if odd := oddCharacter(value, true); odd != "" {
		return nil, "has " + odd
	}
	scheme, rest, found := strings.Cut(value, "://")
	if !found {
		scheme, rest = "http", value
	}
	scheme = strings.ToLower(scheme)
	if !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, scheme) {
		return nil, "has a scheme other than http, https and socks5"
	}
	authority := strings.TrimSuffix(rest, "/")
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	u, err := url.Parse(scheme + "://" + authority)
	if err != nil || strings.ContainsAny(authority, "/?#") || !isHostAndPort(host) {
		return nil, "is not a host with a port, after the scheme"
	}
	return u, ""
}

func isHostAndPort(text string) bool {
	host, port, hasPort := cutPort(text)
	if hasPort && !isPort(port) {
		return false
	}
	if v6, ok := strings.CutPrefix(host, "["); ok {
		v6, ok = strings.CutSuffix(v6, "]")
		address, err := netip.ParseAddr(v6)
		return ok && err == nil && address.Is6()
	}
	isOdd := func(r rune) bool { return !isASCIIAlphanumeric(r) && !strings.ContainsRune(".-_", r) }
	return host != "" && strings.IndexFunc(host, isOdd) < 0
}

func isASCIIAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// cutPort cuts host:port; a colon in brackets begins no port.
func cutPort(text string) (host, port string, found bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 || strings.Contains(text[i:], "]") {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0 && isDigits(text)
}

// parseExclusion reads an entry of NO_PROXY; false for one that is no host, address or network.
func parseExclusion(entry string) (exclusion, bool) {
	if network, ok := parseNetwork(entry); ok {
		return exclusion{network: network}, true
	}
	host, port, hasPort := cutPort(entry)
	if hasPort && !isPort(port) {
		return exclusion{}, false
	}
	if network, ok := parseNetwork(host); ok {
		return exclusion{network: network, port: port}, true
	}
	domain := strings.ToLower(strings.Trim(strings.TrimPrefix(host, "*"), "."))
	return exclusion{domain: domain, port: port}, domain != "" && !strings.Contains(domain, "/")
}

// parseNetwork reads an address, or a network with the number of its bits.
func parseNetwork(text string) (netip.Prefix, bool) {
	host, bits, hasBits := strings.Cut(text, "/")
	if bare, ok := strings.CutPrefix(host, "["); ok {
		host = strings.TrimSuffix(bare, "]")
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}, false
	}
	size := address.BitLen()
	if hasBits {
		if size, err = strconv.Atoi(bits); err != nil || !isDigits(bits) {
			return netip.Prefix{}, false
		}
	}
	network, err := address.Prefix(size)
	return network, err == nil
}
