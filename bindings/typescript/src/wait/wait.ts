import { requireNotNegative } from '../body/ids.js';
import { fingerprint } from '../body/items.js';
import { oneLine } from '../body/one-line.js';
import { upperAscii } from '../body/task.js';
import type { Clock, Time } from '../body/time.js';
import { checks } from '../config/checks.js';
import type { CallOptions } from '../config/options.js';
import {
  asHwtasksError,
  type ErrorInit,
  HwtasksError,
  invalidInput,
  seconds,
  withKeptBody,
} from '../errors.js';
import { abortedError } from '../http/abort.js';
import type { ResponseInfo } from '../http/response.js';
import { withJitter } from '../http/retry.js';
import { retryAfter } from '../http/retry-after.js';
import { Finder, type Target } from '../list/find.js';
import { checkCall, type Request } from '../operation/request.js';

/** How long before the timeout the final poll starts, at most: its response must arrive in time. */
const FINAL_POLL_MARGIN = 2000;

/** How to wait for a task. Times are in milliseconds; a negative time or one that is no number is an error. */
export interface WaitOptions<T> extends CallOptions {
  /** Pause between the first two polls; 2 seconds by default, 1 millisecond at the least. */
  readonly initialInterval?: number | undefined;
  /** Upper bound of the pause between polls; 30 seconds by default. */
  readonly maxInterval?: number | undefined;
  /** How long to wait in all; 30 minutes by default. The timeout of a poll is that of the client. */
  readonly timeout?: number | undefined;
  /** How long the task may be missing before the wait fails; 60 seconds by default. */
  readonly notFoundGrace?: number | undefined;
  /**
   * Called with the task each time a poll shows a change, and at last when it succeeded. An exception
   * it throws ends the wait.
   */
  readonly onChange?: ((task: T) => void) | undefined;
}

/** How to wait for the newest task of a name. */
export interface WaitByNameOptions<T> extends WaitOptions<T> {
  /** The earliest start time of the task. */
  readonly since: Time;
}

/**
 * A wait for a task to end, as `wait` and `waitByName` return it.
 *
 * Awaited, it resolves with the task in the state SUCCESS. Iterated over, it yields the task each time
 * a poll shows a change, and at last in the state SUCCESS. It sends nothing before either. It can be
 * iterated over once.
 *
 * Unknown or missing states count as still running. Polling starts at 2 s and backs off by 1.5x to
 * 30 s, without jitter. The final poll starts shortly before the timeout, so that its response can
 * arrive in time: 2 seconds, a tenth of the timeout or the initial interval before, whichever is
 * shortest. No poll continues past the timeout.
 *
 * If the task is not found, polling continues for the grace period, measured from the start or from
 * when it was last seen. Transient errors, such as a 503, are tolerated for the same period. A 429 is
 * tolerated until the timeout, and the next poll comes after its `Retry-After`. Any other error ends the
 * wait, and so does a service that cannot be reached at first.
 *
 * It rejects with a {@link HwtasksError}: `isTaskFailed` when the task ended as FAILED, CANCELLED or
 * DELETED, `isWaitTimedOut`, `isNotFound` when the grace period is over, or the error of a poll. Its
 * `task` holds the task as it was last seen.
 *
 * @example
 * ```ts
 * const task = await client.kafka.wait(instance, id, { timeout: 600_000 });
 *
 * for await (const task of client.dcs.wait(instance, id)) console.log(task.status);
 * ```
 */
export class Wait<T extends object> implements Promise<T>, AsyncIterable<T> {
  readonly [Symbol.toStringTag] = 'Wait';
  readonly #changes: () => AsyncGenerator<T, void, undefined>;
  readonly #onChange: ((task: T) => void) | undefined;
  #ended: Promise<T> | undefined;
  #isIterated = false;

  /** @internal */
  constructor(list: Request<object, T>, target: Target, options: WaitOptions<T> = {}) {
    // Not checked here: a wait rejects, and throws nothing before.
    const { signal, attemptTimeout, retry, onChange } = Object(options) as WaitOptions<T>;
    const finder = new Finder({ ...list, options: { signal, attemptTimeout, retry } }, target);
    const kind = 'id' in target ? 'wait' : 'waitByName';
    this.#changes = () => {
      checks.current?.options(kind, options);
      checkCall(options);
      return poll(list.context.transport.clock, finder, options);
    };
    this.#onChange = onChange;
  }

  /** @internal */
  static byId<T extends object>(
    list: Request<object, T>,
    id: string,
    options?: WaitOptions<T>,
  ): Wait<T> {
    return new Wait(list, { id }, options);
  }

  /** @internal */
  static byName<T extends object>(
    list: Request<object, T>,
    name: string,
    options: WaitByNameOptions<T>,
  ): Wait<T> {
    return new Wait(list, { name, since: options?.since }, options);
  }

  // biome-ignore lint/suspicious/noThenProperty: it is awaited
  then<A = T, B = never>(
    onEnd?: ((task: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#ended ??= this.#end();
    return this.#ended.then(onEnd, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, onError);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    this.#ended ??= this.#end();
    return this.#ended.finally(onFinally);
  }

  async #end(): Promise<T> {
    let last: T | undefined;
    for await (const task of this) last = task;
    if (last === undefined) throw invalidInput('the wait ended before it was awaited');
    return last;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    if (this.#isIterated) {
      throw invalidInput('a wait can be iterated over once, or awaited', 'start another one');
    }
    this.#isIterated = true;
    for await (const task of this.#changes()) {
      this.#onChange?.(task);
      yield task;
    }
  }
}

