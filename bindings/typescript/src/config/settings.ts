import type { Clock } from '../body/time.js';
import type { CredentialsProvider } from '../credentials/provide.js';
import { type HwtasksError, invalidInput } from '../errors.js';
import type { Fetch } from '../http/transport.js';
import { baseUrl } from './endpoint.js';
import type { CoreOptions } from './options.js';
import { Project } from './project.js';
import { checkedRegion, endpointOf } from './region.js';
import { fromOptions, type Setting } from './source.js';

/** The settings of a client, from its options only. */
export class Settings<Options extends CoreOptions = CoreOptions> {
  readonly options: Options;
  readonly allowPlainHttp: boolean;

  constructor(options: Options) {
    this.options = options;
    this.allowPlainHttp = options.allowPlainHttp ?? false;
  }

  projectId(): Setting | undefined {
    return fromOptions(this.options.projectId);
  }

  /** The region; `hasProject` says whether the project ID is set. */
  region(_hasProject: boolean): Setting | undefined {
    const { region } = this.options;
    return region === undefined ? undefined : fromOptions(checkedRegion(region));
  }

  endpoint(service: 'dcs' | 'kafka', region: string | undefined): Setting | undefined {
    const given = this.options[`${service}Endpoint`];
    if (given !== undefined) return fromOptions(baseUrl(given, this.allowPlainHttp));
    if (region === undefined) return undefined;
    return { value: baseUrl(endpointOf(region, service), false), source: 'region' };
  }

  /** The provider where no option sets one. */
  provider(_clock: Clock, _fetch: Fetch | undefined): CredentialsProvider | undefined {
    return undefined;
  }

  project(given: Setting | undefined, _region: string | undefined): Project {
    return new Project(given);
  }

  /** The error of a client without an endpoint. */
  noEndpoint(): HwtasksError {
    return invalidInput(
      'no endpoint is set',
      'set one with the option region, dcsEndpoint or kafkaEndpoint',
    );
  }
}
