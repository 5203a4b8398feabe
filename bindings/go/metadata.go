package hwtasks

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	metadataURL              = "http://169.254.169.254"
	metadataVariable         = "HWTASKS_METADATA_ENDPOINT"
	metadataDisabledVariable = "HWTASKS_METADATA_DISABLED"
	// metadataTokenLife is the requested lifetime of a token of the second version of the service, in
	// seconds.
	metadataTokenLife = "21600"
	// metadataTimeout is the timeout of connecting, and of an attempt as a whole.
	metadataTimeout = 3 * time.Second
	// absenceHold is how long the absence of a metadata service is cached.
	absenceHold = time.Minute
)

// MetadataProvider fetches temporary keys from the metadata service of an Elastic Cloud Server (ECS) with
// an agency.
//
// The provider first requests a token of the second version of the service. If the service issues none, it
// requests the keys without a token. The timeout of an attempt is 3 seconds. The provider caches the keys,
// and refreshes them 40 minutes before they expire. It follows no redirects, and uses no proxy.
type MetadataProvider struct{ *CachedProvider }

// NewMetadataProvider returns a provider for the metadata service at this URL; empty for that of this
// machine.
func NewMetadataProvider(url string) *MetadataProvider {
	return newMetadataProvider(url, systemClock{})
}

func newMetadataProvider(base string, clock Clock) *MetadataProvider {
	if base == "" {
		base = metadataURL
	}
	service := &metadataService{base: base, clock: clock, http: newTransport(nil, metadataTimeout)}
	cached := NewCachedProvider(service, WithRefreshBeforeExpiry(40*time.Minute), WithCacheClock(clock))
	return &MetadataProvider{cached}
}

// metadataProviders returns the provider of an environment.
func metadataProviders(environment *Environment, clock Clock) []CredentialsProvider {
	disabled, err := environment.get(metadataDisabledVariable)
	if err == nil {
		switch strings.ToLower(disabled) {
		case "", "0", "false":
			// A variable that is no URL fails when it is used.
			base, _ := environment.get(metadataVariable)
			return []CredentialsProvider{newMetadataProvider(base, clock)}
		case "1", "true":
			return []CredentialsProvider{disabledMetadata{notConfigured("turned off by %s", metadataDisabledVariable)}}
		}
		err = invalidConfiguration("%s is neither 1 nor 0", metadataDisabledVariable)
	}
	return []CredentialsProvider{disabledMetadata{err}}
}

// disabledMetadata stands for the metadata service where it must not be used.
type disabledMetadata struct{ err error }

func (disabledMetadata) Name() string { return "metadata service" }

func (d disabledMetadata) Provide(context.Context) (*Credentials, error) { return nil, d.err }

type metadataService struct {
	base  string
	clock Clock
	http  http.RoundTripper
}

func (s *metadataService) Name() string { return "metadata service" }

func (s *metadataService) send(ctx context.Context, policy RetryPolicy, operation, method string, u *url.URL, header http.Header) (*Response, error) {
	t := &transport{
		clock: s.clock, retry: policy.withDefaults(), http: s.http, agent: "hwtasks-go/" + Version,
		limits: limits{attempt: metadataTimeout, call: 15 * time.Second, body: 64 * 1024},
	}
	c := t.newCall(operation)
	response, err := c.send(ctx, method, u, header, "")
	return response, c.annotate(err)
}

func (s *metadataService) Provide(ctx context.Context) (*Credentials, error) {
	base, refused := baseURL(s.base, true)
	if refused != nil {
		return nil, fromRequest(refused)
	}
	token, err := s.token(ctx, base)
	if err != nil {
		return nil, err
	}
	u, err := joinURL(base, "/openstack/latest/securitykey")
	if err != nil {
		return nil, fromRequest(err)
	}
	header := http.Header{}
	if token != "" {
		header.Set("X-Metadata-Token", token)
	}
	response, err := s.send(ctx, RetryPolicy{}, "GetSecurityKey", http.MethodGet, u, header)
	if err != nil {
		return nil, fromRequest(err)
	}
	switch status := response.status; {
	case status == http.StatusOK:
		return metadataKeys(response)
	case status == http.StatusNotFound:
		absent := notConfigured("this machine has no agency, so there are no keys for it")
		absent.hold = absenceHold
		return nil, absent
	case (status == http.StatusUnauthorized || status == http.StatusForbidden) && token == "":
		return nil, invalidConfiguration("it returned %s without a token, and issued no token: allow this machine "+
			"or container to use the metadata service", statusText(status))
	}
	return nil, invalidConfiguration("it returned %s", statusText(response.status))
}

// token returns a token of the second version of the service; empty if it issues none.
func (s *metadataService) token(ctx context.Context, base *url.URL) (string, error) {
	u, err := joinURL(base, "/meta-data/latest/api/token")
	if err != nil {
		return "", fromRequest(err)
	}
	header := http.Header{"X-Metadata-Token-Ttl-Seconds": {metadataTokenLife}}
	// Without retries: most machines have no metadata service.
	response, err := s.send(ctx, NoRetries(), "GetMetadataToken", http.MethodPut, u, header)
	if err != nil {
		if ctx.Err() == nil && IsTimeout(err) && !IsConnectionError(err) {
			// The hop limit of the response may not reach a container; the keys come without a token.
			return "", nil
		}
		absent := notConfigured("not reachable at %s: %s", s.base, err)
		absent.isTransient, absent.cause, absent.hold = IsRetryable(err), err, absenceHold
		return "", absent
	}
	token := strings.TrimSpace(strings.TrimPrefix(response.body, "\ufeff"))
	if response.status != http.StatusOK || strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		return "", nil
	}
	return token, nil
}

func metadataKeys(response *Response) (*Credentials, error) {
	body, err := readObject(response.body)
	if err != nil || body.first("credential") == "" {
		return nil, invalidConfiguration("its response does not hold the keys that the document describes")
	}
	keys := body.member("credential")
	access, secret, token := keys.text("access"), keys.text("secret"), keys.text("securitytoken")
	if access == "" || secret == "" || token == "" {
		return nil, invalidConfiguration("its response has an empty key, or one that is no text")
	}
	expiry, ok := parseRFC3339(keys.text("expires_at"))
	if !ok {
		return nil, invalidConfiguration("its response does not say when the keys expire")
	}
	credentials := Keys(access, secret).WithSecurityToken(token).WithExpiry(expiry)
	if err := checkCredentials(credentials); err != nil {
		return nil, invalidConfiguration("its response: %s", err)
	}
	return credentials, nil
}
