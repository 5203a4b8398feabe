import type { Credentials } from '../credentials/credentials.js';
import { invalidInput } from '../errors.js';
import { abortable } from '../http/abort.js';
import type { Call } from '../http/transport.js';
import type { Setting } from './source.js';

/** The project of a client: given, or configured with the credentials. */
export class Project {
  #found: Setting | undefined;

  constructor(given: Setting | undefined) {
    this.#found = given;
  }

  get known(): Setting | undefined {
    return this.#found;
  }

  /** Returns the project ID, with a lookup if it is unknown. */
  async id(call: Call): Promise<string> {
    if (this.#found !== undefined) return this.#found.value;
    const credentials = await call.credentials();
    const configured = credentials?.projectId;
    this.#found =
      configured === undefined
        ? await abortable(this.lookUp(call, credentials), call.signal)
        : { value: configured, source: 'credentials' };
    return this.#found.value;
  }

  /** Looks up an ID that neither the options nor the credentials have. */
  protected async lookUp(_call: Call, _credentials: Credentials | undefined): Promise<Setting> {
    throw noProject();
  }
}

export function noProject() {
  return invalidInput('no project ID is set', 'set it with the option projectId');
}
