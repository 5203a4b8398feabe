import { fillOnlyTask, type Task, toCount } from '../body/tasks.js';
import { HwtasksError, unexpected } from '../errors.js';
import type { DcsTaskList } from '../generated/dcs/types.gen.js';
import type { WithResponse } from '../http/response.js';
import { listDcsTasks, type TaskList } from '../operations.js';
import { fetchList, type ListRequest } from './request.js';

/**
 * How far past a page that repeats itself it is asked whether the position matters at all: further
 * than any instance has tasks.
 */
const PROBE_OFFSET = 1_000_000;
/** How many full pages in a row may bring nothing new, beyond those that all tasks met would fill. */
const MAX_PAGES_WITHOUT_NEW = 100;

/** The tasks of a list, over as many pages as it takes. */
export async function* itemsOf<T extends Task>(
  request: ListRequest<TaskList<T>>,
): AsyncGenerator<T, void, undefined> {
  for await (const page of pagesOf(request)) yield* page.tasks;
}

/** What tells a task from the others. */
function keyOf(task: Task): string {
  // An ID cannot be taken for the other: JSON never writes it so.
  return task.id === '' ? JSON.stringify([task.name ?? '', task.created_at ?? '']) : `=${task.id}`;
}

/**
 * Reads a list page by page, while tasks come and go: each page that holds a task not met before, the
 * first page whatever it holds.
 *
 * What holds between requests: every task that was there throughout and stands before some task met,
 * was met. A page that starts at the front, or holds a task met, carries that to its end. So no
 * position needs to be trusted, and no count.
 */
export async function* pagesOf<List extends TaskList<Task>>(
  request: ListRequest<List>,
): AsyncGenerator<WithResponse<List>, void, undefined> {
  const { operation } = request;
  const asked = request.limit ?? operation.page;
  // A page of one cannot overlap with the next.
  const limit = asked === 1 ? 2 : asked;
  const front = request.position ?? operation.first;
  const met = new Set<string>();
  let position = front;
  /** How far the last step back went. */
  let back = 0;
  /** How many full pages in a row brought nothing new. */
  let fruitless = 0;
  /** Whether the service has shown that the position matters to it. */
  let isHeeded = false;
  let hasStarted = false;

  for (let hasEnded = false; !hasEnded; ) {
    const page = await fetch(position);
    const { length } = page.tasks;
    if (position > front && !page.tasks.some(wasMet)) {
      // Goes back to find a task that was met: those that vanished moved the others to the front.
      isHeeded = true;
      back = Math.max(back * 2, limit - 1);
      position = Math.max(position - back, front);
      continue;
    }
    back = 0;
    const hasBrought = retainNew(page);
    if (length >= limit) {
      if (hasBrought) fruitless = 0;
      else await checkRepeated(page);
    } else {
      const shown = Math.max(0, position - operation.first) + length;
      const claimsMore = (toCount(page.task_count) ?? 0) > shown;
      hasEnded = !(hasBrought && claimsMore && length > 1);
    }
    position += Math.max(0, length - 1);
    if (hasBrought || !hasStarted) yield page;
    hasStarted = true;
  }

  async function fetch(position: number): Promise<WithResponse<List>> {
    const page = await fetchList({ ...request, position, limit });
    if (operation.id === listDcsTasks.id) fillOnlyTask(page as DcsTaskList);
    return page;
  }

  function wasMet(task: Task): boolean {
    return met.has(keyOf(task));
  }

  /** Leaves the page the tasks not met before; whether there are any. */
  function retainNew(page: List): boolean {
    const nameless: string[] = [];
    page.tasks = page.tasks.filter((task) => {
      const key = keyOf(task);
      if (met.has(key)) return false;
      // Those on one page are several tasks, however alike they look.
      if (task.id === '') nameless.push(key);
      else met.add(key);
      return true;
    });
    for (const key of nameless) met.add(key);
    return page.tasks.length > 0;
  }

  /** Tells a page that was pushed back by as many new tasks from one that comes whatever is asked. */
  async function checkRepeated(page: WithResponse<List>): Promise<void> {
    fruitless += 1;
    const metPages = Math.floor(met.size / Math.max(1, limit - 1));
    if (fruitless > MAX_PAGES_WITHOUT_NEW + metPages) throw repeated(page);
    if (isHeeded) return;
    try {
      const far = await fetch(position + PROBE_OFFSET);
      if (far.tasks.length > 0 && far.tasks.every(wasMet)) throw repeated(page);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    isHeeded = true;
  }

  function repeated({ response }: WithResponse<List>): HwtasksError {
    const why = `the page at ${operation.position} ${position} repeats tasks of the pages before and has no other`;
    return HwtasksError.withDetails(unexpected(response, why), { operation: operation.id });
  }
}

/** Whether the service refused what was asked, rather than who asked, or when. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof HwtasksError)) return false;
  const { kind, status = 0 } = error;
  return kind === 'Api' && status < 500 && ![401, 403, 408, 429].includes(status);
}
