import type { Clock } from '../body/time.js';
import { type Env, variable } from '../config/environment.js';
import type { Fetch } from '../http/transport.js';
import { ProviderChain } from './chain.js';
import { EnvironmentProvider } from './environment.js';
import { MetadataProvider } from './metadata.js';
import { type ProfileFile, ProfileProvider } from './profile.js';
import { CredentialsError, type CredentialsProvider } from './provide.js';

/**
 * Creates the provider chain of the official SDKs: environment, profile file, metadata service.
 *
 * `HWTASKS_METADATA_ENDPOINT` sets another address of the metadata service, and
 * `HWTASKS_METADATA_DISABLED=1` turns it off.
 */
export function officialChain(env: Env, clock?: Clock, fetch?: Fetch): ProviderChain {
  return chainWith(env, undefined, clock, fetch);
}

/** The chain, with the credentials file if that has been read for its region. */
export function chainWith(
  env: Env,
  file: ProfileFile | undefined,
  clock: Clock | undefined,
  fetch: Fetch | undefined,
): ProviderChain {
  const metadata =
    turnedOff(env) ??
    new MetadataProvider({
      baseUrl: variable(env, 'HWTASKS_METADATA_ENDPOINT'),
      ...(clock !== undefined && { clock }),
      ...(fetch !== undefined && { fetch }),
    });
  return new ProviderChain([
    new EnvironmentProvider(env),
    new ProfileProvider(env, file),
    metadata,
  ]);
}

/** What stands for a metadata service that a variable turns off. */
function turnedOff(env: Env): CredentialsProvider | undefined {
  const name = 'HWTASKS_METADATA_DISABLED';
  const value = variable(env, name) ?? '0';
  if (/^(?:0|false)$/i.test(value)) return undefined;
  const isClear = /^(?:1|true)$/i.test(value);
  const provide = async () => {
    throw isClear
      ? CredentialsError.notConfigured(`turned off by ${name}`)
      : CredentialsError.invalidConfiguration(
          `${name} is ${JSON.stringify(value)}: set it to 1 or 0`,
        );
  };
  return { name: 'metadata service', provide };
}
