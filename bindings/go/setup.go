package hwtasks

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// setup makes a client: each setting from the options, else from the environment.
type setup struct {
	config      *config
	environment *Environment
	region      Setting
	client      *Client
}

func (s *setup) run() error {
	provider, err := s.provider()
	if err != nil {
		return err
	}
	if err := s.givenRegion(); err != nil {
		return err
	}
	projectID, err := s.projectID(provider)
	if err != nil {
		return err
	}
	endpoints := map[string]*url.URL{}
	origins := map[string]Setting{}
	needsRegion := projectID.Value == ""
	for service := range serviceNames {
		u, origin, err := s.givenEndpoint(service)
		if err != nil {
			return err
		}
		if u == nil {
			needsRegion = true
			continue
		}
		endpoints[service], origins[service] = u, Setting{u.String(), origin}
	}
	if needsRegion && s.region.Value == "" {
		if err := s.profileRegion(); err != nil {
			return err
		}
	}
	for service := range serviceNames {
		if endpoints[service] != nil || s.region.Value == "" {
			continue
		}
		u, origin, err := s.regionalEndpoint(service)
		if err != nil {
			return err
		}
		endpoints[service], origins[service] = u, Setting{u.String(), origin}
	}
	if len(endpoints) == 0 {
		return s.noRegion()
	}
	iam, err := s.iam()
	if err != nil {
		return err
	}
	http, err := s.config.roundTripper(slices.Collect(maps.Values(endpoints))...)
	if err != nil {
		return err
	}
	agent, err := s.config.userAgent()
	if err != nil {
		return err
	}
	c := &core{
		endpoints: endpoints,
		settings:  Settings{Region: s.region, DCSEndpoint: origins["dcs"], KafkaEndpoint: origins["kafka"]},
		transport: &transport{
			provider: provider, auth: authorizationOf(provider, s.config.clock), clock: s.config.clock,
			retry: s.config.retry.withDefaults(), limits: s.config.limits, http: http, logger: s.config.logger, agent: agent,
		},
	}
	c.project.region, c.project.iam, c.project.allowPlainHTTP = s.region.Value, iam, s.config.plainHTTP
	c.project.transport, c.project.known = c.transport, projectID
	s.client = &Client{newServices(c), c}
	return nil
}

func (s *setup) noRegion() error {
	if s.environment != nil {
		return invalidInput("no region is set").withReason(ReasonNoRegion).withHelp("set HWTASKS_REGION, or WithRegion")
	}
	return invalidInput("no region and no endpoint is set").withReason(ReasonNoEndpoint).
		withHelp("set one with WithRegion, WithDCSEndpoint or WithKafkaEndpoint")
}

// variable returns a variable; an error names it.
func (s *setup) variable(name string) (string, error) {
	value, err := s.environment.get(name)
	if err != nil {
		return "", invalidInput("%s", err)
	}
	return value, nil
}

func (s *setup) givenRegion() error {
	if id := s.config.region; id != nil {
		s.region = Setting{*id, OriginOption}
		return checkRegion(*id)
	}
	for _, name := range []string{"HWTASKS_REGION", "HW_REGION_NAME"} {
		id, err := s.variable(name)
		if err != nil {
			return err
		}
		if id != "" {
			s.region = Setting{id, name}
			return inVariable(name, checkRegion(id))
		}
	}
	return nil
}

// inVariable puts the name of a variable before the message of an error.
func inVariable(name string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e.withContext(name)
	}
	return err
}

// profileRegion takes the region of the credentials file.
func (s *setup) profileRegion() error {
	if s.environment == nil {
		return nil
	}
	section, err := readProfile(s.environment)
	if err != nil {
		if failed := asCredentialsError(err); failed.IsConfigured {
			return invalidInput("no region is set in a variable, and the credentials file cannot be read: %s", failed)
		}
		return nil
	}
	region, err := section.region()
	if err != nil {
		return invalidInput("%s", err)
	}
	if region != "" {
		s.region = Setting{region, section.origin()}
	}
	return nil
}

