import type { Clock } from '../body/time.js';
import { type Env, variable } from '../config/environment.js';
import type { Fetch } from '../http/transport.js';
import { ProviderChain } from './chain.js';
import { EnvironmentProvider } from './environment.js';
import { MetadataProvider } from './metadata.js';
import { ProfileProvider } from './profile.js';

/**
 * Creates the provider chain of the official SDKs: environment, profile file, metadata service.
 *
 * `HWTASKS_METADATA_ENDPOINT` sets another address of the metadata service.
 */
export function officialChain(env: Env, clock?: Clock, fetch?: Fetch): ProviderChain {
  return new ProviderChain([
    new EnvironmentProvider(env),
    new ProfileProvider(env),
    new MetadataProvider({
      baseUrl: variable(env, 'HWTASKS_METADATA_ENDPOINT'),
      ...(clock !== undefined && { clock }),
      ...(fetch !== undefined && { fetch }),
    }),
  ]);
}
