import { existsSync } from 'node:fs';

import { expect, it } from 'vitest';

import { contentOf, files, schemaErrors } from './corpus.js';

it('every file of the corpus is run', () => {
  expect(files.length).toBeGreaterThanOrEqual(5);
  for (const file of files) {
    const test = new URL(file.replace('.json', '.test.ts'), import.meta.url);
    expect(existsSync(test), `${file} has no runner`).toBe(true);
  }
});

it.each(files)('%s: the schema refuses an unknown member', (file) => {
  const content = contentOf(file) as { cases: { expect: Record<string, unknown> }[] };
  expect(schemaErrors(file, content)).toEqual([]);
  if (content.cases[0]) content.cases[0].expect.planted = 1;
  expect(schemaErrors(file, content)).not.toEqual([]);
});