func (s *setup) projectID(provider CredentialsProvider) (Setting, error) {
	if id := s.config.project; id != nil {
		if err := checkProject("project ID", *id); err != nil {
			return Setting{}, invalidInput("%s", err)
		}
		return Setting{*id, OriginOption}, nil
	}
	const name = "HUAWEICLOUD_SDK_PROJECT_ID"
	id, err := s.variable(name)
	if err != nil {
		return Setting{}, err
	}
	if id != "" {
		if err := checkProject("project ID in "+name, id); err != nil {
			return Setting{}, invalidInput("%s", err)
		}
		return Setting{id, name}, nil
	}
	if provider == nil {
		return Setting{}, invalidInput("no project ID is set").withReason(ReasonNoProject).
			withHelp("set it with WithProjectID")
	}
	return Setting{}, nil
}

func (s *setup) provider() (CredentialsProvider, error) {
	c := s.config
	if c.withoutCredentials {
		if c.hasProvider {
			return nil, invalidInput("the credentials of WithCredentials and WithoutCredentials exclude each other: set one")
		}
		return nil, nil
	}
	if c.hasProvider {
		given, ok := c.provider.(*Credentials)
		if c.provider == nil || ok && given == nil {
			return nil, invalidInput("the credentials of WithCredentials are nil").withHelp("or set WithoutCredentials")
		}
		if err := checkCredentials(given); ok && err != nil {
			return nil, invalidInput("%s", err)
		}
		return c.provider, nil
	}
	if s.environment == nil {
		return nil, invalidInput("no credentials are set").withReason(ReasonNoCredentials).
			withHelp("set them with WithCredentials, or set WithoutCredentials to send requests without")
	}
	const name = "HWTASKS_TOKEN"
	token, err := s.variable(name)
	if err != nil {
		return nil, err
	}
	if token == "" {
		return officialChain(s.environment, c.clock), nil
	}
	if err := checkValue("token in "+name, token); err != nil {
		return nil, invalidInput("%s", err)
	}
	return Token(token).WithProviderName(name), nil
}

// givenEndpoint returns the endpoint of a service that an option or a variable sets; nil if none does.
func (s *setup) givenEndpoint(service string) (*url.URL, string, error) {
	given := map[string]*string{"dcs": s.config.dcs, "kafka": s.config.kafka}[service]
	if given != nil {
		u, err := baseURL(*given, s.config.plainHTTP)
		if err != nil {
			return nil, "", err.withContext("With" + serviceNames[service] + "Endpoint")
		}
		return u, OriginOption, nil
	}
	return s.endpointVariable("HWTASKS_"+strings.ToUpper(service)+"_ENDPOINT", false)
}

func (s *setup) regionalEndpoint(service string) (*url.URL, string, error) {
	region := strings.ToUpper(strings.ReplaceAll(s.region.Value, "-", "_"))
	u, name, err := s.endpointVariable("HUAWEICLOUD_SDK_REGION_"+strings.ToUpper(service)+"_"+region, true)
	if u != nil || err != nil {
		return u, name, err
	}
	u, refused := baseURL(regionEndpoint(s.region.Value, service), s.config.plainHTTP)
	if refused != nil {
		return nil, "", refused
	}
	return u, OriginRegion, nil
}

// endpointVariable returns the endpoint in a variable; nil if it is not set. The official SDKs take a list,
// and try each in turn; here the first counts.
func (s *setup) endpointVariable(name string, isList bool) (*url.URL, string, error) {
	value, err := s.variable(name)
	if err != nil || value == "" {
		return nil, "", err
	}
	if isList {
		value, _, _ = strings.Cut(value, ",")
		value = strings.TrimSpace(value)
	}
	u, refused := baseURL(value, s.config.plainHTTP)
	if refused != nil {
		return nil, "", refused.withContext(name)
	}
	return u, name, nil
}

func (s *setup) iam() (*url.URL, error) {
	if given := s.config.iam; given != nil {
		u, err := baseURL(*given, s.config.plainHTTP)
		if err != nil {
			return nil, err.withContext("WithIAMEndpoint")
		}
		return u, nil
	}
	u, _, err := s.endpointVariable("HUAWEICLOUD_SDK_IAM_ENDPOINT", false)
	return u, err
}
