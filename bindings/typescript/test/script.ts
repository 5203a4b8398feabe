import { Client, type ClientOptions, Credentials } from '../src/index.js';
import { json, type Reply, Wire } from './wire.js';

/** A task as bodies show it. */
export interface Shown {
  id: string;
  name?: string;
  status?: string;
  created_at?: string;
}

/** Changes the tasks before the `nth` answer, or answers in place of the service. */
export type Step = (nth: number, tasks: Shown[], target: string) => Reply | undefined;

/** A service whose tasks, newest first, come and go between requests, as a step says. */
export class Script implements AsyncDisposable {
  /** What was asked: the last part of the path, with the query. */
  readonly asked: string[] = [];
  readonly tasks: Shown[];
  /** The count each list shows, of the tasks in all and of those on the page. */
  count: (all: number, page: number) => unknown = (all) => String(all);
  /** The most tasks a page holds, whatever is asked for. */
  most = Number.POSITIVE_INFINITY;
  readonly #step: Step;
  #wire: Wire | undefined;

  private constructor(tasks: Shown[], step: Step) {
    this.tasks = tasks;
    this.#step = step;
  }

  static async start(tasks: Shown[], step: Step = () => undefined): Promise<Script> {
    const script = new Script(tasks, step);
    script.#wire = await Wire.answering(({ target }) => script.#answer(target));
    return script;
  }

  client(options: ClientOptions = {}): Client {
    const url = this.#wire?.url;
    return new Client({
      dcsEndpoint: url,
      kafkaEndpoint: url,
      projectId: 'a4d31cb63d724fdc8ec96e3a41e47f71',
      credentials: Credentials.token('a-token'),
      retry: { maxAttempts: 1 },
      ...options,
    });
  }

  #answer(target: string): Reply {
    const { pathname, searchParams: query } = new URL(target, 'http://script');
    const last = pathname.split('/').at(-1) ?? '';
    this.asked.push(target.split('/').at(-1) ?? '');
    const instead = this.#step(this.asked.length, this.tasks, target);
    if (instead !== undefined) return instead;
    if (last !== 'tasks') {
      const task = this.tasks.find(({ id }) => id === last);
      if (task === undefined) return json(404, { error_code: 'DMS.00404022' });
      return json(200, { task_count: '1', tasks: [task] });
    }
    const asked = (...names: string[]) =>
      names.map((name) => query.get(name)).find((v) => v !== null);
    const since = asked('start_time', 'begin_time', 'beginTime');
    const until = asked('end_time', 'endTime');
    const matching = this.tasks.filter(({ created_at = '' }) => {
      // To the second, as queries spell it.
      const created = created_at.replace(/\D/g, '').slice(0, 14);
      return (!since || created >= since) && (!until || created <= until);
    });
    const skipped = Number(asked('offset') ?? Number(asked('start') ?? 1) - 1);
    const limit = Math.min(Number(asked('limit') ?? 10), this.most);
    const page = matching.slice(skipped, skipped + limit);
    return json(200, { task_count: this.count(matching.length, page.length), tasks: page });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire?.[Symbol.asyncDispose]();
  }
}

/** Tasks that only have an ID: `task-0` and so on. */
export function bare(count: number, from = 0): Shown[] {
  return Array.from({ length: count }, (_, n) => ({ id: `task-${from + n}` }));
}

/** All that a stream gives. */
export async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
