import { platform } from '#platform';
import { Credentials } from './credentials/credentials.js';
import type { ProvideCredentials } from './credentials/provide.js';
import { baseUrl } from './endpoint.js';
import { type Environment, variable } from './environment.js';
import { checkedRegion, endpointOf } from './region.js';
import type { TimeSource } from './time.js';
import type { Fetch } from './transport.js';

/** The variables a client is configured by; none when it is not to look at any. */
export class Variables {
  readonly #environment: Environment | undefined;
  readonly #allowPlainHttp: boolean;

  constructor(environment: Environment | undefined, allowPlainHttp: boolean) {
    this.#environment = environment;
    this.#allowPlainHttp = allowPlainHttp;
  }

  get(name: string): string | undefined {
    return this.#environment && variable(this.#environment, name);
  }

  region(): string | undefined {
    for (const name of ['HWTASKS_REGION', 'HW_REGION_NAME']) {
      const id = this.get(name);
      if (id !== undefined) return checkedRegion(id, name);
    }
    return undefined;
  }

  url(name: string): string | undefined {
    const url = this.get(name);
    return url === undefined ? undefined : baseUrl(url, this.#allowPlainHttp, name);
  }

  endpoint(
    service: 'dcs' | 'kafka',
    given: string | undefined,
    region: string | undefined,
  ): string | undefined {
    if (given !== undefined) return baseUrl(given, this.#allowPlainHttp);
    const name = service.toUpperCase();
    const own = this.url(`HWTASKS_${name}_ENDPOINT`);
    if (own !== undefined || region === undefined) return own;
    const named = `HUAWEICLOUD_SDK_REGION_${name}_${region.toUpperCase().replaceAll('-', '_')}`;
    // The official SDKs take several, separated by commas, and try them in turn.
    const first = this.get(named)?.split(',')[0]?.trim();
    if (first !== undefined) return baseUrl(first, this.#allowPlainHttp, named);
    return baseUrl(endpointOf(region, service), this.#allowPlainHttp);
  }

  provider(time: TimeSource, fetch: Fetch | undefined): ProvideCredentials | undefined {
    const environment = this.#environment;
    if (environment === undefined) return undefined;
    const token = this.get('HWTASKS_TOKEN');
    if (token !== undefined) return Credentials.token(token);
    return platform.officialChain?.(environment, time, fetch);
  }
}
