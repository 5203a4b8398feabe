import { Client, type ClientOptions, Credentials } from '../src/index.js';
import { json, type Reply, Wire } from './wire.js';

/** A task in a response body. */
export interface TaskBody {
  id: string;
  name?: string;
  status?: string;
  created_at?: string;
}

/** Changes the tasks before the `nth` response, or returns another response. */
export type Step = (nth: number, tasks: TaskBody[], target: string) => Reply | undefined;

/** A fake service with tasks, newest first; a step changes them between requests. */
export class FakeService implements AsyncDisposable {
  /** The requests: the last path segment, with the query. */
  readonly requests: string[] = [];
  readonly tasks: TaskBody[];
  /** The count in each list, from the number of all tasks and of those on the page. */
  count: (all: number, page: number) => unknown = (all) => String(all);
  /** Maximum number of tasks of a page, whatever the requested limit. */
  maxPageSize = Number.POSITIVE_INFINITY;
  readonly #step: Step;
  #wire: Wire | undefined;

  private constructor(tasks: TaskBody[], step: Step) {
    this.tasks = tasks;
    this.#step = step;
  }

  static async start(tasks: TaskBody[], step: Step = () => undefined): Promise<FakeService> {
    const service = new FakeService(tasks, step);
    service.#wire = await Wire.responding(({ target }) => service.#respond(target));
    return service;
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

  #respond(target: string): Reply {
    const { pathname, searchParams: query } = new URL(target, 'http://service.example');
    const last = pathname.split('/').at(-1) ?? '';
    this.requests.push(target.split('/').at(-1) ?? '');
    const override = this.#step(this.requests.length, this.tasks, target);
    if (override !== undefined) return override;
    if (last !== 'tasks') {
      const task = this.tasks.find(({ id }) => id === last);
      if (task === undefined) return json(404, { error_code: 'DMS.00404022' });
      return json(200, { task_count: '1', tasks: [task] });
    }
    const parameter = (...names: string[]) =>
      names.map((name) => query.get(name)).find((v) => v !== null);
    const since = parameter('start_time', 'begin_time', 'beginTime');
    const until = parameter('end_time', 'endTime');
    const matching = this.tasks.filter(({ created_at = '' }) => {
      // To the second, as queries spell it.
      const created = created_at.replace(/\D/g, '').slice(0, 14);
      return (!since || created >= since) && (!until || created <= until);
    });
    const skipped = Number(parameter('offset') ?? Number(parameter('start') ?? 1) - 1);
    const limit = Math.min(Number(parameter('limit') ?? 10), this.maxPageSize);
    const page = matching.slice(skipped, skipped + limit);
    return json(200, { task_count: this.count(matching.length, page.length), tasks: page });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire?.[Symbol.asyncDispose]();
  }
}

/** Tasks that only have an ID: `task-0` and so on. */
export function minimalTasks(count: number, from = 0): TaskBody[] {
  return Array.from({ length: count }, (_, n) => ({ id: `task-${from + n}` }));
}

/** Collects the items of a stream. */
export async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
