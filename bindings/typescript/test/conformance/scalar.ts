import { decode } from '../../src/body/decode.js';
import { numberText, toCount, toDate, toGigabytes } from '../../src/body/scalars.js';

/** The member that holds a scalar of each kind, and the shape of its body. */
export const MEMBERS: Readonly<Record<string, readonly [shape: string, ...at: string[]]>> = {
  time: ['DcsTaskList', 'tasks', 'created_at'],
  count: ['DcsTaskList', 'task_count'],
  capacity: ['DcsTaskList', 'tasks', 'details', 'old_capacity'],
  integer: ['DcsTaskList', 'tasks', 'details', 'old_port'],
  boolean: ['DcsTaskList', 'tasks', 'enable_show'],
  text: ['DcsTaskList', 'tasks', 'user_name'],
  code: ['DcsTaskListV1', 'tasks', 'error_code'],
};

/** A body that has a scalar. */
export function bodyWith(kind: string, text: string): string {
  const [, ...at] = membersOf(kind);
  if (at[0] !== 'tasks') return `{"${at[0]}":${text},"tasks":[]}`;
  const inner = at.slice(1).reduceRight((json, name) => `{"${name}":${json}}`, text);
  return `{"tasks":[{"id":"a",${inner.slice(1, -1)}}]}`;
}

/** A scalar that was decoded, and its member as it is written back. */
export function decodeScalar(kind: string, text: string): { value: unknown; written: unknown } {
  const [shape, ...at] = membersOf(kind);
  const body = decode<object>(shape, bodyWith(kind, text));
  return {
    value: meaning(kind, found(body, at)),
    written: found(JSON.parse(JSON.stringify(body)), at),
  };
}

function membersOf(kind: string): readonly [string, ...string[]] {
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
