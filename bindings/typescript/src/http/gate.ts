import { inTime } from '../body/time.js';
import type { Credentials } from '../credentials/credentials.js';
import { isAuthorized } from './classify.js';
import type { ResponseInfo } from './response.js';
import { HOLD, type Refusals } from './token-recovery.js';

/** A refusal, for the calls that send nothing because of it. */
export interface Kept {
  readonly response: ResponseInfo;
  readonly clockSkew?: number | undefined;
  /** The refused credentials, once their call has ended. */
  readonly rejected?: Credentials | undefined;
  /** Whether one call was refused that could correct nothing, and the next one may probe. */
  readonly mayProbe: boolean;
  /** No call but a probe sends before this moment of the client's clock. */
  readonly until: number;
}

/**
 * What a call does next: it leads and decides for all, it follows one that was accepted, its refusal is
 * final, or it waits for the call that leads.
 */
export type Turn = 'lead' | 'follow' | 'end' | 'wait';

/**
 * Lets requests pass until one is refused, then one call alone until the service accepts it: refusals
 * lock a key.
 *
 * The first refused call leads: it signs by the service's clock or fetches other credentials, and sends
 * once more. Meanwhile every other call waits. If the leader is accepted, the gate opens. If it had
 * nothing to correct, the next call probes alone. After the second refusal, calls end with the kept
 * refusal for five minutes, then the next call probes. The calls are those of all clients of a provider.
 */
export class Gate implements Refusals {
  clockSkew = 0;
  /** How often a leader was accepted. */
  recoveries = 0;
  /** `undefined` while the gate is open. */
  kept: Kept | undefined;
  /** Resolves once the leader has decided; `undefined` without a leader. */
  #decided: Promise<void> | undefined;
  #decide = () => {};

  /** Passes the gate, as a follower or as the leader; the refusal that is kept comes with it. */
  enter(now: number): { turn: Turn; kept?: Kept | undefined } {
    const { kept } = this;
    if (kept === undefined) return { turn: 'follow' };
    if (this.#decided !== undefined) return { turn: 'wait' };
    const isOver = now >= kept.until;
    if (!isOver && !kept.mayProbe) return { turn: 'end', kept };
    // A probe within the five minutes sends what was fetched after the refusal.
    const rejected = isOver ? kept.rejected : undefined;
    const mayProbe = kept.mayProbe || rejected !== undefined;
    this.#lead({ ...kept, rejected: undefined, mayProbe, until: 0 });
    return { turn: 'lead', kept: { ...kept, rejected, mayProbe } };
  }

  /** What a refused call does that entered after so many recoveries. */
  refused(response: ResponseInfo, recoveries: number, now: number): Turn {
    if (this.#decided !== undefined) return 'wait';
    if (this.kept === undefined && this.recoveries !== recoveries) return 'follow';
    if (this.kept !== undefined && now < this.kept.until) return 'end';
    this.#lead({ response, mayProbe: false, until: 0 });
    return 'lead';
  }

  #lead(kept: Kept): void {
    this.kept = kept;
    this.#decided = new Promise((resolve) => {
      this.#decide = resolve;
    });
  }

  /** Waits for the leader; whether it decided within so many milliseconds. */
  async isDecidedWithin(millis: number): Promise<boolean> {
    const decided = this.#decided ?? Promise.resolve();
    return inTime(
      decided.then(() => true),
      millis,
      () => false,
    );
  }

  /** Opens the gate, if the status shows that the credentials were accepted. */
  received(status: number, recoveries: number, leads: boolean): boolean {
    // A request that was sent before the first refusal leaves the decision to the probe.
    const isUndecided = this.#decided !== undefined || this.kept?.mayProbe === true;
    const isCurrent = !isUndecided && this.recoveries === recoveries;
    if (!isAuthorized(status) || !(leads || isCurrent)) return false;
    if (leads) this.recoveries += 1;
    this.kept = undefined;
    this.stepDown();
    return true;
  }

  /** Whether a refusal is final, so that no request follows for now. */
  isShut(now: number): boolean {
    const { kept } = this;
    return kept !== undefined && !kept.mayProbe && now < kept.until;
  }

  /** Lets the next call lead. */
  stepDown(): void {
    this.#decided = undefined;
    this.#decide();
  }

  /** Keeps the leader's final refusal for five minutes, for all calls but a probe. */
  hold(refusal: Omit<Kept, 'until'>, now: number): void {
    this.kept = { ...refusal, until: now + HOLD };
    this.stepDown();
  }
}
