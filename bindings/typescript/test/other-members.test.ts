import { describe, expect, it } from 'vitest';

import { decode } from '../src/body/decode.js';
import { DcsTaskList as SHAPE } from '../src/generated/shapes.js';
import { Client, type DcsTask, type DcsTaskList, otherMembers } from '../src/index.js';
import { ManualClock } from '../src/test-util.js';

const read = (text: string) => decode<DcsTaskList>(SHAPE, text);

function readTask(text: string): DcsTask {
  const [task] = read(`{"tasks":[${text}]}`).tasks;
  if (task === undefined) throw new Error('no task');
  return task;
}

describe('member of an unexpected type', () => {
  it.each([
    ['details', '""'],
    ['details', '[]'],
    ['details', '1'],
    ['params', '{"a":[1]}'],
    ['user_name', '["a"]'],
    ['status', '{"code":1}'],
    ['created_at', 'true'],
    ['enable_show', '1'],
  ])('%s: %s reads as absent and is kept', (member, value) => {
    const task = readTask(`{"id":"a","${member}":${value}}`);
    expect(Object.keys(task)).toEqual(['id']);
    expect(otherMembers(task)).toEqual({ [member]: JSON.parse(value) });
    expect(JSON.parse(JSON.stringify(task))).toEqual({ id: 'a', [member]: JSON.parse(value) });
  });

  it('of details or of the list leaves the members beside it', () => {
    const list = read(
      '{"task_count":[1],"tasks":[{"id":"a","details":{"old_port":6379.5,"new_port":"1"}},{"id":"b"}]}',
    );
    expect(list).toEqual({ tasks: [{ id: 'a', details: { new_port: 1 } }, { id: 'b' }] });
    expect(otherMembers(list)).toEqual({ task_count: [1] });
    expect(otherMembers(list.tasks[0]?.details ?? {})).toEqual({ old_port: 6379.5 });
    expect(JSON.parse(JSON.stringify(list))).toEqual({
      task_count: [1],
      tasks: [{ id: 'a', details: { old_port: 6379.5, new_port: 1 } }, { id: 'b' }],
    });
  });

  it('in a list of texts keeps the whole list as it came', () => {
    const { details } = readTask('{"id":"a","details":{"rename_commands":[1,{"a":1}]}}');
    expect(details?.rename_commands).toBeUndefined();
    expect(otherMembers(details ?? {})).toEqual({ rename_commands: [1, { a: 1 }] });
  });

  it('that was set since then is written as it is now', () => {
    const task = readTask('{"id":"a","details":""}');
    task.details = { new_port: 2 };
    expect(JSON.parse(JSON.stringify(task))).toEqual({ id: 'a', details: { new_port: 2 } });
  });

  it('keeps the digits of a long number', () => {
    const task = readTask('{"id":"a","user_id":1e300,"enable_show":12345678901234567890}');
    expect(otherMembers(task)).toEqual({ user_id: '1e300', enable_show: '12345678901234567890' });
  });
});

describe('ID of an unexpected type', () => {
  it.each(['null', '{"a":1}', '[]'])('%s reads as no ID and is written as it came', (id) => {
    const task = readTask(`{"id":${id},"name":"EXTEND"}`);
    expect(task).toEqual({ id: '', name: 'EXTEND' });
    expect(JSON.parse(JSON.stringify(task))).toEqual({ id: JSON.parse(id), name: 'EXTEND' });
  });

  it('that is absent reads as no ID and is not written', () => {
    const task = readTask('{"name":"EXTEND"}');
    expect(task.id).toBe('');
    expect(otherMembers(task)).toEqual({});
    expect(JSON.stringify(task)).toBe('{"name":"EXTEND"}');
  });
});

describe('member with two spellings', () => {
  const details = (text: string) => readTask(`{"id":"a","details":${text}}`).details ?? {};

  it.each([
    ['{"new_cache_mode":"ha","new_cahce_mode":"single"}', 'ha', { new_cahce_mode: 'single' }],
    ['{"new_cahce_mode":"ha","new_cache_mode":"single"}', 'ha', { new_cache_mode: 'single' }],
    ['{"new_cahce_mode":"ha"}', 'ha', {}],
    ['{"new_cahce_mode":null,"new_cache_mode":"single"}', 'single', {}],
    ['{"new_cache_mode":null,"new_cahce_mode":"single"}', 'single', {}],
    ['{"new_cache_mode":null,"new_cahce_mode":null}', undefined, {}],
    ['{"new_cahce_mode":[]}', undefined, { new_cahce_mode: [] }],
    [
      '{"new_cahce_mode":[],"new_cache_mode":1}',
      undefined,
      { new_cahce_mode: [], new_cache_mode: 1 },
    ],
  ])('%s has the first that is not null', (text, mode, other) => {
    expect(details(text).new_cache_mode).toBe(mode);
    expect(otherMembers(details(text))).toEqual(other);
  });
});

describe('member that no document knows', () => {
  it('is found beside the odd ones, and stays where it came', () => {
    const task = readTask('{"id":"a","job_id":{"n":1},"__proto__":{"a":1},"details":[]}');
    expect(Object.getPrototypeOf(otherMembers(task))).toBe(Object.prototype);
    expect(Object.keys(otherMembers(task)).sort()).toEqual(['__proto__', 'details', 'job_id']);
    expect(otherMembers(task).job_id).toEqual({ n: 1 });
    expect((task as { job_id?: unknown }).job_id).toEqual({ n: 1 });
    expect(JSON.stringify(task)).toContain('"__proto__":{"a":1}');
  });

  it('is none of a body that was made by hand', () => {
    expect(otherMembers({ id: 'a', job_id: 1 })).toEqual({});
  });

  it.each([
    '{"tasks":[{"id":"a"}],"status":1,"response":"mine","task_count":{}}',
    '{"tasks":[{"id":"a"}],"response":"mine"}',
  ])('called response is written too: %s', async (text) => {
    const list = await clientOf(text).dcs.list('i');
    expect(list.response.status).toBe(200);
    expect(otherMembers(list).response).toBe('mine');
    const sent = JSON.parse(text);
    if (sent.status) sent.status = '1';
    expect(JSON.parse(JSON.stringify(list))).toEqual(sent);
  });

  it('that changes is no change of a waited task', async () => {
    const states = ['EXECUTING', 'EXECUTING', 'SUCCESS'];
    let polls = 0;
    const client = clientOf(() => {
      const status = states[polls++];
      return `{"tasks":[{"id":"a","status":"${status}","progress":${polls},"params":[${polls}]}]}`;
    });
    const seen: unknown[] = [];
    for await (const { status } of client.kafka.wait('i', 'a')) seen.push(status);
    expect(seen).toEqual(['EXECUTING', 'SUCCESS']);
    expect(polls).toBe(3);
  });
});

it.each([
  ['null', ''],
  ['{"tasks":null}', 'tasks'],
  ['{"tasks":[{"id":"a"},1]}', 'tasks[1]'],
])('body that is no list of objects is refused: %s', async (text, path) => {
  await expect(clientOf(text).dcs.list('i')).rejects.toMatchObject({
    kind: 'Decode',
    path: path || undefined,
  });
});

function clientOf(body: string | (() => string)): Client {
  return new Client({
    region: 'cn-north-4',
    projectId: 'p',
    token: 't',
    clock: new ManualClock('2026-01-02T03:04:05Z'),
    fetch: async () => new Response(typeof body === 'string' ? body : body()),
  });
}
