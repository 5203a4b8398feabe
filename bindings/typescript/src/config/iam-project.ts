import { isObject } from '../body/json.js';
import { inTime } from '../body/time.js';
import { projectFlaw } from '../credentials/check.js';
import type { Credentials } from '../credentials/credentials.js';
import { asHwtasksError, decodeError, HwtasksError, invalidInput, unexpected } from '../errors.js';
import { objectOf } from '../http/provider-http.js';
import type { ResponseInfo } from '../http/response.js';
import { SingleFlight } from '../http/single-flight.js';
import { Call } from '../http/transport.js';
import { baseUrl } from './endpoint.js';
import { Project } from './project.js';
import { endpointOf } from './region.js';
import type { Setting } from './source.js';

const LOOKUP_FAILED = 'the project ID cannot be looked up at IAM';

/** The settings of a lookup at IAM. */
export interface LookupSetup {
  readonly region: string | undefined;
  /** The endpoint of IAM, if one is set; validated. */
  readonly iam: string | undefined;
  readonly allowPlainHttp: boolean;
}

/** A project that is looked up once at IAM, if it is neither given nor configured with the credentials. */
export class IamProject extends Project {
  readonly #setup: LookupSetup;
  readonly #singleFlight = new SingleFlight<Setting>();

  constructor(given: Setting | undefined, setup: LookupSetup) {
    super(given);
    this.#setup = setup;
  }

  protected override lookUp(call: Call, credentials: Credentials | undefined): Promise<Setting> {
    // Concurrent calls with other timeouts share the lookup, so it has a separate timeout.
    const first = new Call('KeystoneListProjects', call.transport);
    const find = () => this.#find(first, credentials?.iamEndpoint);
    return inTime(this.#singleFlight.run(find), call.remaining(), () => {
      const failure = { timeout: true, connect: false };
      throw new HwtasksError({
        kind: 'Transport',
        text: `${LOOKUP_FAILED}: no response in time`,
        failure,
      });
    });
  }

  async #find(call: Call, configured: string | undefined): Promise<Setting> {
    try {
      return { value: await this.#idOf(call, configured), source: 'iam' };
    } catch (error) {
      throw HwtasksError.withContext(LOOKUP_FAILED, asHwtasksError(error));
    }
  }

  #idOf(call: Call, configured: string | undefined): Promise<string> {
    const { region, iam, allowPlainHttp } = this.#setup;
    if (region === undefined) {
      throw invalidInput('no region is set', 'set the region or the project ID');
    }
    const base =
      iam ??
      (configured === undefined
        ? endpointOf(region, 'iam')
        : baseUrl(configured, allowPlainHttp, 'the IAM endpoint of the credentials'));
    // A region ID needs no encoding in a query.
    return call.send({ url: `${base}/v3/projects?name=${region}` }, (response) =>
      onlyProject(response, region),
    );
  }
}

/** Returns the ID of the only project with this name. */
function onlyProject(response: ResponseInfo, name: string): string {
  const { projects } = objectOf(response, 200);
  if (!Array.isArray(projects)) throw decodeError(response, 'projects', 'expected an array');
  const [project, ...others] = projects.filter(
    (project) => isObject(project) && project.name === name,
  );
  if (project === undefined || others.length > 0) {
    const count = project === undefined ? 0 : others.length + 1;
    const why = `IAM has ${count} projects named ${JSON.stringify(name)}: set the project ID`;
    throw unexpected(response, why);
  }
  if (typeof project.id === 'string') {
    const flaw = projectFlaw(project.id);
    if (flaw === undefined) return project.id;
    throw unexpected(response, `in the response of IAM, the project ID ${flaw}`);
  }
  throw decodeError(response, 'projects', 'the project has no ID');
}
