package hwtasks

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
)

const projectOperation = "KeystoneListProjects"

// project is the project of a client: given, configured with the credentials, or looked up once.
type project struct {
	region string
	// iam is the endpoint of IAM, if one is set.
	iam            *url.URL
	allowPlainHTTP bool
	transport      *transport
	flight         singleFlight[Setting]

	mutex sync.Mutex
	known Setting
}

func (p *project) current() Setting {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.known
}

// id returns the project ID, with a lookup if it is unknown.
func (p *project) id(ctx context.Context, c *call) (string, error) {
	if known := p.current(); known.Value != "" {
		return known.Value, nil
	}
	limited, cancel := context.WithTimeout(ctx, c.remaining())
	defer cancel()
	found, err := p.flight.do(limited, p.transport.limits.call, p.find)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return "", timedOut("the project ID cannot be looked up at IAM")
	}
	if e, ok := asError(err); ok {
		// Other calls have the same error, and each adds its operation.
		copied := *e
		err = &copied
	}
	return found.Value, err
}

func (p *project) find(ctx context.Context) (Setting, error) {
	if known := p.current(); known.Value != "" {
		return known, nil
	}
	c := p.transport.newCall(projectOperation)
	credentials, err := c.credentials(ctx)
	if err != nil {
		return Setting{}, err
	}
	found := Setting{Origin: OriginCredentials}
	iam := ""
	if credentials != nil {
		found.Value, iam = credentials.projectID, credentials.iamEndpoint
	}
	if found.Value == "" {
		found.Origin = OriginIAM
		if found.Value, err = p.lookUp(ctx, c, iam); err != nil {
			err = c.annotate(err)
			var e *Error
			if errors.As(err, &e) {
				return Setting{}, e.withContext("the project ID cannot be looked up at IAM")
			}
			return Setting{}, err
		}
	}
	p.mutex.Lock()
	p.known = found
	p.mutex.Unlock()
	return found, nil
}

func (p *project) lookUp(ctx context.Context, c *call, configured string) (string, error) {
	if p.region == "" {
		return "", invalidInput("no region is set; set the region or the project ID").withReason(ReasonNoProject)
	}
	iam := p.iam
	if iam == nil {
		what := ""
		if configured == "" {
			configured = regionEndpoint(p.region, "iam")
		} else {
			what = "the IAM endpoint of the credentials"
		}
		base, err := baseURL(configured, p.allowPlainHTTP)
		if err != nil {
			return "", err.withContext(what)
		}
		iam = base
	}
	// A region ID needs no encoding in a query.
	u, err := joinURL(iam, "/v3/projects?name="+p.region)
	if err != nil {
		return "", err
	}
	response, err := c.send(ctx, http.MethodGet, u, nil, "")
	if err != nil {
		return "", err
	}
	if response.status != http.StatusOK {
		return "", statusError(response)
	}
	return onlyProject(response, p.region)
}

// onlyProject returns the ID of the only project with this name.
func onlyProject(response *Response, name string) (string, error) {
	body, err := readObject(response.body)
	if err != nil {
		return "", undecoded(response, err)
	}
	elements, ok := body.elements("projects")
	if !ok {
		return "", undecoded(response, &decodeError{why: "expected an array", path: "projects", at: -1})
	}
	var ids []string
	for _, element := range elements {
		project, err := readObject(element)
		if err != nil {
			return "", undecoded(response, &decodeError{why: "expected objects", path: "projects", at: -1})
		}
		if project.text("name") == name {
			ids = append(ids, project.text("id"))
		}
	}
	if len(ids) != 1 {
		return "", unexpected(response, "IAM has %d projects named %q: set the project ID", len(ids), name).
			withReason(ReasonAmbiguousProject)
	}
	if err := checkProject("project ID", ids[0]); err != nil {
		return "", unexpected(response, "%s", err)
	}
	return ids[0], nil
}
