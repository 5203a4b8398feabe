package hwtasks

import (
	"context"
	"slices"
	"sync/atomic"
)

// ProviderChain tries one provider after the other, and stays with the first that has credentials.
//
// The chain skips a provider that is not configured. Invalid credentials are an error: the chain does not
// fall back to the next provider, which could silently use another account. The error names every
// provider that was tried, and the reason why it failed.
type ProviderChain struct {
	providers []CredentialsProvider
	// current is the provider that had credentials last.
	current atomic.Pointer[CredentialsProvider]
}

// NewProviderChain returns a chain of these providers.
func NewProviderChain(providers ...CredentialsProvider) *ProviderChain {
	providers = slices.Clone(providers)
	for i, provider := range providers {
		providers[i] = orNone(provider)
	}
	return &ProviderChain{providers: providers}
}

// noProvider stands for a provider that is nil, so that the mistake is the error of a call.
type noProvider struct{}

func (noProvider) Name() string { return "a provider that is nil" }

func (noProvider) Provide(context.Context) (*Credentials, error) {
	return nil, invalidConfiguration("give a provider, or leave it out")
}

func orNone(provider CredentialsProvider) CredentialsProvider {
	if provider == nil {
		return noProvider{}
	}
	return provider
}

// OfficialChain returns the chain of the official SDKs: environment variables, profile file, metadata
// service.
func OfficialChain(environment *Environment) *ProviderChain {
	return officialChain(environment, systemClock{})
}

func officialChain(environment *Environment, clock Clock) *ProviderChain {
	providers := []CredentialsProvider{
		NewEnvironmentProvider(environment),
		newProfileProvider(environment, clock),
	}
	return NewProviderChain(append(providers, metadataProviders(environment, clock)...)...)
}

// Name returns the name of the provider, for messages.
func (c *ProviderChain) Name() string { return "provider chain" }

// Provide returns the credentials of the first provider that holds some.
func (c *ProviderChain) Provide(ctx context.Context) (*Credentials, error) {
	if current := c.current.Load(); current != nil {
		credentials, err := (*current).Provide(ctx)
		if err == nil {
			return named(credentials, *current), nil
		}
		if asCredentialsError(err).IsConfigured {
			return nil, chainError([]ProviderFailure{{(*current).Name(), err}}, 0)
		}
		c.current.Store(nil)
	}
	var failures []ProviderFailure
	for i := range c.providers {
		provider := c.providers[i]
		credentials, err := provider.Provide(ctx)
		if err == nil && credentials != nil {
			c.current.Store(&c.providers[i])
			return named(credentials, provider), nil
		}
		if err == nil {
			err = notConfigured("it provides none")
		}
		failures = append(failures, ProviderFailure{provider.Name(), err})
		if asCredentialsError(err).IsConfigured {
			return nil, chainError(failures, len(c.providers)-i-1)
		}
	}
	return nil, chainError(failures, 0)
}

// named adds the name of the provider to credentials without one.
func named(credentials *Credentials, provider CredentialsProvider) *Credentials {
	if credentials == nil || credentials.provider != "" {
		return credentials
	}
	return credentials.WithProviderName(provider.Name())
}

// Invalidate tells every provider of credentials that the service refused.
func (c *ProviderChain) Invalidate(rejected *Credentials) {
	for _, provider := range c.providers {
		invalidate(provider, rejected)
	}
}
