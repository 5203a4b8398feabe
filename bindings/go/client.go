package hwtasks

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
)

// Version is the version of this package, as the User-Agent names it.
const Version = "0.1.0"

// Client is a client of both services. It is safe for concurrent use, and should be shared: its calls
// share connections, credentials and the project ID.
type Client struct {
	Services

	core *core
}

// core is what the services of a client share.
type core struct {
	endpoints map[string]*url.URL
	project   project
	transport *transport
	settings  Settings
}

func (c *core) call(operation string) *call { return c.transport.newCall(operation) }

// endpoint returns the base URL of a service.
func (c *core) endpoint(service string) (*url.URL, error) {
	if u := c.endpoints[service]; u != nil {
		return u, nil
	}
	name := serviceNames[service]
	return nil, invalidInput("no %s endpoint is set", name).withReason(ReasonNoEndpoint).
		withHelp(fmt.Sprintf("set it with With%sEndpoint, or set the region", name))
}

// serviceNames has the services with endpoints, as options and variables name them.
var serviceNames = map[string]string{"dcs": "DCS", "kafka": "Kafka"}

// New makes a client of these options. It sends nothing, and reads no environment variable, no file and
// no home directory; only the proxy of the system.
//
// The error is an [*Error] of kind [KindInvalidInput].
func New(options ...Option) (*Client, error) { return build(nil, options) }

// NewFromEnv makes a client of the environment variables and the home directory of this process, and
// fetches its credentials and its project ID. A wrong configuration therefore fails here and not in the
// first call. Options precede the environment. The names are those of the official SDKs where these have
// one:
//
//   - the region: HWTASKS_REGION, else HW_REGION_NAME, else that of the credentials file
//   - the endpoints: HWTASKS_DCS_ENDPOINT and HWTASKS_KAFKA_ENDPOINT, else
//     HUAWEICLOUD_SDK_REGION_DCS_CN_NORTH_4 and HUAWEICLOUD_SDK_REGION_KAFKA_CN_NORTH_4, where
//     CN_NORTH_4 is the region, else those of the region
//   - the credentials: a token in HWTASKS_TOKEN, else those of [OfficialChain]
//   - the project ID: HUAWEICLOUD_SDK_PROJECT_ID, else the one configured with the credentials, else the
//     one project in IAM with the name of the region
//   - the metadata service: HWTASKS_METADATA_ENDPOINT, else http://169.254.169.254; HWTASKS_METADATA_DISABLED=1
//     turns it off
//   - IAM: HUAWEICLOUD_SDK_IAM_ENDPOINT, else the one configured with the credentials, else that of the
//     region
//
// An empty variable counts as unset. The error is an [*Error]: of kind [KindInvalidInput], of kind
// [KindCredentials], which names every provider that was tried, or that of IAM.
func NewFromEnv(ctx context.Context, options ...Option) (*Client, error) {
	return NewFromEnvironment(ctx, SystemEnvironment(), options...)
}

// NewFromEnvironment is as [NewFromEnv], with the given variables and home directory. It is for tests, and
// for programs that keep their configuration elsewhere.
func NewFromEnvironment(ctx context.Context, environment *Environment, options ...Option) (*Client, error) {
	client, err := build(environment, options)
	if err != nil {
		return nil, err
	}
	if err := client.Load(ctx); err != nil {
		return nil, err
	}
	return client, nil
}

// Load fetches the credentials and the project ID, unless they are known. [NewFromEnv] does this too, and
// [New] does not.
func (c *Client) Load(ctx context.Context) error {
	call := c.core.call("load")
	if _, err := call.credentials(ctx); err != nil {
		return err
	}
	id, err := c.core.project.id(ctx, call)
	if err != nil {
		return err
	}
	if refused := checkPathSegment("project ID", id); refused != nil {
		return refused
	}
	return nil
}

// Credentials returns the credentials, and fetches them if needed; nil when requests are sent without
// authorization. Their provider names their source.
func (c *Client) Credentials(ctx context.Context) (*Credentials, error) {
	return c.core.call("credentials").credentials(ctx)
}

// Settings returns the settings of the client and where each comes from, for diagnostics. The project ID
// is empty until it is known.
func (c *Client) Settings() Settings {
	settings := c.core.settings
	settings.ProjectID = c.core.project.current()
	return settings
}

// CloseIdleConnections closes the connections that no call uses. A client needs no other end. A transport of
// [WithTransport] closes its own if it has a method of this name.
func (c *Client) CloseIdleConnections() {
	if closer, ok := c.core.transport.http.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// String shows the endpoints and the project ID.
func (c *Client) String() string {
	settings := c.Settings()
	return fmt.Sprintf("Client{DCS: %q, Kafka: %q, project ID: %q}",
		settings.DCSEndpoint.Value, settings.KafkaEndpoint.Value, settings.ProjectID.Value)
}

// GoString is as String.
func (c *Client) GoString() string { return c.String() }

// LogValue shows what String shows.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Settings are the settings of a client.
type Settings struct {
	Region        Setting
	DCSEndpoint   Setting
	KafkaEndpoint Setting
	ProjectID     Setting
}

// Setting is a setting and its origin: the name of an environment variable, the path and the section of
// the credentials file, or one of the constants. Both are empty if it is not set.
type Setting struct {
	Value  string
	Origin string
}

// Origins of settings that are neither the name of a variable nor that of a file.
const (
	// OriginOption: an option of the client.
	OriginOption = "options"
	// OriginRegion: the region's endpoint in the official SDKs, or by their pattern.
	OriginRegion = "region"
	// OriginCredentials: configured with the credentials.
	OriginCredentials = "credentials"
	// OriginIAM: looked up at IAM.
	OriginIAM = "iam"
)
