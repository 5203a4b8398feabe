import type {
  DcsTask,
  DcsTaskList,
  DcsTaskV1,
  TaskName,
  TaskStatus,
  Timestamp,
} from '../generated/dcs/types.gen.js';
import type { KafkaTask } from '../generated/kafka/types.gen.js';
import { readTime } from './time.js';

/** A task of any operation: what the tasks of all of them have in common can be read of it. */
export type Task = DcsTask | DcsTaskV1 | KafkaTask;

const TERMINAL: ReadonlySet<TaskStatus> = new Set(['SUCCESS', 'FAILED', 'CANCELLED', 'DELETED']);

/**
 * Whether a task in this state can change no more: SUCCESS, FAILED, CANCELLED or DELETED.
 *
 * A state that is not known, or none, counts as still changing.
 */
export function isTerminal(status: TaskStatus | null | undefined): boolean {
  return TERMINAL.has(status ?? '');
}

/**
 * A point in time of a body; `undefined` when it is unset (`""`) or not a time.
 *
 * The documents show RFC 3339 text in UTC with milliseconds. A number is milliseconds since
 * 1970-01-01 UTC, as other operations of Huawei Cloud write them.
 *
 * @example
 * ```ts
 * const began = toDate(task.created_at);
 * ```
 */
export function toDate(timestamp: Timestamp | null | undefined): Date | undefined {
  const millis = typeof timestamp === 'number' ? timestamp : readTime(timestamp ?? '')?.millis;
  const date = new Date(Number.isInteger(millis) ? (millis as number) : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/**
 * How many tasks a service counted; `undefined` when what came is not a whole number of tasks.
 *
 * It may be a total or the size of the page: never page by it.
 */
export function toCount(count: string | number | null | undefined): number | undefined {
  const number = toNumber(count);
  return Number.isSafeInteger(number) && (number as number) >= 0 ? number : undefined;
}

/** A capacity in gigabytes; `undefined` when it is unset (`""`) or not a number. */
export function toGigabytes(capacity: string | number | null | undefined): number | undefined {
  return toNumber(capacity);
}

function toNumber(value: string | number | null | undefined): number | undefined {
  const text = String(value ?? '').trim();
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/**
 * The parameters of a task, parsed; `undefined` when there are none.
 *
 * No document says that `params` holds JSON, though every Kafka example shows it, so text that is not
 * JSON is to be expected.
 *
 * @throws SyntaxError when the text is not JSON; `task.params` has the text
 */
export function parseParams<T = unknown>(task: Pick<Task, 'params'>): T | undefined {
  return task.params ? (JSON.parse(task.params) as T) : undefined;
}

/**
 * Gives the only task of a DCS list the state and times that stand beside `tasks`, where it has none
 * of its own, as the English document and both examples show them. With more tasks than one, or none,
 * nobody knows whose they are.
 */
export function fillOnlyTask(list: DcsTaskList): void {
  const [task, ...others] = list.tasks;
  if (task === undefined || others.length > 0) return;
  if (!task.status && list.status !== undefined) task.status = list.status;
  for (const field of ['created_at', 'updated_at'] as const) {
    const isUnset = task[field] === undefined || task[field] === '';
    if (isUnset && list[field] !== undefined) task[field] = list[field];
  }
}

/** What a task does; `undefined` when that is unset. */
export function nameOf(task: Task): TaskName | undefined {
  return task.name || undefined;
}

/** How far a task has come; `undefined` when that is unset. */
export function statusOf(task: Task): TaskStatus | undefined {
  return task.status || undefined;
}
