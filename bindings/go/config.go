package hwtasks

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Option is an option of [New] and [NewFromEnv].
type Option func(*config)

type config struct {
	region, dcs, kafka, iam, project *string
	provider                         CredentialsProvider
	hasProvider                      bool
	withoutCredentials               bool
	retry                            RetryPolicy
	clock                            Clock
	limits                           limits
	connect                          time.Duration
	plainHTTP                        bool
	transport                        http.RoundTripper
	proxy                            *string
	agent                            string
	logger                           *slog.Logger
	environment                      *Environment
}

// WithRegion sets the region by its ID: cn-north-4. Required, unless the endpoints and the project ID are
// set.
func WithRegion(id string) Option { return func(c *config) { c.region = &id } }

// WithDCSEndpoint sets the endpoint of DCS, such as https://dcs.cn-north-4.myhuaweicloud.com. Default: that
// of the region.
func WithDCSEndpoint(url string) Option { return func(c *config) { c.dcs = &url } }

// WithKafkaEndpoint sets the endpoint of DMS, such as https://dms.cn-north-4.myhuaweicloud.com. Default:
// that of the region.
func WithKafkaEndpoint(url string) Option { return func(c *config) { c.kafka = &url } }

// WithIAMEndpoint sets the endpoint of IAM, which looks up a missing project ID. Default: that of the
// region.
func WithIAMEndpoint(url string) Option { return func(c *config) { c.iam = &url } }

// WithProjectID sets the ID of the project of the instances. Default: the one configured with the
// credentials, or else the project in IAM with the name of the region, which the first call looks up.
func WithProjectID(id string) Option { return func(c *config) { c.project = &id } }

// WithCredentials sets the [Credentials], or a provider that fetches them.
func WithCredentials(provider CredentialsProvider) Option {
	return func(c *config) { c.provider, c.hasProvider = provider, true }
}

// WithoutCredentials sends requests without authorization, as to a proxy that adds it.
func WithoutCredentials() Option { return func(c *config) { c.withoutCredentials = true } }

// WithRetryPolicy sets how often a call is retried, and with which backoff.
func WithRetryPolicy(policy RetryPolicy) Option { return func(c *config) { c.retry = policy } }

// WithConnectTimeout sets the timeout of connecting, more than zero. Default: 10 seconds. It does not apply to the
// transport of [WithTransport].
func WithConnectTimeout(timeout time.Duration) Option {
	return func(c *config) { c.connect = timeout }
}

// WithAttemptTimeout sets the timeout of an attempt, from connecting to the last byte, more than zero. Default:
// 30 seconds.
func WithAttemptTimeout(timeout time.Duration) Option {
	return func(c *config) { c.limits.attempt = timeout }
}

// WithTimeout sets the timeout of a call, with all its attempts and the backoff between them, more than zero.
// Default: 120 seconds. The deadline of a context ends a call too.
func WithTimeout(timeout time.Duration) Option { return func(c *config) { c.limits.call = timeout } }

// WithBodyLimit sets the maximum size of the body of a response, in bytes. Default: 16 MiB.
func WithBodyLimit(bytes int) Option { return func(c *config) { c.limits.body = bytes } }

// WithPlainHTTP allows plain http to hosts other than loopback, which sends the token in the clear.
func WithPlainHTTP() Option { return func(c *config) { c.plainHTTP = true } }

// WithTransport sets what sends the requests, to configure TLS, proxies or connection pools, or to log and
// trace. It must be safe for concurrent use. Of an [http.Client] give its Transport. Default, and for nil: a
// transport of the client.
//
// [http.DefaultTransport] keeps 2 idle connections per host, so a sweep connects again for about every second
// request. Give a clone of it with a MaxIdleConnsPerHost of at least the concurrency.
func WithTransport(transport http.RoundTripper) Option {
	return func(c *config) { c.transport = transport }
}

// WithProxy sets the proxy of all requests, such as http://proxy.example:3128. Default: the one in HTTPS_PROXY,
// or else in ALL_PROXY, for all hosts but those that NO_PROXY lists, and none for endpoints on loopback. The
// variables are those of the [Environment] of the client, or of the process. Requests to the metadata
// service use no proxy.
func WithProxy(url string) Option { return func(c *config) { c.proxy = &url } }

// WithUserAgent sets the end of the User-Agent, which names hwtasks and its version. Use the name and the
// version of your program: inventory/1.2.
func WithUserAgent(suffix string) Option { return func(c *config) { c.agent = suffix } }

// WithLogger logs an event for each attempt, at [slog.LevelDebug]. No event has a secret, a header or a body.
func WithLogger(logger *slog.Logger) Option { return func(c *config) { c.logger = logger } }

// WithClock sets the clock. Default, and for nil: that of the system. For tests.
func WithClock(clock Clock) Option {
	return func(c *config) {
		if clock != nil {
			c.clock = clock
		}
	}
}

// build makes a client of options, and of an environment; nil for none.
func build(environment *Environment, options []Option) (*Client, error) {
	c := &config{
		clock:   systemClock{},
		limits:  limits{attempt: 30 * time.Second, call: 120 * time.Second, body: 16 << 20},
		connect: 10 * time.Second,
	}
	for _, option := range options {
		option(c)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	c.environment = environment
	s := &setup{config: c, environment: environment}
	if err := s.run(); err != nil {
		return nil, err
	}
	return s.client, nil
}

// check refuses limits that no request could keep. Of a timeout, 0 does not mean that there is none.
func (c *config) check() error {
	for _, given := range []struct {
		option  string
		timeout time.Duration
	}{
		{"WithTimeout", c.limits.call}, {"WithAttemptTimeout", c.limits.attempt}, {"WithConnectTimeout", c.connect},
	} {
		if given.timeout <= 0 {
			return invalidInput("the timeout of %s is %s, and must be more than zero", given.option, given.timeout).
				withHelp("leave the option out for its default")
		}
	}
	if c.limits.body <= 0 {
		return invalidInput("the limit of WithBodyLimit is %d bytes, and must be more than zero", c.limits.body).
			withHelp("leave the option out for its default")
	}
	return nil
}

func (c *config) roundTripper(endpoints ...*url.URL) (http.RoundTripper, error) {
	if c.transport != nil {
		if c.proxy != nil {
			return nil, invalidInput("WithProxy does not apply to the transport of WithTransport: configure it there")
		}
		return c.transport, nil
	}
	if c.proxy == nil {
		environment := c.environment
		if environment == nil {
			environment = SystemEnvironment()
		}
		proxies := newProxies(environment)
		// At once, so that an invalid variable fails before the first call.
		for _, endpoint := range endpoints {
			if _, err := proxies.of(endpoint); err != nil {
				return nil, err
			}
		}
		return newTransport(proxies.forRequest, c.connect), nil
	}
	// The URL may contain a password, so the message does not show it.
	proxy, flaw := parseProxy(*c.proxy)
	if flaw != "" {
		return nil, invalidInput("the proxy is not a URL of http, https or socks5")
	}
	return newTransport(http.ProxyURL(proxy), c.connect), nil
}

func (c *config) userAgent() (string, error) {
	agent := "hwtasks-go/" + Version
	if c.agent == "" {
		return agent, nil
	}
	if strings.IndexFunc(c.agent, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
		return "", invalidInput("the end of the user agent is not printable ASCII")
	}
	return agent + " " + c.agent, nil
}
