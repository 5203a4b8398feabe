import { isObject } from '../body/json.js';
import { inTime } from '../body/time.js';
import { projectFlaw } from '../credentials/check.js';
import type { Credentials } from '../credentials/credentials.js';
import { asHwtasksError, decodeError, HwtasksError, invalidInput, unexpected } from '../errors.js';
import { abortable } from '../http/abort.js';
import { objectOf } from '../http/provider-http.js';
import type { ResponseInfo } from '../http/response.js';
import { SingleFlight } from '../http/single-flight.js';
import type { Call } from '../http/transport.js';
import { baseUrl } from './endpoint.js';
import { endpointOf } from './region.js';
import type { Setting } from './source.js';

const LOOKUP_FAILED = 'the project ID cannot be looked up at IAM';

/** The settings that determine the project of a client. */
export interface ProjectSetup {
  readonly given: Setting | undefined;
  readonly region: string | undefined;
  /** The endpoint of IAM, if one is set; validated. */
  readonly iam: string | undefined;
  readonly allowPlainHttp: boolean;
}

/** The project of a client: given, configured with the credentials, or looked up once. */
export class Project {
  readonly #setup: ProjectSetup;
  readonly #singleFlight = new SingleFlight<Setting>();
  #found: Setting | undefined;

  constructor(setup: ProjectSetup) {
    this.#setup = setup;
    this.#found = setup.given;
  }

  get known(): Setting | undefined {
    return this.#found;
  }

  /** Returns the project ID, with a lookup if it is unknown. */
  async id(call: Call): Promise<string> {
    if (this.#found !== undefined) return this.#found.value;
    const credentials = await call.credentials();
    // Concurrent calls with other timeouts share the lookup.
    const first = call.prerequisite('KeystoneListProjects');
    const find = async () => (this.#found ??= await this.#find(first, credentials));
    const found = inTime(this.#singleFlight.run(find), call.remaining(), () => {
      const failure = { timeout: true, connect: false };
      throw new HwtasksError({
        kind: 'Transport',
        text: `${LOOKUP_FAILED}: no response in time`,
        failure,
      });
    });
    return (await abortable(found, call.signal)).value;
  }

  async #find(call: Call, credentials: Credentials | undefined): Promise<Setting> {
    const configured = credentials?.projectId;
    if (configured !== undefined) return { value: configured, source: 'credentials' };
    try {
      return { value: await this.#lookUp(call, credentials?.iamEndpoint), source: 'iam' };
    } catch (error) {
      throw HwtasksError.withContext(LOOKUP_FAILED, asHwtasksError(error));
    }
  }

  #lookUp(call: Call, configured: string | undefined): Promise<string> {
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
