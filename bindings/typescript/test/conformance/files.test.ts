import { existsSync } from 'node:fs';

import { expect, it } from 'vitest';

import { files } from './corpus.js';

it('every file of the corpus is run', () => {
  expect(files.length).toBeGreaterThanOrEqual(5);
  for (const file of files) {
    const test = new URL(file.replace('.json', '.test.ts'), import.meta.url);
    expect(existsSync(test), `${file} has no runner`).toBe(true);
  }
});
