import { Credentials } from '../credentials/credentials.js';
import { HwtasksError } from '../errors.js';
import { abortable } from './abort.js';
import type { Gate, Turn } from './gate.js';
import { type Refusal, refusalOf } from './refusal.js';
import type { ResponseInfo } from './response.js';
import {
  type AttemptContext,
  afterOther,
  ended,
  heldError,
  type Next,
  type Outcome,
  RESEND,
  type Recovery,
  STOP,
} from './token-recovery.js';
import type { Call } from './transport.js';

/** The corrections of authorization that a call has made, with keys or a token. It sends once more at the most. */
export class AuthRecovery implements Recovery {
  readonly #call: Call;
  /** `undefined` for requests without credentials. */
  readonly #gate: Gate | undefined;
  #leads = false;
  #recoveries = 0;
  #isResent = false;
  #isProbe = false;
  /** What the provider gave in place of the refused credentials. */
  #fetched: Credentials | undefined;
  /** The clock skew before its correction, and the one since. */
  #corrected: { readonly former: number; readonly learned: number } | undefined;

  constructor(call: Call, gate: Gate) {
    this.#call = call;
    this.#gate = call.transport.provider === undefined ? undefined : gate;
  }

  /**
   * Gets the credentials of an attempt, once the service accepts credentials; throws the kept error when
   * it refused them less than five minutes ago.
   */
  async credentials(): Promise<Credentials | undefined> {
    const gate = this.#gate;
    if (gate === undefined) return undefined;
    for (;;) {
      if (gate.kept !== undefined && !this.#leads) await this.#enter(gate);
      this.#recoveries = gate.recoveries;
      const credentials = this.#fetched ?? (await this.#call.credentials());
      this.#fetched = undefined;
      const isCurrent = gate.kept === undefined && gate.recoveries === this.#recoveries;
      if (this.#leads || isCurrent) return credentials;
    }
  }

  async #enter(gate: Gate): Promise<void> {
    const { clock } = this.#call.transport;
    let { turn, kept } = gate.enter(clock.elapsed());
    while (turn === 'wait') {
      if (!(await this.#isDecided(gate))) {
        const text = 'new credentials: no response in time';
        const failure = { timeout: true, connect: false };
        throw new HwtasksError({ kind: 'Transport', text, failure });
      }
      ({ turn, kept } = gate.enter(clock.elapsed()));
    }
    if (kept === undefined) return;
    if (turn === 'end') {
      throw HwtasksError.withDetails(heldError(kept.response), { clockSkew: kept.clockSkew });
    }
    this.#leads = true;
    this.#isProbe = kept.mayProbe;
    // They were refused five minutes ago: the source may have others by now.
    if (kept.rejected !== undefined) this.#invalidate(kept.rejected);
  }

  #isDecided(gate: Gate): Promise<boolean> {
    return abortable(gate.isDecidedWithin(this.#call.remaining()), this.#call.signal);
  }

  /** Decides what to do after an attempt; after a 401 it corrects what that refused. */
  async after(attempts: number, outcome: Outcome, used: AttemptContext): Promise<Next> {
    if (!(outcome instanceof HwtasksError)) {
      if (outcome.status === 401) return this.#refused(outcome, used).catch(ended);
      const gate = this.#gate;
      if (gate !== undefined && (this.#leads || gate.kept !== undefined)) {
        if (gate.received(outcome.status, this.#recoveries, this.#leads)) this.#leads = false;
      }
    }
    return afterOther(this.#call, attempts, outcome);
  }

  async #refused(outcome: ResponseInfo, used: AttemptContext): Promise<Next> {
    const turn = await this.#turn(outcome);
    if (turn !== 'end' && turn !== 'wait' && !this.#isResent) {
      const action = turn === 'follow' ? RESEND : await this.#correct(refusalOf(outcome), used);
      this.#isResent = action !== STOP;
      return { action, outcome };
    }
    return { action: STOP, outcome };
  }

  async #turn(response: ResponseInfo): Promise<Turn> {
    const gate = this.#gate;
    if (gate === undefined) return 'end';
    if (this.#leads) return 'lead';
    const { clock } = this.#call.transport;
    let turn = gate.refused(response, this.#recoveries, clock.elapsed());
    while (turn === 'wait') {
      if (!(await this.#isDecided(gate))) return 'end';
      turn = gate.refused(response, this.#recoveries, clock.elapsed());
    }
    this.#leads = turn === 'lead';
    return turn;
  }

  /** Corrects the clock skew, or fetches other credentials. */
  async #correct(refusal: Refusal, { credentials, skew, signed }: AttemptContext) {
    const { transport } = this.#call;
    const expired = refusal.reason === 'SignatureExpired';
    if (refusal.reason === 'KeyLocked' || credentials === undefined) return STOP;
    const time = signed === undefined ? undefined : refusal.serviceTime(signed);
    if (time !== undefined) {
      const learned = time - transport.clock.now();
      this.#corrected = { former: skew, learned };
      transport.refusals.clockSkew = learned;
      const expiry = credentials.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
      if (!expired || expiry <= time) this.#invalidate(credentials);
      return RESEND;
    }
    if (this.#isProbe || expired) return STOP;
    this.#invalidate(credentials);
    const fetched = await this.#call.credentials();
    if (fetched === undefined || Credentials.areEqual(fetched, credentials)) return STOP;
    this.#fetched = fetched;
    return RESEND;
  }

  /**
   * Keeps a final refusal for the calls to come. Returns the clock skew when the service refused the
   * corrected signature too.
   */
  end(outcome: Outcome, used: AttemptContext): number | undefined {
    if (outcome instanceof HwtasksError || outcome.status !== 401) return undefined;
    const { refusals, clock } = this.#call.transport;
    const corrected = this.#corrected;
    // That of the call that led, if another did.
    let clockSkew = this.#gate?.kept?.clockSkew;
    if (corrected !== undefined) {
      // The header `Date` may come from a proxy. Another call may have learned another skew.
      if (refusals.clockSkew === corrected.learned) refusals.clockSkew = corrected.former;
      clockSkew = refusalOf(outcome).clockSkew(clock.now());
    }
    if (this.#leads) {
      this.#leads = false;
      const isLocked = refusalOf(outcome).reason === 'KeyLocked';
      const mayProbe = !this.#isResent && !this.#isProbe && !isLocked;
      const kept = { response: outcome, clockSkew, rejected: used.credentials, mayProbe };
      this.#gate?.hold(kept, clock.elapsed());
    }
    return clockSkew;
  }

  /** Lets the next call lead, if this one ended without a decision. */
  stepDown(): void {
    if (this.#leads) this.#gate?.stepDown();
    this.#leads = false;
  }

  #invalidate(rejected: Credentials): void {
    this.#call.transport.provider?.invalidate?.(rejected);
  }
}