/** Polls until the task ends: yields the task at each change, and at last in the state SUCCESS. */
async function* poll<T extends object>(
  clock: Clock,
  finder: Finder<T>,
  options: WaitOptions<T>,
): AsyncGenerator<T, void, undefined> {
  const {
    initialInterval = 2000,
    maxInterval = 30_000,
    timeout = 1_800_000,
    notFoundGrace = 60_000,
  } = options;
  requireNotNegative({ initialInterval, maxInterval, timeout, notFoundGrace });
  const { signal } = options;
  const { reader, waiting, body } = finder;
  const firstInterval = Math.max(initialInterval, 1);
  const margin = Math.min(FINAL_POLL_MARGIN, timeout / 10, firstInterval);
  /** When the task was last seen, or the wait started. */
  let seenAt = clock.elapsed();
  const deadline = seenAt + timeout;
  let nextInterval = firstInterval;
  let isMissing = false;
  let hasResponded = false;
  /** Whether the last poll was throttled, which says nothing about the task. */
  let isThrottled = false;
  /** The least pause before the next poll, as the service has requested it. */
  let requested: number | undefined;
  let isFinalPoll = false;
  let last: T | undefined;
  /** The response that held `last`. */
  let response: ResponseInfo | undefined;

  for (let hasEnded = false; !hasEnded; ) {
    const { operation } = finder;
    const task = await pollOnce();
    if (task !== undefined) {
      const state = reader.state(task) ?? '';
      const known = upperAscii(state);
      hasEnded = waiting.success.includes(known);
      if (waiting.failure.includes(known)) {
        const text = `${shownName(task)} has ended as ${oneLine(state)}`;
        throw failed({ kind: 'TaskFailed', text, operation, task });
      }
      const isSame = last !== undefined && fingerprint(body, last) === fingerprint(body, task);
      last = task;
      if (hasEnded || !isSame) yield task;
    }
    if (!hasEnded) await sleepUntilNextPoll();
  }

  /** Sleeps until the next poll is due; throws when there is none. */
  async function sleepUntilNextPoll(): Promise<void> {
    const now = clock.elapsed();
    const left = deadline - now;
    if (isFinalPoll || left <= 0) throw timedOut();
    let interval = nextInterval;
    nextInterval = Math.min(interval * 1.5, Math.max(maxInterval, firstInterval));
    if (requested) interval = withJitter(Math.max(interval, requested), left);
    requested = undefined;
    // The poll after this pause notices the end of the grace period.
    if (isMissing) interval = Math.min(interval, Math.max(0, seenAt + notFoundGrace - now));
    // The response of the final poll must arrive before the deadline.
    if (interval + margin >= left) {
      isFinalPoll = true;
      interval = left >= margin ? left - margin : left / 2;
    }
    await clock.sleep(interval, signal);
    if (isThrottled) seenAt = clock.elapsed();
    isThrottled = false;
    if (signal?.aborted) {
      throw HwtasksError.withDetails(abortedError(signal), {
        operation: finder.operation,
        task: last,
      });
    }
  }

  /** Polls once; `undefined` when the task is missing and the wait goes on. */
  async function pollOnce(): Promise<T | undefined> {
    let missing: HwtasksError;
    try {
      const found = await finder.find(deadline);
      hasResponded = true;
      isMissing = found === undefined;
      if (found !== undefined) {
        seenAt = clock.elapsed();
        response = found.response;
        return found.item;
      }
      missing = notFound();
    } catch (error) {
      missing = tolerated(asHwtasksError(error));
    }
    if (isThrottled || clock.elapsed() - seenAt < notFoundGrace) return undefined;
    throw HwtasksError.withDetails(missing, { task: last });
  }

  /** The error to end with after the grace period; throws an error that ends the wait at once. */
  function tolerated(error: HwtasksError): HwtasksError {
    isMissing = true;
    // The task, or its instance, may not exist yet.
    if (error.isNotFound || (error.isBadRequest && error.code === 'DMS.00400070')) {
      hasResponded = true;
      return notFound(error);
    }
    if (error.isRetryable) {
      hasResponded ||= error.status !== undefined;
      isThrottled = error.isThrottled;
      isMissing = !isThrottled;
      requested = error.headers && retryAfter(error.headers, clock.now());
      // Timers count whole milliseconds, and end a poll up to one before the deadline.
      const isTimeUp = deadline - clock.elapsed() < 1;
      if (isTimeUp || (isFinalPoll && hasResponded)) throw timedOut(error);
      if (hasResponded) return error;
      throw error;
    }
    const { operation = finder.operation } = error;
    throw HwtasksError.withDetails(error, { operation, task: last });
  }

  function notFound(cause?: HwtasksError): HwtasksError {
    const { targetDescription: wanted, operation } = finder;
    const text = `${oneLine(wanted)} was not found for ${seconds(notFoundGrace)}`;
    const attempts = cause?.attempts ?? 0;
    return new HwtasksError({ kind: 'TaskNotFound', text, operation, attempts, cause });
  }

  function timedOut(cause?: HwtasksError): HwtasksError {
    const state =
      last === undefined
        ? `${oneLine(finder.targetDescription)} was not seen`
        : `${shownName(last)} is ${oneLine(reader.state(last) ?? 'in no known state')}`;
    const text = `after waiting for ${seconds(timeout)}, ${state}`;
    const { operation } = finder;
    return failed({ kind: 'WaitTimedOut', text, operation, task: last, cause });
  }

  /** An error that holds the response which last showed the task. */
  function failed(init: ErrorInit): HwtasksError {
    const shown = response && withKeptBody(response);
    const { attempts = 0 } = init.cause instanceof HwtasksError ? init.cause : (shown ?? {});
    return new HwtasksError({ ...init, response: shown, attempts });
  }

  function shownName(task: T): string {
    const name = reader.label(task);
    return oneLine(
      `${finder.noun} ${reader.identity(task)}${name === undefined ? '' : ` (${name})`}`,
    );
  }
}
