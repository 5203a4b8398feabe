import { expect } from 'vitest';

import { cases, keepingDigits } from './corpus.js';
import { decodeScalar } from './scalar.js';

interface Case {
  readonly kind: string;
  readonly json: string;
  readonly expect: { readonly value: unknown };
}

const CONVERTED = ['integer', 'boolean', 'text'];

cases<Case>('scalars.json', ['kind', 'json', 'expect'], ({ kind, json, expect: { value } }) => {
  const found = decodeScalar(kind, json);
  // As JSON, which has no sign of zero.
  const written = JSON.stringify(found.written);
  const wanted = kind === 'capacity' && value !== null ? Number(value) : value;
  expect(JSON.stringify(found.value)).toBe(JSON.stringify(wanted));
  const came = keepingDigits(json);
  if (came === null) expect(written).toBeUndefined();
  else if (value !== null && (CONVERTED.includes(kind) || typeof came === 'boolean')) {
    expect(written).toBe(kind === 'integer' ? value : JSON.stringify(value));
  } else expect(written).toBe(JSON.stringify(came));
});
