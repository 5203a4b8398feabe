import { abortedError } from './abort.js';
import { HwtasksError, invalidInput } from './error.js';
import type { TaskList } from './operations.js';
import type { CallOptions } from './options.js';
import { itemsOf } from './pages.js';
import type { ListRequest } from './request.js';
import type { Task } from './tasks.js';
import type { Time } from './time.js';

/** How many instances are asked at once when nothing is said. */
const CONCURRENCY = 16;

/** Many instances: a list or a stream of them, and not a text, whose characters would be taken for them. */
export type Instances<I> = (Iterable<I> | AsyncIterable<I>) & object;

/** How many instances are asked at once. */
export interface SweepOptions extends CallOptions {
  /** How many calls are under way at once; 16 by default. 0 counts as 1. */
  readonly concurrency?: number | undefined;
}

/** Which tasks of each instance are asked for. */
export interface SweepTasksOptions extends SweepOptions {
  /** Only tasks from this time on, to the whole second before. */
  readonly since?: Time | undefined;
  /** Only tasks up to this time, to the whole second after. */
  readonly until?: Time | undefined;
}

/** An instance of a sweep with what came of its call: a value, or the error that kept it away. */
export type Swept<I, V> =
  | { readonly instance: I; readonly value: V; readonly error?: undefined }
  | { readonly instance: I; readonly value?: undefined; readonly error: unknown };

/** An instance of a sweep with all its tasks, or the error that kept them away. */
export type SweptTasks<T> =
  | { readonly instance: string; readonly tasks: T[]; readonly error?: undefined }
  | { readonly instance: string; readonly tasks?: undefined; readonly error: HwtasksError };

/**
 * Asks many instances the same, some at a time.
 *
 * Each instance comes with the result of its call as that finishes, in no other order. A failure is
 * the result of its instance, and the sweep goes on. Instances are taken from what was given, which
 * may be a stream, only as calls begin; and no more is kept than the calls under way. The signal that a
 * call is given is aborted when the sweep is, or is left.
 *
 * @example
 * ```ts
 * const newest = sweep(instances, (instance, signal) =>
 *   client.kafka.list(instance, { limit: 1, signal }),
 * );
 * for await (const { instance, value, error } of newest) {
 *   console.log(instance, error ?? value?.tasks[0]);
 * }
 * ```
 */
export async function* sweep<I, V>(
  instances: Instances<I>,
  call: (instance: I, signal: AbortSignal) => PromiseLike<V>,
  options: SweepOptions = {},
): AsyncGenerator<Swept<I, V>, void, undefined> {
  const { concurrency = CONCURRENCY, signal } = options;
  if (!(concurrency >= 0)) {
    throw invalidInput(`the concurrency is ${concurrency}, and must be a number of calls`);
  }
  const most = Math.max(concurrency, 1);
  const running = new Map<number, Promise<{ at: number; swept: Swept<I, V> }>>();
  const source = iterate(instances);
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  let isEmpty = false;
  try {
    for (let at = 0; ; ) {
      for (; !isEmpty && running.size < most; at += 1) {
        if (signal?.aborted) throw abortedError(signal);
        const { value: instance, done } = await source.next();
        isEmpty = done === true;
        if (!isEmpty) running.set(at, settle(at, instance as I, call, controller.signal));
      }
      if (running.size === 0) return;
      const { at: finished, swept } = await Promise.race(running.values());
      running.delete(finished);
      if (signal?.aborted) throw abortedError(signal);
      yield swept;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    abort();
    await source.return?.();
  }
}

function iterate<I>(instances: Instances<I>): AsyncIterator<I> | Iterator<I> {
  const given: unknown = instances;
  if (typeof given === 'object' && given !== null) {
    if (Symbol.asyncIterator in instances) return instances[Symbol.asyncIterator]();
    if (Symbol.iterator in instances) return instances[Symbol.iterator]();
  }
  throw invalidInput(`the instances are ${typeof given}, not a list or a stream`);
}

async function settle<I, V>(
  at: number,
  instance: I,
  call: (instance: I, signal: AbortSignal) => PromiseLike<V>,
  signal: AbortSignal,
) {
  let swept: Swept<I, V>;
  try {
    swept = { instance, value: await call(instance, signal) };
  } catch (error) {
    swept = { instance, error };
  }
  return { at, swept };
}

/** The tasks of many instances, some instances at a time. */
export async function* sweepTasks<T extends Task>(
  instances: Instances<string>,
  list: (instance: string) => ListRequest<TaskList<T>>,
  options: SweepTasksOptions = {},
): AsyncGenerator<SweptTasks<T>, void, undefined> {
  const { since, until } = options;
  const all = async (instance: string, signal: AbortSignal) => {
    const tasks: T[] = [];
    for await (const task of itemsOf({ ...list(instance), since, until, signal })) tasks.push(task);
    return tasks;
  };
  for await (const { instance, value, error } of sweep(instances, all, options)) {
    if (value !== undefined) yield { instance, tasks: value };
    else if (error instanceof HwtasksError) yield { instance, error };
    else throw error;
  }
}
