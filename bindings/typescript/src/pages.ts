import type { Answered } from './answer.js';
import { HwtasksError, unexpected } from './error.js';
import type { DcsTaskList } from './generated/dcs/types.gen.js';
import { listDcsTasks, type TaskList } from './operations.js';
import { fetchList, type ListRequest } from './request.js';
import { fillOnlyTask, type Task, toCount } from './tasks.js';

/**
 * How far past a page that repeats itself it is asked whether the position matters at all: further
 * than any instance has tasks.
 */
const FAR = 1_000_000;
/** How many full pages in a row may bring nothing new, beyond those that all tasks met would fill. */
const FRUITLESS = 100;

/** The pages of a list, one request each. */
export async function* pagesOf<List extends TaskList<Task>>(
  request: ListRequest<List>,
): AsyncGenerator<Answered<List>, void, undefined> {
  const pager = new Pager(request);
  for (let page = await pager.next(); page !== undefined; page = await pager.next()) yield page;
}

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
 * Reads a list page by page, while tasks come and go.
 *
 * What holds between requests: every task that was there throughout and stands before some task met,
 * was met. A page that starts at the front, or holds a task met, carries that to its end. So no
 * position needs to be trusted, and no count.
 */
export class Pager<List extends TaskList<Task>> {
  readonly #request: ListRequest<List>;
  readonly #limit: number;
  readonly #front: number;
  readonly #met = new Set<string>();
  #position: number;
  /** How far the last step back went. */
  #back = 0;
  /** How many full pages in a row brought nothing new. */
  #fruitless = 0;
  /** Whether the service has shown that the position matters to it. */
  #heeded = false;
  #started = false;
  #ended = false;

  constructor(request: ListRequest<List>) {
    const limit = request.limit ?? request.operation.page;
    this.#request = request;
    // A page of one cannot overlap with the next.
    this.#limit = limit === 1 ? 2 : limit;
    this.#front = request.position ?? request.operation.first;
    this.#position = this.#front;
  }

  /** The next page that holds a task not met before; the first page whatever it holds. */
  async next(): Promise<Answered<List> | undefined> {
    while (!this.#ended) {
      const page = await this.#fetch(this.#position);
      const { length } = page.tasks;
      if (this.#position > this.#front && !page.tasks.some((task) => this.#wasMet(task))) {
        this.#stepBack();
        continue;
      }
      this.#back = 0;
      const brought = this.#retainNew(page);
      if (length >= this.#limit) {
        if (brought) this.#fruitless = 0;
        else await this.#checkRepeated(page);
      } else {
        const shown = Math.max(0, this.#position - this.#request.operation.first) + length;
        const claimsMore = (toCount(page.task_count) ?? 0) > shown;
        this.#ended = !(brought && claimsMore && length > 1);
      }
      this.#position += Math.max(0, length - 1);
      if (brought || !this.#started) {
        this.#started = true;
        return page;
      }
    }
    return undefined;
  }

  async #fetch(position: number): Promise<Answered<List>> {
    const page = await fetchList({ ...this.#request, position, limit: this.#limit });
    if (this.#request.operation.id === listDcsTasks.id) fillOnlyTask(page as DcsTaskList);
    return page;
  }

  #wasMet(task: Task): boolean {
    return this.#met.has(keyOf(task));
  }

  /** Leaves the page the tasks not met before; whether there are any. */
  #retainNew(page: List): boolean {
    const nameless: string[] = [];
    page.tasks = page.tasks.filter((task) => {
      const key = keyOf(task);
      if (this.#met.has(key)) return false;
      // Those on one page are several tasks, however alike they look.
      if (task.id === '') nameless.push(key);
      else this.#met.add(key);
      return true;
    });
    for (const key of nameless) this.#met.add(key);
    return page.tasks.length > 0;
  }

  /** Goes back to find a task that was met: those that vanished moved the others to the front. */
  #stepBack(): void {
    this.#heeded = true;
    this.#back = Math.max(this.#back * 2, this.#limit - 1);
    this.#position = Math.max(this.#position - this.#back, this.#front);
  }

  /** Tells a page that was pushed back by as many new tasks from one that comes whatever is asked. */
  async #checkRepeated(page: Answered<List>): Promise<void> {
    this.#fruitless += 1;
    const metPages = Math.floor(this.#met.size / Math.max(1, this.#limit - 1));
    if (this.#fruitless > FRUITLESS + metPages) throw this.#repeated(page);
    if (this.#heeded) return;
    try {
      const far = await this.#fetch(this.#position + FAR);
      if (far.tasks.length > 0 && far.tasks.every((task) => this.#wasMet(task))) {
        throw this.#repeated(page);
      }
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    this.#heeded = true;
  }

  #repeated({ response }: Answered<List>): HwtasksError {
    const { position, id } = this.#request.operation;
    const why = `the page at ${position} ${this.#position} repeats tasks of the pages before and has no other`;
    return HwtasksError.amend(unexpected(response, why), { operation: id });
  }
}

/** Whether the service refused what was asked, rather than who asked, or when. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof HwtasksError)) return false;
  const { kind, status = 0 } = error;
  return kind === 'Api' && status < 500 && ![401, 403, 408, 429].includes(status);
}
