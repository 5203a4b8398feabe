import { requireNotNegative } from '../body/ids.js';
import type { Time } from '../body/time.js';
import { checks } from '../config/checks.js';
import type { CallOptions } from '../config/options.js';
import type { ClientContext } from '../context.js';
import { asHwtasksError, type HwtasksError, invalidInput } from '../errors.js';
import { abortedError } from '../http/abort.js';
import type { Operation } from '../operation/operation.js';
import { checkCall, request } from '../operation/request.js';
import { Pace } from './pace.js';
import { itemsOf } from './pages.js';

/** How many instances a sweep reads at once by default. */
const CONCURRENCY = 16;

/** Instance IDs: a list or a stream. A string is none, because its characters would pass for IDs. */
export type Instances = (Iterable<string> | AsyncIterable<string>) & object;

/** Which tasks a sweep lists, and how many instances it reads at once. */
export interface SweepOptions extends CallOptions {
  /** Number of instances to read at once; 16 by default. 0 counts as 1. */
  readonly concurrency?: number | undefined;
  /** Only tasks from this time on, to the whole second before. */
  readonly since?: Time | undefined;
  /** Only tasks up to this time, to the whole second after. */
  readonly until?: Time | undefined;
}

/** One instance of a sweep: all its tasks, or the error that its list failed with. */
export type SweepResult<T> =
  | { readonly instance: string; readonly tasks: T[]; readonly error?: undefined }
  | { readonly instance: string; readonly tasks?: undefined; readonly error: HwtasksError };

/**
 * Lists the tasks of many instances, some instances at a time, and yields each result as it arrives.
 *
 * It takes an instance only when a call for it can start, and keeps no more than the running calls.
 * Ending the sweep early aborts them.
 */
export async function* sweep<T extends object>(
  context: ClientContext,
  operation: Operation<object, T>,
  instances: Instances,
  options: SweepOptions = {},
): AsyncGenerator<SweepResult<T>, void, undefined> {
  checks.current?.options('sweep', options, operation.timeWindow && ['since', 'until']);
  checkCall(options);
  const { concurrency = CONCURRENCY, signal, ...others } = options;
  requireNotNegative({ concurrency });
  const limit = Math.max(concurrency, 1);
  const source = iterate(instances);
  const controller = new AbortController();
  const pace = new Pace(context.transport, limit, controller.signal);
  /** Results that are not yielded yet. */
  const results: SweepResult<T>[] = [];
  let running = 0;
  /** Whether the next instance is on its way. */
  let isTaking = false;
  let isEmpty = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = () => {};
  const abort = () => {
    controller.abort(signal?.reason);
    wake();
  };
  signal?.addEventListener('abort', abort);
  try {
    for (;;) {
      if (signal?.aborted) throw abortedError(signal);
      const result = results.shift();
      if (result !== undefined) yield result;
      if (failure !== undefined) throw failure.error;
      while (!isEmpty && !isTaking && pace.end === undefined && running + results.length < limit) {
        if (signal?.aborted) throw abortedError(signal);
        take();
      }
      if (results.length > 0) continue;
      if (running === 0 && (isEmpty || pace.end !== undefined)) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal?.aborted) resolve();
      });
    }
    if (pace.end !== undefined) throw pace.end;
  } finally {
    signal?.removeEventListener('abort', abort);
    abort();
    const closed = source.return?.();
    // A source that is waiting for its next instance may close late.
    if (isTaking) await Promise.race([closed, new Promise((resolve) => setTimeout(resolve))]);
    else await closed;
  }

  function take(): void {
    const next = source.next();
    if (!('then' in next)) {
      begin(next);
      return;
    }
    isTaking = true;
    next
      .then(begin, (error: unknown) => {
        failure = { error };
      })
      .finally(() => {
        isTaking = false;
        wake();
      });
  }

  function begin({ value, done }: IteratorResult<string>): void {
    isEmpty = done === true;
    if (isEmpty || controller.signal.aborted || pace.end !== undefined) return;
    running += 1;
    read(value).then((result) => {
      running -= 1;
      if (result.error === undefined || !pace.isUnsent(result.error)) results.push(result);
      wake();
    });
  }

  async function read(instance: string): Promise<SweepResult<T>> {
    const tasks: T[] = [];
    const bounds = { ...others, signal: controller.signal };
    try {
      const list = { ...request(context, operation, [instance], bounds), pace };
      for await (const task of itemsOf(list)) tasks.push(task);
      return { instance, tasks };
    } catch (error) {
      return { instance, error: asHwtasksError(error) };
    }
  }
}

function iterate(instances: Instances): AsyncIterator<string> | Iterator<string> {
  const given: unknown = instances;
  if (typeof given === 'object' && given !== null) {
    if (Symbol.asyncIterator in instances) return instances[Symbol.asyncIterator]();
    if (Symbol.iterator in instances) return instances[Symbol.iterator]();
  }
  const what = `the instances are ${typeof given}, not a list or a stream`;
  throw invalidInput(what, 'pass an array of IDs');
}
