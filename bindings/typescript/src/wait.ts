import { abortedError } from './abort.js';
import type { ResponseInfo } from './answer.js';
import { type Facts, HwtasksError, invalidInput, kept, ours, seconds } from './error.js';
import type { Finder } from './find.js';
import { oneLine } from './one-line.js';
import type { CallOptions } from './options.js';
import { isTerminal, nameOf, statusOf, type Task } from './tasks.js';
import type { TimeSource } from './time.js';

/** How long before the timeout the last look is made, at most: it must be answered by then. */
const LAST_LOOK = 2000;

/** How a task is waited for. Times are in milliseconds; one that is negative or no number is refused. */
export interface WaitOptions<T> extends CallOptions {
  /** The first pause between two looks; 2 seconds by default, and never less than a millisecond. */
  readonly interval?: number | undefined;
  /** The pause that the pauses grow to; 30 seconds by default. */
  readonly mostInterval?: number | undefined;
  /** How long to wait at most; 30 minutes by default. */
  readonly timeout?: number | undefined;
  /** How long the task may be missing before the wait ends; 60 seconds by default. */
  readonly grace?: number | undefined;
  /**
   * Is told the task each time it is seen changed, the last time as SUCCESS. What it throws ends the wait.
   */
  readonly onChange?: ((task: T) => void) | undefined;
}

/**
 * A wait for a task to end; made by `wait` and `waitByName`.
 *
 * Awaited, it gives the task that ended as SUCCESS. Iterated over, it gives the task each time it is
 * seen changed, the last time as SUCCESS. Nothing is asked before either, and it can be done once.
 *
 * A task without a state, or in one that no document lists, is waited for. The pauses between looks
 * begin at 2 seconds and grow by half to 30, without jitter. The last look is made shortly before the
 * timeout, so that it can be answered by then: 2 seconds, or a tenth of the timeout, or the first pause,
 * whichever is least. No look goes on past the timeout.
 *
 * A task that is not there, not yet or no more, is looked for during the grace period: from the
 * beginning, or from when it was last seen. So are failures that pass, such as no connection, once the
 * service has answered at all. Before that, and for any other failure, a look that fails after its
 * attempts ends the wait.
 *
 * It ends in a {@link HwtasksError} that is `isTaskFailed` when the task ended as FAILED, CANCELLED or
 * DELETED, `isWaitTimedOut`, `isNotFound` when the grace period was over, or that of a look. Its
 * `task` has the task as it was last seen.
 *
 * @example
 * ```ts
 * const task = await client.kafka.wait(instance, id, { timeout: 600_000 });
 *
 * for await (const task of client.dcs.wait(instance, id)) console.log(task.status);
 * ```
 */
export class Wait<T extends Task> implements Promise<T>, AsyncIterable<T, void, undefined> {
  readonly [Symbol.toStringTag] = 'Wait';
  readonly #changes: () => AsyncGenerator<T, void, undefined>;
  readonly #onChange: ((task: T) => void) | undefined;
  #ended: Promise<T> | undefined;
  #isIterated = false;

