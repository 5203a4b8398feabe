package hwtasks

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hwtasks/hwtasks/bindings/go/signer"
)

// Credentials are an access key with its secret key, or an IAM token. Formatting them with any verb shows
// no secret. Make them with [Keys] or [Token].
//
// Credentials are a [CredentialsProvider] that provides themselves.
type Credentials struct {
	accessKey string
	// Pointers, so that no verb of fmt shows what they point to.
	secretKey     *string
	securityToken *string
	token         *string
	projectID     string
	iamEndpoint   string
	expiry        time.Time
	provider      string
}

// Keys returns an access key (AK) and its secret key (SK).
func Keys(accessKey, secretKey string) *Credentials {
	return &Credentials{accessKey: accessKey, secretKey: &secretKey}
}

// Token returns an IAM token, which is sent as X-Auth-Token. A token is valid for 24 hours.
func Token(token string) *Credentials { return &Credentials{token: &token} }

func (c *Credentials) with(change func(*Credentials)) *Credentials {
	copied := *c
	change(&copied)
	return &copied
}

// WithSecurityToken returns a copy with the security token of temporary keys.
func (c *Credentials) WithSecurityToken(token string) *Credentials {
	return c.with(func(c *Credentials) { c.securityToken = &token })
}

// WithProjectID returns a copy with the project that belongs to the credentials.
func (c *Credentials) WithProjectID(id string) *Credentials {
	return c.with(func(c *Credentials) { c.projectID = id })
}

// WithIAMEndpoint returns a copy with the endpoint of IAM that belongs to the credentials.
func (c *Credentials) WithIAMEndpoint(url string) *Credentials {
	return c.with(func(c *Credentials) { c.iamEndpoint = url })
}

// WithExpiry returns a copy with the time at which the credentials expire.
func (c *Credentials) WithExpiry(t time.Time) *Credentials {
	return c.with(func(c *Credentials) { c.expiry = t })
}

// WithProviderName returns a copy with the name of the provider, for messages.
func (c *Credentials) WithProviderName(name string) *Credentials {
	return c.with(func(c *Credentials) { c.provider = name })
}

// AccessKey returns the access key, which is an identifier and no secret; empty for a token.
func (c *Credentials) AccessKey() string { return c.accessKey }

// IsToken reports whether the credentials are a token.
func (c *Credentials) IsToken() bool { return c.token != nil }

// ProjectID returns the project that belongs to the credentials; empty if none is known.
func (c *Credentials) ProjectID() string { return c.projectID }

// IAMEndpoint returns the endpoint of IAM that belongs to the credentials; empty if none is known.
func (c *Credentials) IAMEndpoint() string { return c.iamEndpoint }

// Expiry returns when the credentials expire; the zero time if that is not known.
func (c *Credentials) Expiry() time.Time { return c.expiry }

// Provider names the provider that fetched the credentials; empty if they were given.
func (c *Credentials) Provider() string { return c.provider }

// String shows what is no secret.
func (c *Credentials) String() string {
	if c == nil {
		return "Credentials(nil)"
	}
	kind := fmt.Sprintf("access key: %q", c.accessKey)
	if c.IsToken() {
		kind = "token"
	}
	return fmt.Sprintf("Credentials{%s, provider: %q, project ID: %q}", kind, c.provider, c.projectID)
}

// GoString is as String.
func (c *Credentials) GoString() string { return c.String() }

// isSame reports whether the secrets are equal.
func (c *Credentials) isSame(other *Credentials) bool {
	if c == nil || other == nil {
		return c == other
	}
	return c.accessKey == other.accessKey && equalPointers(c.secretKey, other.secretKey) &&
		equalPointers(c.securityToken, other.securityToken) && equalPointers(c.token, other.token)
}

// isOver reports whether the credentials have expired at a time.
func (c *Credentials) isOver(now time.Time) bool { return !c.expiry.IsZero() && !c.expiry.After(now) }

// Name returns the name of the provider, for messages.
func (c *Credentials) Name() string {
	if c.IsToken() {
		return "given token"
	}
	return "given keys"
}

// Provide returns the credentials.
func (c *Credentials) Provide(context.Context) (*Credentials, error) { return c, nil }

// A CredentialsProvider fetches credentials. It is called before each request, from many goroutines:
// wrap one that is slow with [NewCachedProvider].
//
// A provider that caches also has the method Invalidate(rejected *Credentials), which drops credentials
// that the service refused.
//
// Clients with the same provider and clock share what refusals tell: after a final one, none of them sends
// for five minutes, because refusals lock a key. A clock skew that one has found counts for all. Providers
// are the same if they are equal by ==, so give a pointer; equal keys of two calls of [Keys] are not.
type CredentialsProvider interface {
	// Name returns the name of the provider, for messages.
	Name() string

	// Provide returns credentials. The error is a [*CredentialsError], or any other.
	Provide(ctx context.Context) (*Credentials, error)
}

type invalidator interface{ Invalidate(*Credentials) }

func invalidate(provider CredentialsProvider, rejected *Credentials) {
	if p, ok := provider.(invalidator); ok && rejected != nil {
		p.Invalidate(rejected)
	}
}

// provided returns the credentials of a provider within this time.
func provided(ctx context.Context, provider CredentialsProvider, within time.Duration) (*Credentials, error) {
	if given, ok := provider.(*Credentials); ok {
		return given, nil
	}
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	credentials, err := provider.Provide(limited)
	switch {
	case err == nil && credentials == nil:
		err = notConfigured("it provides none")
	case err == nil:
		return credentials, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		err = slowProvider(within)
	}
	return nil, credentialsFailure(provider.Name(), err)
}

// authorize adds a token to a request, or its signature for this time.
func authorize(method string, u *url.URL, header http.Header, credentials *Credentials, now time.Time) error {
	if credentials.IsToken() {
		token := *credentials.token
		switch isOdd := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }; {
		case token == "":
			return invalidInput("the token is empty")
		case strings.IndexFunc(token, isOdd) >= 0:
			return invalidInput("the token has a character that cannot be in a header")
		}
		header["X-Auth-Token"] = []string{token}
		return nil
	}
	if credentials.secretKey == nil {
		return invalidInput("the secret key is empty")
	}
	keys := signer.NewCredentials(credentials.accessKey, *credentials.secretKey)
	if credentials.securityToken != nil {
		keys = keys.WithSecurityToken(*credentials.securityToken)
	}
	target := u.Scheme + "://" + u.Host + u.EscapedPath()
	if u.RawQuery != "" {
		target += "?" + u.RawQuery
	}
	signed, err := signer.Sign(signer.Request{Method: method, URL: target}, keys, now)
	if err != nil {
		return invalidInput("the request cannot be signed: %s", strings.TrimPrefix(err.Error(), "signer: "))
	}
	for name, values := range signed.Header {
		// The URL says the host, as it was signed.
		if name != "Host" {
			header[name] = values
		}
	}
	return nil
}
