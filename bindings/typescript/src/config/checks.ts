import type { ErrorResponse } from '../generated/types.js';
import type { RefusalReason } from '../http/classify.js';
import type { OptionsKind } from './check.js';

/** Checks and texts that explain a mistake. */
export interface Checks {
  /** Checks the names of options and the types of their values; `others` are names of any type. */
  options(kind: OptionsKind, options: unknown, others?: readonly string[]): void;
  /** What is wrong with a key or a token, as in `has a blank in it`. */
  secretFlaw(value: string): string | undefined;
  /** What is wrong with a project ID. */
  projectFlaw(id: string): string | undefined;
  /** Why the gateway refused a request, and what to do about it; `undefined` when it does not say. */
  refusal(body: ErrorResponse | undefined): Refused | undefined;
}

/** A refusal that was understood. */
export interface Refused {
  readonly reason: RefusalReason;
  readonly help: string;
}

/**
 * The checks of this program. The full client sets them; without it a bundle has none, because their
 * text is large, and its options are checked by their types only.
 */
export const checks: { current?: Checks } = {};