  /** @internal */
  constructor(time: TimeSource, finder: Finder<T>, options: WaitOptions<T> = {}) {
    this.#changes = () => watch(time, finder, options);
    this.#onChange = options.onChange;
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
    if (last === undefined) throw invalidInput('the wait was over before it was awaited');
    return last;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    if (this.#isIterated) throw invalidInput('a wait can be iterated over once, or awaited');
    this.#isIterated = true;
    for await (const task of this.#changes()) {
      this.#onChange?.(task);
      yield task;
    }
  }
}

/** A wait that has begun: the task each time it is seen changed, the last time as SUCCESS. */
async function* watch<T extends Task>(
  time: TimeSource,
  finder: Finder<T>,
  options: WaitOptions<T>,
): AsyncGenerator<T, void, undefined> {
  const { interval = 2000, mostInterval = 30_000, timeout = 1_800_000, grace = 60_000 } = options;
  for (const [what, value] of Object.entries({ interval, mostInterval, timeout, grace })) {
    if (!(value >= 0)) throw invalidInput(`the option ${what} is not a number of milliseconds`);
  }
  const { signal } = options;
  const first = Math.max(interval, 1);
  const reserve = Math.min(LAST_LOOK, timeout / 10, first);
  /** When the task was last seen, or the wait began. */
  let seenAt = time.elapsed();
  const deadline = seenAt + timeout;
  let nextPause = first;
  let isMissing = false;
  /** Whether the service has answered at all. */
  let hasAnswered = false;
  let isLastLook = false;
  let last: T | undefined;
  /** The answer that showed it. */
  let answer: ResponseInfo | undefined;

  for (let isEnded = false; !isEnded; ) {
    const { operation } = finder;
    const task = await look();
    if (task !== undefined) {
      const status = statusOf(task);
      isEnded = isTerminal(status);
      if (isEnded && status !== 'SUCCESS') {
        const text = `${shownName(task)} has ended as ${oneLine(status ?? '')}`;
        throw failed({ kind: 'TaskFailed', text, operation, task });
      }
      const isSame = last !== undefined && JSON.stringify(last) === JSON.stringify(task);
      last = task;
      if (isEnded || !isSame) yield task;
    }
    if (!isEnded) await rest();
  }

  /** Waits until the next look is due; an error when there is none. */
  async function rest(): Promise<void> {
    const now = time.elapsed();
    const left = deadline - now;
    if (isLastLook || left <= 0) throw timedOut();
    let pause = nextPause;
    nextPause = Math.min(pause * 1.5, Math.max(mostInterval, first));
    // Not past the end of the grace period, which is a look's to notice.
    if (isMissing) pause = Math.min(pause, Math.max(0, seenAt + grace - now));
    // The last look needs time of its own to be answered before the deadline.
    if (pause + reserve >= left) {
      isLastLook = true;
      pause = left >= reserve ? left - reserve : left / 2;
    }
    await time.sleep(pause, signal);
    if (signal?.aborted) {
      throw HwtasksError.amend(abortedError(signal), { operation: finder.operation, task: last });
    }
  }

  /** The task, or `undefined` when that is no reason to end the wait. */
  async function look(): Promise<T | undefined> {
    let missing: HwtasksError;
    try {
      const found = await finder.find(deadline);
      hasAnswered = true;
      isMissing = found === undefined;
      if (found !== undefined) {
        seenAt = time.elapsed();
        answer = found.answer;
        return found.task;
      }
      missing = notFound();
    } catch (error) {
      missing = missed(ours(error));
    }
    if (time.elapsed() - seenAt < grace) return undefined;
    throw HwtasksError.amend(missing, { task: last });
  }

  /** An error of a look that need not end the wait; any other is thrown. */
  function missed(error: HwtasksError): HwtasksError {
    isMissing = true;
    // There is no such task, or instance, as yet.
    if (error.isNotFound || (error.isBadRequest && error.code === 'DMS.00400070')) {
      hasAnswered = true;
      return notFound(error);
    }
    if (error.isTransient) {
      if (time.elapsed() >= deadline || (isLastLook && hasAnswered)) throw timedOut(error);
      if (hasAnswered) return error;
      throw error;
    }
    const { operation = finder.operation } = error;
    throw HwtasksError.amend(error, { operation, task: last });
  }

  function notFound(cause?: HwtasksError): HwtasksError {
    const { wanted, operation } = finder;
    const text = `${oneLine(wanted)} was not found for ${seconds(grace)}`;
    const attempts = cause?.attempts ?? 0;
    return new HwtasksError({ kind: 'TaskNotFound', text, operation, attempts, cause });
  }

  function timedOut(cause?: HwtasksError): HwtasksError {
    const state =
      last === undefined
        ? `${oneLine(finder.wanted)} was not seen`
        : `${shownName(last)} is ${oneLine(statusOf(last) ?? 'in no known state')}`;
    const text = `after waiting for ${seconds(timeout)}, ${state}`;
    const { operation } = finder;
    return failed({ kind: 'WaitTimedOut', text, operation, task: last, cause });
  }

  /** An error with the answer that last showed the task. */
  function failed(facts: Facts): HwtasksError {
    const shown = answer && kept(answer);
    const { attempts = 0 } = facts.cause instanceof HwtasksError ? facts.cause : (shown ?? {});
    return new HwtasksError({ ...facts, answer: shown, attempts });
  }
}

function shownName(task: Task): string {
  const name = nameOf(task);
  return oneLine(`task ${task.id}${name === undefined ? '' : ` (${name})`}`);
}
