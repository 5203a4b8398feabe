import { decode, innerShape, membersOf } from '../../src/body/decode.js';
import { numberText } from '../../src/body/json.js';
import { toCount, toDate, toGigabytes } from '../../src/body/scalars.js';
import type { Shape } from '../../src/body/shape.js';
import { DcsTaskList, DcsTaskListV1 } from '../../src/generated/shapes.js';

type Members = Record<string, unknown>;

/** The member that holds a scalar of each kind, and the shape of its body. */
export const MEMBERS: Readonly<Record<string, readonly [shape: Shape, ...at: string[]]>> = {
  time: [DcsTaskList, 'tasks', 'created_at'],
  count: [DcsTaskList, 'task_count'],
  capacity: [DcsTaskList, 'tasks', 'details', 'old_capacity'],
  integer: [DcsTaskList, 'tasks', 'details', 'old_port'],
  boolean: [DcsTaskList, 'tasks', 'enable_show'],
  text: [DcsTaskList, 'tasks', 'user_name'],
  code: [DcsTaskListV1, 'tasks', 'error_code'],
};

/** A body that has a scalar. */
export function bodyWith(kind: string, text: string): string {
  const [, ...at] = placeOf(kind);
  if (at[0] !== 'tasks') return `{"${at[0]}":${text},"tasks":[]}`;
  const inner = at.slice(1).reduceRight((json, name) => `{"${name}":${json}}`, text);
  return `{"tasks":[{"id":"a",${inner.slice(1, -1)}}]}`;
}

/** A scalar that was decoded, and its member as it is written back. */
export function decodeScalar(kind: string, text: string): { value: unknown; written: unknown } {
  const [shape, ...at] = placeOf(kind);
  const body = decode<object>(shape, bodyWith(kind, text));
  return {
    value: meaning(kind, found(body, at)),
    written: found(JSON.parse(JSON.stringify(body)), at),
  };
}

function placeOf(kind: string): readonly [Shape, ...string[]] {
  const members = MEMBERS[kind];
  if (members === undefined) throw new Error(`${kind} is not a kind`);
  return members;
}

function found(body: unknown, at: readonly string[]): unknown {
  return at.reduce((value, name) => {
    const member = (value as Record<string, unknown> | undefined)?.[name];
    return Array.isArray(member) && name === 'tasks' ? member[0] : member;
  }, body);
}

function meaning(kind: string, raw: unknown): unknown {
  if (raw === undefined) return null;
  switch (kind) {
    case 'time':
      return toDate(raw as string)?.toISOString() ?? null;
    case 'count':
      return toCount(raw as string)?.toString() ?? null;
    case 'capacity':
      return toGigabytes(raw as string) ?? null;
    case 'integer':
      return String(raw);
    case 'code':
      return typeof raw === 'number' ? numberText(raw) : raw;
    default:
      return raw;
  }
}

/** How a field is normalised: to its name, and to what it stands for beside what came. */
const FIELDS: Readonly<Record<string, (raw: never) => [string, unknown]>> = {
  created_at: (raw: string | number) => ['created_at', time(raw)],
  updated_at: (raw: string | number) => ['updated_at', time(raw)],
  old_capacity: (raw: string | number) => ['old_capacity', capacity(raw)],
  new_capacity: (raw: string | number) => ['new_capacity', capacity(raw)],
  task_count: (raw: string | number) => ['count', { raw, value: toCount(raw) ?? null }],
  instance_num: (raw: number) => ['count', { raw, value: raw }],
  error_code: (raw: string | number) => [
    'error_code',
    typeof raw === 'number' ? numberText(raw) : raw,
  ],
};

function time(raw: string | number) {
  return { raw, value: toDate(raw)?.toISOString() ?? null };
}

function capacity(raw: string | number) {
  return { raw, value: toGigabytes(raw) ?? null };
}

/** A body by the names its type has; what no type knows is left out. */
export function normal(of: object, shape: Shape): Members {
  const made: Members = {};
  for (const [name, kind] of membersOf(shape)) {
    const value = (of as Members)[name];
    if (value === undefined) continue;
    const [as, stands] = FIELDS[name]?.(value as never) ?? [name, inner(shape, value, kind)];
    made[as] = stands;
  }
  return made;
}

function inner(outer: Shape, value: unknown, kind: string): unknown {
  const shape = innerShape(outer, kind.replace(/[[\]!]/g, ''));
  if (shape === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => normal(item, shape));
  return normal(value as object, shape);
}
