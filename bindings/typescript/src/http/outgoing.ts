import type { SigningKeys } from '../signer.js';

/** A request before it is authorized. */
export interface OutgoingRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The URL and the headers that an authorized request is sent with. */
export interface Authorized {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signs a request with keys, as of a time. */
export type SignRequest = (
  request: OutgoingRequest,
  keys: SigningKeys,
  time: Date,
) => Promise<Authorized>;
