import { readFileSync } from 'node:fs';

import { decode, Mismatch } from '../src/body/decode.js';
import { codeOf, messageOf, readErrorResponse, requestIdIn } from '../src/body/error-response.js';
import type { Shape } from '../src/body/shape.js';
import { DcsTaskList, DcsTaskListV1, KafkaTaskList } from '../src/generated/shapes.js';
import { decodeScalar, MEMBERS, normal } from './conformance/scalar.js';

/** The shape of the body of each operation. */
const SHAPES: Readonly<Record<string, Shape>> = {
  ListDcsTasks: DcsTaskList,
  ListDcsTasksV1: DcsTaskListV1,
  ListKafkaTasks: KafkaTaskList,
};

/** What a text is decoded as; see tests/src/differential.rs of the repository. */
function outcome(kind: string, json: string): object {
  if (kind in MEMBERS) return decodeScalar(kind, json);
  if (kind === 'error') {
    const error = readErrorResponse(new TextEncoder().encode(json));
    if (error === undefined) throw new SyntaxError('no object');
    const facts = {
      code: codeOf(error),
      message: messageOf(error),
      request_id: requestIdIn(error),
    };
    return { value: Object.fromEntries(Object.entries(facts).map(([k, v]) => [k, v ?? null])) };
  }
  const shape = SHAPES[kind];
  if (shape === undefined) throw new Error(`${kind} is not a kind`);
  return { value: normal(decode<object>(shape, json), shape) };
}

const [file = ''] = process.argv.slice(2);
for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
  const { kind, json } = JSON.parse(line) as { kind: string; json: string };
  let made: object;
  try {
    made = outcome(kind, json);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof Mismatch)) throw error;
    made = { refused: true };
  }
  // A large count is a bigint, which JSON.stringify refuses.
  console.log(JSON.stringify(made, (_, v) => (typeof v === 'bigint' ? String(v) : v)));
}
