package hwtasks

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

const (
	tokenOperation = "KeystoneCreateUserTokenByPassword"
	// rejectedPasswordHold is how long a refused password is not sent again: IAM locks a user after
	// several failures.
	rejectedPasswordHold = 5 * time.Minute
)

// IAMPasswordProvider fetches a token for the name and password of an IAM user.
//
// A token is valid for 24 hours, and belongs to a project, whose ID comes with it. The provider caches the
// token, and refreshes it 30 minutes before it expires, or when the service refuses it. Concurrent calls
// share one refresh. A password that IAM refuses is not sent again for 5 minutes, because IAM locks a user
// after several failures.
//
// The provider is not part of the official chain. Prefer keys, which can be revoked one by one.
type IAMPasswordProvider struct{ *CachedProvider }

// IAMUser is an IAM user, and where to log in.
type IAMUser struct {
	// Name is the name of the user.
	Name string

	// Domain is the name of the account of the user.
	Domain string

	// Region is the region of IAM and of the project. Required, unless Endpoint and Project are set.
	Region string

	// Project is the name of the project of the token. Default: the ID of the region.
	Project string

	// Endpoint is the endpoint of IAM. Default: that of the region.
	Endpoint string
}

// NewIAMPasswordProvider returns a provider for a user. Of the options of a client it takes [WithClock],
// [WithTransport], [WithProxy], [WithPlainHTTP], [WithConnectTimeout] and [WithLogger]. It sends nothing.
//
// The error is an [*Error] of kind [KindInvalidInput].
func NewIAMPasswordProvider(user IAMUser, password string, options ...Option) (*IAMPasswordProvider, error) {
	if user.Region != "" {
		if err := checkRegion(user.Region); err != nil {
			return nil, err
		}
	}
	if user.Endpoint == "" && user.Region != "" {
		user.Endpoint = regionEndpoint(user.Region, "iam")
	}
	if user.Project == "" {
		user.Project = user.Region
	}
	for _, part := range []struct{ what, value string }{
		{"user name", user.Name}, {"password", password}, {"domain name", user.Domain},
	} {
		if part.value == "" {
			return nil, invalidInput("the %s for IAM is not set", part.what)
		}
	}
	if user.Endpoint == "" || user.Project == "" {
		return nil, invalidInput("the region of IAM is not set").withHelp("set Region, or both Endpoint and Project")
	}
	c := &config{
		clock: systemClock{}, connect: 10 * time.Second,
		limits: limits{attempt: 30 * time.Second, call: time.Minute, body: 1 << 20},
	}
	limits := c.limits
	for _, option := range options {
		option(c)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	endpoint, err := baseURL(user.Endpoint, c.plainHTTP)
	if err != nil {
		return nil, err
	}
	http, failed := c.roundTripper(endpoint)
	if failed != nil {
		return nil, failed
	}
	agent, failed := c.userAgent()
	if failed != nil {
		return nil, failed
	}
	login := &iamLogin{user: user, password: &password, endpoint: endpoint, transport: &transport{
		clock: c.clock, retry: RetryPolicy{}.withDefaults(), http: http, logger: c.logger, agent: agent,
		limits: limits,
	}}
	cached := NewCachedProvider(login, WithRefreshBeforeExpiry(30*time.Minute), WithCacheClock(c.clock))
	return &IAMPasswordProvider{cached}, nil
}

type iamLogin struct {
	user      IAMUser
	password  *string // a pointer, so that no verb of fmt shows it
	endpoint  *url.URL
	transport *transport
}

func (l *iamLogin) Name() string { return "IAM password" }

func (l *iamLogin) Provide(ctx context.Context) (*Credentials, error) {
	u, err := joinURL(l.endpoint, "/v3/auth/tokens?nocatalog=true")
	if err != nil {
		return nil, err
	}
	c := l.transport.newCall(tokenOperation)
	header := http.Header{"Content-Type": {"application/json;charset=utf8"}}
	response, err := c.send(ctx, http.MethodPost, u, header, l.body())
	if err == nil && response.status != http.StatusCreated {
		err = statusError(response)
	}
	if err != nil {
		failed := fromRequest(c.annotate(err))
		if IsUnauthorized(err) {
			failed.hold = rejectedPasswordHold
		}
		return nil, failed
	}
	token := response.header.Get("X-Subject-Token")
	if token == "" {
		return nil, invalidConfiguration("the response of IAM has no token in X-Subject-Token")
	}
	read, undecodable := readObject(response.body)
	if undecodable != nil {
		return nil, fromRequest(undecoded(response, undecodable).withOperation(tokenOperation))
	}
	issued := read.member("token")
	expiry, ok := parseRFC3339(issued.text("expires_at"))
	if !ok {
		return nil, invalidConfiguration("the response of IAM does not say when the token expires")
	}
	credentials := Token(token).WithExpiry(expiry).WithProjectID(issued.member("project").text("id"))
	if err := checkCredentials(credentials); err != nil {
		return nil, invalidConfiguration("the response of IAM: %s", err)
	}
	return credentials, nil
}

func (l *iamLogin) body() string {
	named := func(text []byte, name string) []byte {
		return append(appendJSON(append(text, `{"name":`...), name), '}')
	}
	text := []byte(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":`)
	text = appendJSON(text, l.user.Name)
	text = appendJSON(append(text, `,"password":`...), *l.password)
	text = named(append(text, `,"domain":`...), l.user.Domain)
	text = named(append(text, `}}},"scope":{"project":`...), l.user.Project)
	return string(append(text, `}}}`...))
}

// String shows no password.
func (l *iamLogin) String() string { return fmt.Sprintf("IAM user %q", l.user.Name) }

// GoString is as String.
func (l *iamLogin) GoString() string { return l.String() }
