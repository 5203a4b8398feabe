import { expect, it } from 'vitest';
import type { CallOptions } from '../src/config/options.js';
import { Project } from '../src/config/project.js';
import { fromOptions } from '../src/config/source.js';
import type { ClientContext } from '../src/context.js';
import { KafkaTaskList as SHAPE } from '../src/generated/shapes.js';
import type { KafkaTask, KafkaTaskList } from '../src/generated/types.js';
import { retryPolicy } from '../src/http/retry.js';
import { itemsOf } from '../src/list/pages.js';
import type { Operation } from '../src/operation/operation.js';
import { request, send } from '../src/operation/request.js';
import { auth } from '../src/platform/auth-default.js';
import { ManualClock } from '../src/test-util.js';

/** An operation that no document has: without an argument, a time window and a wait. */
const listWidgets: Operation<KafkaTaskList, KafkaTask> = {
  operationId: 'ListWidgets',
  service: 'dcs',
  method: 'GET',
  path: '/v2/{project_id}/widgets',
  pathParameters: [null],
  queryParameters: [
    { key: 'offset', option: 'offset', type: 'integer', minimum: 0, maximum: 100 },
    { key: 'limit', option: 'limit', type: 'integer', minimum: 1, maximum: 100 },
    { key: 'main_colour', option: 'mainColour', type: 'text' },
    { key: 'with_parts', option: 'withParts', type: 'boolean' },
  ],
  body: SHAPE,
  paging: { position: 0, first: 0, size: 1 },
};

interface ListWidgetsOptions extends CallOptions {
  readonly offset?: number;
  readonly limit?: number;
  readonly mainColour?: string;
  readonly withParts?: boolean;
}

/** A context whose service holds items with these IDs. */
function contextOf(ids: readonly string[]): { context: ClientContext; urls: string[] } {
  const urls: string[] = [];
  const fetch = async (url: string) => {
    urls.push(url);
    const query = new URL(url).searchParams;
    const start = Number(query.get('offset') ?? 0);
    const end = start + Number(query.get('limit') ?? 10);
    return Response.json({ tasks: ids.slice(start, end).map((id) => ({ id })) });
  };
  const clock = new ManualClock('2026-01-02T03:04:05Z');
  const context: ClientContext = {
    region: undefined,
    dcs: fromOptions('https://dcs.example'),
    kafka: undefined,
    project: new Project(fromOptions('p')),
    transport: {
      fetch,
      provider: undefined,
      clock,
      retry: retryPolicy({ maxAttempts: 1 }),
      limits: { attempt: 1000, call: 1000, body: 1000 },
      userAgent: 'test',
      running: new Set(),
      isClosed: false,
      ...auth.recovery(undefined, clock),
    },
  };
  return { context, urls };
}

const widgets = (context: ClientContext, options: ListWidgetsOptions = {}) =>
  request(context, listWidgets, [], options);

it('operation is sent by its constant', async () => {
  const { context, urls } = contextOf(['a']);
  const options = { offset: 0, mainColour: 'red & blue/*', withParts: false };
  expect((await send(widgets(context, options))).tasks).toEqual([{ id: 'a' }]);
  const query = 'main_colour=red%20%26%20blue%2F%2A&offset=0&with_parts=false';
  expect(urls).toEqual([`https://dcs.example/v2/p/widgets?${query}`]);
});

it('option is checked before anything is sent', async () => {
  const { context, urls } = contextOf([]);
  for (const [options, message] of [
    [{ limit: 0 }, 'the limit is 0, and must be a whole number from 1 to 100'],
    [{ limit: 101 }, 'the limit is 101, and must be a whole number from 1 to 100'],
    [{ mainColour: 1 }, 'the mainColour is number, not a string'],
    [{ withParts: 'yes' }, 'the withParts is string, not a boolean'],
  ] as const) {
    const sent = send(widgets(context, options as ListWidgetsOptions));
    await expect(sent).rejects.toThrow(`ListWidgets: ${message}`);
  }
  expect(urls).toEqual([]);
});

it('list without a time window is read over its pages, with every option', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const { context, urls } = contextOf(ids);
  const found: string[] = [];
  for await (const { id } of itemsOf(widgets(context, { limit: 2, withParts: true }))) {
    found.push(id);
  }
  expect(found).toEqual(ids);
  expect(urls.length).toBeGreaterThan(2);
  for (const url of urls) expect(url).toMatch(/\?limit=2&offset=\d&with_parts=true$/);
});
