import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { Client, type ClientOptions, Credentials, type HwtasksError } from '../src/index.js';
import { ManualClock } from '../src/test-util.js';
import { json, type Reply, Wire } from './wire.js';

const INSTANCE = '5560df16-cebf-4473-95c4-d1b573c16e79';

async function errorOf(reply: Reply, options: ClientOptions = {}): Promise<HwtasksError> {
  await using wire = await Wire.replying(reply);
  const client = new Client({
    dcsEndpoint: wire.url,
    projectId: 'p',
    credentials: Credentials.token('a-token'),
    retry: { maxAttempts: 1 },
    ...options,
  });
  return await client.dcs.list(INSTANCE).then(
    () => expect.fail('it is no error'),
    (error) => error,
  );
}

describe('an error is one line', () => {
  it.each([
    [
      json(400, { error_code: 'DCS.4070', error_msg: 'Invalid task ID.', error_ext_msg: null }),
      'the service returned 400, DCS.4070: Invalid task ID.',
    ],
    [
      json(404, { error: { code: 111404022, message: 'This\r\n instance\u0007 does not exist.' } }),
      'the service returned 404, 111404022: This instance does not exist.',
    ],
    [
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>\n<b>502</b>' },
      'the service returned 502: the body (text/html) begins: <html> <b>502</b>',
    ],
    [{ status: 500 }, 'the service returned 500: the body is empty'],
    [
      { status: 503, body: 'x'.repeat(300) },
      `the service returned 503: the body (no content type) begins: ${'x'.repeat(200)}…`,
    ],
    [
      { status: 302, headers: { location: 'https://elsewhere.example' } },
      'the service returned 302, which is neither the documented success nor an error',
    ],
    [{ status: 200, body: ' \n' }, 'cannot decode the response body: the body is empty'],
    [
      { status: 200, body: Uint8Array.of(34, 0xff) },
      'cannot decode the response body: it is not UTF-8',
    ],
    [
      json(200, { tasks: [{ id: 'a' }, 'n/a'] }),
      'cannot decode the response body at tasks[1]: expected an object, found "n/a"',
    ],
    [json(200, { task_count: 0 }), 'cannot decode the response body: tasks is missing'],
    [json(200, [1]), 'cannot decode the response body: expected an object, found an array'],
  ])('%#', async (reply, line) => {
    const error = await errorOf(reply);
    expect(error.message).toBe(`ListDcsTasks: ${line}`);
    expect(error.stack).toMatch(/^HwtasksError: ListDcsTasks: /);
  });

  it('however long what did not decode is', async () => {
    const text = 'x'.repeat(1_000_000);
    const error = await errorOf(json(200, { tasks: [text] }));
    expect(error.message.length).toBeLessThan(500);
    expect(inspect(error).length).toBeLessThan(5000);
  });
});

it('an error keeps 64 KiB of the body, and was read from all of it', async () => {
  const body = JSON.stringify({ error_code: 'A.1', error_msg: 'x'.repeat(70_000) });
  const error = await errorOf(json(400, body));
  expect(error.body).toHaveLength(65_536);
  expect(error.body?.buffer.byteLength).toBe(65_536);
  expect(error.serviceMessage).toHaveLength(70_000);
});

it('an error shows what it is, and no header or body', async () => {
  const body = {
    error_code: 'APIGW.0301',
    error_msg: 'no',
    request_id: 'r1',
    other: 'in the body',
  };
  const error = await errorOf(json(401, body, { 'x-other': 'in a header' }));
  expect(error).toBeInstanceOf(Error);
  const shown = inspect(error);
  for (const fact of [
    "kind: 'Api'",
    'status: 401',
    "code: 'APIGW.0301'",
    "requestId: 'r1'",
    'errors.test.ts',
  ]) {
    expect(shown).toContain(fact);
  }
  expect(shown).not.toMatch(/in the body|in a header/);
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'HwtasksError',
    message: 'ListDcsTasks: the service returned 401, APIGW.0301: no',
    kind: 'Api',
    operation: 'ListDcsTasks',
    attempts: 1,
    status: 401,
    code: 'APIGW.0301',
    serviceMessage: 'no',
    requestId: 'r1',
  });
  expect(error.response).toEqual({ error_code: 'APIGW.0301', error_msg: 'no', request_id: 'r1' });
});

it('a body that is too deep is an error of its own, whatever else it holds', async () => {
  for (const depth of [126, 5000, 100_000]) {
    for (const [member, odd] of [
      ['x', ''],
      ['half', ',"name":"\\ud83d\\ude00"'],
      ['long', ',"task_count":123456789012345678901'],
    ]) {
      const deep = '['.repeat(depth) + ']'.repeat(depth);
      const body = `{"tasks":[{"id":"t","status":"EXECUTING","${member}":${deep}${odd}}]}`;
      await using wire = await Wire.replying(json(200, body));
      const client = new Client({
        kafkaEndpoint: wire.url,
        dcsEndpoint: wire.url,
        projectId: 'p',
        token: 't',
        clock: new ManualClock('2026-01-02T03:04:05Z'),
      });
      for (const call of [
        () => client.dcs.list('i'),
        () => client.kafka.show('i', 't'),
        () => client.kafka.wait('i', 't'),
      ]) {
        const error = await call().then(
          () => expect.fail('it is too deep'),
          (error) => error,
        );
        expect(error).toMatchObject({ isDecode: true, attempts: 1, path: undefined });
        expect(error.message).toContain('the JSON is nested deeper than 127 levels');
      }
    }
  }
});

