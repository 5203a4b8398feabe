package hwtasks

import "context"

const (
	accessKeyVariable     = "HUAWEICLOUD_SDK_AK"
	secretKeyVariable     = "HUAWEICLOUD_SDK_SK"
	securityTokenVariable = "HUAWEICLOUD_SDK_SECURITY_TOKEN"
	projectVariable       = "HUAWEICLOUD_SDK_PROJECT_ID"
)

// EnvironmentProvider provides keys from the variables of the official SDKs: HUAWEICLOUD_SDK_AK and
// HUAWEICLOUD_SDK_SK, and where they are set HUAWEICLOUD_SDK_SECURITY_TOKEN and HUAWEICLOUD_SDK_PROJECT_ID.
//
// An empty variable counts as unset. A key without its secret, or a secret without its key, is an error,
// so that a typo does not select other credentials.
type EnvironmentProvider struct{ environment *Environment }

// NewEnvironmentProvider returns a provider that reads the variables of this environment at each call.
func NewEnvironmentProvider(environment *Environment) *EnvironmentProvider {
	return &EnvironmentProvider{environment}
}

// Name returns the name of the provider, for messages.
func (p *EnvironmentProvider) Name() string { return "environment" }

// Provide returns the keys.
func (p *EnvironmentProvider) Provide(context.Context) (*Credentials, error) {
	values := map[string]string{}
	for _, name := range []string{accessKeyVariable, secretKeyVariable, securityTokenVariable, projectVariable} {
		value, err := p.environment.get(name)
		if err != nil {
			return nil, invalidConfiguration("%s", err)
		}
		values[name] = value
	}
	access, secret := values[accessKeyVariable], values[secretKeyVariable]
	switch {
	case access == "" && secret == "":
		return nil, notConfigured("%s and %s are not set", accessKeyVariable, secretKeyVariable)
	case secret == "":
		return nil, halfKeys(accessKeyVariable, secretKeyVariable)
	case access == "":
		return nil, halfKeys(secretKeyVariable, accessKeyVariable)
	}
	for name, what := range map[string]string{
		accessKeyVariable: "access key", secretKeyVariable: "secret key", securityTokenVariable: "security token",
	} {
		if err := checkValue(what+" in "+name, values[name]); err != nil {
			return nil, invalidConfiguration("%s", err)
		}
	}
	keys := Keys(access, secret).WithProviderName(accessKeyVariable + " and " + secretKeyVariable)
	if token := values[securityTokenVariable]; token != "" {
		keys = keys.WithSecurityToken(token)
	}
	if id := values[projectVariable]; id != "" {
		if err := checkProject("project ID in "+projectVariable, id); err != nil {
			return nil, invalidConfiguration("%s", err)
		}
		keys = keys.WithProjectID(id)
	}
	return keys, nil
}

func halfKeys(set, missing string) error {
	return invalidConfiguration("%s is set and %s is not", set, missing).withHelp("set both, or neither")
}
