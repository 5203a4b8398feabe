import type { Project } from './config/project.js';
import type { Setting } from './config/source.js';
import type { Transport } from './http/transport.js';

/** The state that a client shares with the operations of both services. */
export interface ClientContext {
  readonly region: Setting | undefined;
  readonly dcs: Setting | undefined;
  readonly kafka: Setting | undefined;
  readonly project: Project;
  readonly transport: Transport;
}