it('body with a field response keeps it beside the HTTP response', async () => {
  const body = { tasks: [{ id: 't', response: { of: 'the service' } }], response: 'mine' };
  await using wire = await Wire.replying(json(200, body, { 'x-request-id': 'r1' }));
  const client = new Client({ kafkaEndpoint: wire.url, projectId: 'p', token: 't' });
  const list = await client.kafka.list('i');
  const task = await client.kafka.show('i', 't');
  expect(JSON.parse(JSON.stringify(list))).toEqual(body);
  expect(JSON.parse(JSON.stringify(task))).toEqual(body.tasks[0]);
  for (const { response } of [list, task]) {
    expect(response).toMatchObject({ status: 200, requestId: 'r1', attempts: 1 });
    expect(JSON.parse(new TextDecoder().decode(response.rawBody))).toEqual(body);
  }
  expect(Object.keys(list)).toEqual(['tasks']);
  expect(inspect(list)).not.toContain('Headers');
});

it('an error is a line however much the service says', async () => {
  const body = { tasks: [{ id: 'x\n'.repeat(500_000) }] };
  await using wire = await Wire.replying(json(200, body));
  const client = new Client({ kafkaEndpoint: wire.url, projectId: 'p', token: 't' });
  const error = await client.kafka.show('i', 't').catch((error) => error);
  expect(error.message).toContain('the response holds another task, "x x x');
  expect(error.message.length).toBeLessThan(500);
});

it('a failure that passes is transient, and no other', async () => {
  for (const [status, passes] of [
    [408, true],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
    [504, true],
    [400, false],
    [401, false],
    [404, false],
    [501, false],
    [302, false],
    [200, false],
  ] as const) {
    expect([status, (await errorOf({ status })).isRetryable]).toEqual([status, passes]);
  }
  expect((await errorOf({ status: 200, connection: 'reset' })).isRetryable).toBe(true);
  const credentials = { name: 'mine', provide: () => Promise.reject(new Error('locked')) };
  expect((await errorOf({ status: 200 }, { credentials })).isRetryable).toBe(false);
});

it('of a duplicate key in an error the last value counts, of two spellings the first', async () => {
  const body =
    '{"error_code":"A.1","errorCode":"A.2","error_code":"A.3","errorMsg":"one","error_msg":"two"}';
  expect(await errorOf(json(400, body))).toMatchObject({ code: 'A.3', serviceMessage: 'one' });
  const codes = '{"error_code":123456789012345678901,"error_msg":true}';
  expect(await errorOf(json(400, codes))).toMatchObject({
    code: '123456789012345678901',
    serviceMessage: 'true',
  });
  const shown = '{"request_id":"r1","error_msg":"\\"error_msg\\": 1","x":":","error_code":"A.2"}';
  expect(await errorOf(json(400, shown))).toMatchObject({
    code: 'A.2',
    serviceMessage: '"error_msg": 1',
    requestId: 'r1',
  });
  const deep = `{"error_code":"A.1","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  expect(await errorOf(json(400, deep))).toMatchObject({ code: undefined, isBadRequest: true });
});

it('body larger than the limit is an error, compressed or not', async () => {
  const large = JSON.stringify({ tasks: [{ id: 'x'.repeat(1000) }] });
  for (const reply of [
    json(200, large),
    { status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync(large) },
  ]) {
    const error = await errorOf(reply, { bodyLimit: 500 });
    expect(error).toMatchObject({ kind: 'BodyTooLarge', attempts: 1 });
    expect(error.message).toContain('larger than the option bodyLimit, 500 bytes');
  }
});

it.each([
  [{ 'retry-after': '2.5' }, 2500],
  [{ 'retry-after': '5, 7' }, 7000],
  [
    { date: 'Fri, 02 Jan 2026 03:04:05 GMT', 'retry-after': 'Fri, 02 Jan 2026 03:05:05 GMT' },
    60_000,
  ],
  [{ 'retry-after': 'soon' }, undefined],
  [{}, undefined],
])('Retry-After of an error is in milliseconds: %j', async (headers, millis) => {
  const error = await errorOf(
    { status: 429, headers: headers as Record<string, string>, body: '{}' },
    { retry: { maxAttempts: 1 } },
  );
  expect(error.retryAfter).toBe(millis);
});

it('attempt without a response in time is a timeout', async () => {
  const error = await errorOf({ status: 200, connection: 'silent' }, { attemptTimeout: 20 });
  expect(error).toMatchObject({ kind: 'Transport', isTimeout: true, isConnectionError: false });
  expect(error.message).toBe('ListDcsTasks: no response in time');
});

it('an ID that is no text is refused, and so is half a character', async () => {
  const client = new Client({ dcsEndpoint: 'https://dcs.example', projectId: 'p', token: 't' });
  for (const [id, why] of [
    [undefined, 'the instance ID is undefined, not a string'],
    [7, 'the instance ID is number, not a string'],
    [5n, 'the instance ID is bigint, not a string'],
    [Symbol('i'), 'the instance ID is symbol, not a string'],
    ['\ud800', 'holds half a character'],
  ] as const) {
    const refused = client.dcs.list(id as string);
    await expect(refused).rejects.toMatchObject({ kind: 'InvalidInput' });
    await expect(refused).rejects.toThrow(why);
  }
});
