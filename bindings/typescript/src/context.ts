import type { Setting } from './origin.js';
import type { Project } from './project.js';
import type { Transport } from './transport.js';

/** The state that a client shares with the operations of both services. */
export interface ClientContext {
  readonly region: Setting | undefined;
  readonly dcs: Setting | undefined;
  readonly kafka: Setting | undefined;
  readonly project: Project;
  readonly transport: Transport;
}
