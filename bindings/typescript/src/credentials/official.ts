import { type Environment, variable } from '../environment.js';
import type { TimeSource } from '../time.js';
import type { Fetch } from '../transport.js';
import { ProviderChain } from './chain.js';
import { EnvironmentProvider } from './environment.js';
import { MetadataProvider } from './metadata.js';
import { ProfileProvider } from './profile.js';

/**
 * Creates the provider chain of the official SDKs: environment, profile file, metadata service.
 *
 * `HWTASKS_METADATA_ENDPOINT` sets another address of the metadata service.
 */
export function officialChain(
  environment: Environment,
  time?: TimeSource,
  fetch?: Fetch,
): ProviderChain {
  return new ProviderChain([
    new EnvironmentProvider(environment),
    new ProfileProvider(environment),
    new MetadataProvider({
      baseUrl: variable(environment, 'HWTASKS_METADATA_ENDPOINT'),
      ...(time !== undefined && { time }),
      ...(fetch !== undefined && { fetch }),
    }),
  ]);
}
