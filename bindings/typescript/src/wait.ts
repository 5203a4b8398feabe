import { abortedError } from './abort.js';
import type { ResponseInfo } from './answer.js';
import { type Facts, HwtasksError, invalidInput, kept, seconds } from './error.js';
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
  readonly #begin: () => Watch<T>;
  readonly #onChange: ((task: T) => void) | undefined;
  #ended: Promise<T> | undefined;
  #isIterated = false;

  /** @internal */
  constructor(time: TimeSource, finder: Finder<T>, options: WaitOptions<T> = {}) {
    this.#begin = () => new Watch(time, finder, options);
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
    const watch = this.#begin();
    for (let isOver = false; !isOver; ) {
      const task = await watch.change();
      isOver = isTerminal(statusOf(task));
      this.#onChange?.(task);
      yield task;
    }
  }
}

/** A wait that has begun. */
class Watch<T extends Task> {
  readonly #time: TimeSource;
  readonly #finder: Finder<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #first: number;
  readonly #most: number;
  readonly #timeout: number;
  readonly #grace: number;
  readonly #deadline: number;
  #pause: number;
  /** When the task was last seen, or the wait began. */
  #seenAt: number;
  #isMissing = false;
  /** Whether the service has answered at all. */
  #hasAnswered = false;
  #hasLooked = false;
  #isLastLook = false;
  #last: T | undefined;
  /** The answer that showed it. */
  #answer: ResponseInfo | undefined;

  constructor(time: TimeSource, finder: Finder<T>, options: WaitOptions<T>) {
    const { interval = 2000, mostInterval = 30_000, timeout = 1_800_000, grace = 60_000 } = options;
    for (const [what, value] of Object.entries({ interval, mostInterval, timeout, grace })) {
      if (!(value >= 0)) throw invalidInput(`the option ${what} is not a number of milliseconds`);
    }
    this.#time = time;
    this.#finder = finder;
    this.#signal = options.signal;
    this.#first = Math.max(interval, 1);
    this.#most = Math.max(mostInterval, this.#first);
    this.#timeout = timeout;
    this.#grace = grace;
    this.#pause = this.#first;
    this.#seenAt = time.elapsed();
    this.#deadline = this.#seenAt + timeout;
  }

  /** Looks until the task has changed, or has ended well. */
  async change(): Promise<T> {
    for (;;) {
      await this.#rest();
      const { operation } = this.#finder;
      const task = await this.#look();
      if (task === undefined) continue;
      const status = statusOf(task);
      if (isTerminal(status) && status !== 'SUCCESS') {
        const text = `${shownName(task)} has ended as ${oneLine(status ?? '')}`;
        throw this.#error({ kind: 'TaskFailed', text, operation, task });
      }
      const isSame =
        this.#last !== undefined && JSON.stringify(this.#last) === JSON.stringify(task);
      this.#last = task;
      if (!isSame || isTerminal(status)) return task;
    }
  }

  /** Waits until the next look is due; an error when there is none. */
  async #rest(): Promise<void> {
    if (!this.#hasLooked) {
      this.#hasLooked = true;
      return;
    }
    const now = this.#time.elapsed();
    const left = this.#deadline - now;
    if (this.#isLastLook || left <= 0) throw this.#timedOut();
    let pause = this.#pause;
    this.#pause = Math.min(pause * 1.5, this.#most);
    if (this.#isMissing) {
      // Not past the end of the grace period, which is a look's to notice.
      pause = Math.min(pause, Math.max(0, this.#seenAt + this.#grace - now));
    }
    // The last look needs time of its own to be answered before the deadline.
    const reserve = Math.min(LAST_LOOK, this.#timeout / 10, this.#first);
    if (pause + reserve >= left) {
      this.#isLastLook = true;
      pause = left >= reserve ? left - reserve : left / 2;
    }
    await this.#time.sleep(pause, this.#signal);
    if (this.#signal?.aborted) {
      const { operation } = this.#finder;
      throw HwtasksError.amend(abortedError(this.#signal), { operation, task: this.#last });
    }
  }

  /** The task, or `undefined` when that is no reason to end the wait. */
  async #look(): Promise<T | undefined> {
    let missing: HwtasksError;
    try {
      const found = await this.#finder.find(this.#deadline);
      this.#hasAnswered = true;
      this.#isMissing = found === undefined;
      if (found !== undefined) {
        this.#seenAt = this.#time.elapsed();
        this.#answer = found.answer;
        return found.task;
      }
      missing = this.#notFound();
    } catch (error) {
      if (!(error instanceof HwtasksError)) throw error;
      missing = this.#missed(error);
    }
    if (this.#time.elapsed() - this.#seenAt < this.#grace) return undefined;
    throw HwtasksError.amend(missing, { task: this.#last });
  }

  /** An error of a look that need not end the wait; any other is thrown. */
  #missed(error: HwtasksError): HwtasksError {
    this.#isMissing = true;
    // There is no such task, or instance, as yet.
    if (error.isNotFound || (error.isBadRequest && error.code === 'DMS.00400070')) {
      this.#hasAnswered = true;
      return this.#notFound(error);
    }
    if (error.isTransient) {
      const isOver = this.#time.elapsed() >= this.#deadline;
      if (isOver || (this.#isLastLook && this.#hasAnswered)) throw this.#timedOut(error);
      if (this.#hasAnswered) return error;
      throw error;
    }
    const { operation = this.#finder.operation } = error;
    throw HwtasksError.amend(error, { operation, task: this.#last });
  }

  #notFound(cause?: HwtasksError): HwtasksError {
    const { wanted, operation } = this.#finder;
    const text = `${oneLine(wanted)} was not found for ${seconds(this.#grace)}`;
    const attempts = cause?.attempts ?? 0;
    return new HwtasksError({ kind: 'TaskNotFound', text, operation, attempts, cause });
  }

  #timedOut(cause?: HwtasksError): HwtasksError {
    const { wanted, operation } = this.#finder;
    const task = this.#last;
    const state =
      task === undefined
        ? `${oneLine(wanted)} was not seen`
        : `${shownName(task)} is ${oneLine(statusOf(task) ?? 'in no known state')}`;
    const text = `after waiting for ${seconds(this.#timeout)}, ${state}`;
    const error = this.#error({ kind: 'WaitTimedOut', text, operation, task, cause });
    return cause === undefined ? error : HwtasksError.amend(error, { attempts: cause.attempts });
  }

  /** An error with the answer that last showed the task. */
  #error(facts: Facts): HwtasksError {
    const answer = this.#answer && kept(this.#answer);
    return new HwtasksError({ ...facts, answer, attempts: answer?.attempts ?? 0 });
  }
}

function shownName(task: Task): string {
  const name = nameOf(task);
  return oneLine(`task ${task.id}${name === undefined ? '' : ` (${name})`}`);
}
