import { FINAL_STATES } from '../generated/operations.js';
import { DcsTaskList as SHAPE } from '../generated/shapes.js';
import type { DcsTaskList, Task, TaskStatus } from '../generated/types.js';
import { fillOnlyItem } from './items.js';

/**
 * Whether a task in this state can change no more: SUCCESS, FAILED, CANCELLED or DELETED, in whatever
 * case.
 *
 * An unknown state, or none, counts as still running.
 */
export function isTerminal(status: TaskStatus | null | undefined): boolean {
  return FINAL_STATES.includes(upperAscii(status ?? ''));
}

/** The text with the capitals of its ASCII letters, as a state is compared. */
export function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
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
 * Copies the state and times beside `tasks` into the only task of a DCS list, where the task has none.
 *
 * The English document and both examples place them there. Does nothing unless the list holds exactly
 * one task, because it is unknown to which task they belong. `pages`, `items` and `wait` do this.
 */
export function fillOnlyTask(list: DcsTaskList): void {
  fillOnlyItem(SHAPE, list);
}
