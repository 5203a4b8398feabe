import { expect } from 'vitest';

import { Client, Credentials, HwtasksError } from '../../src/index.js';
import { Wire } from '../wire.js';
import {
  bodyOf,
  type Call,
  checkCall,
  type Outcome,
  replyOf,
  type ScriptedResponse,
} from './call.js';
import { cases, isMembers, keepingDigits, known } from './corpus.js';
import { checkKept } from './normal.js';

interface Case {
  readonly call: Call;
  readonly response: ScriptedResponse;
  readonly expect: Outcome & { written?: unknown; requests?: number };
}

cases<Case>(
  'responses.json',
  ['call', 'response', 'expect'],
  async ({ call, response, expect: of }) => {
    known('expect', of, ['list', 'task', 'written', 'request_id', 'error', 'requests']);
    await using wire = await Wire.replying(replyOf(response));
    const client = new Client({
      dcsEndpoint: wire.url,
      kafkaEndpoint: wire.url,
      projectId: 'a4d31cb63d724fdc8ec96e3a41e47f71',
      credentials: Credentials.token('a-token'),
      retry: { maxAttempts: 1 },
    });
    const outcome = await checkCall(client, call, of);
    const sent = bodyOf(response);
    if (outcome instanceof HwtasksError) {
      const kept = Buffer.from(outcome.body ?? []);
      const isWhole = response.headers?.['content-encoding'] === undefined;
      if (response.connection === 'cut') {
        expect(kept.equals(sent.subarray(0, kept.length))).toBe(true);
      } else if (outcome.status !== undefined && isWhole) {
        expect(kept.equals(sent.slice(0, 64 * 1024))).toBe(true);
      }
    } else {
      const { rawBody: raw } = outcome.response;
      if (response.headers?.['content-encoding'] === undefined) {
        expect(Buffer.from(raw).equals(sent)).toBe(true);
      }
      let body = keepingDigits(new TextDecoder().decode(raw));
      if (of.task !== undefined && isMembers(body)) body = (body.tasks as unknown[])[0];
      checkKept(JSON.parse(JSON.stringify(outcome.body)), of.written ?? body, body);
    }
    expect(wire.take()).toHaveLength(of.requests ?? 1);
  },
);
