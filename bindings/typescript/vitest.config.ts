import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // The source, not what was built of it.
    alias: {
      '#auth': source('platform/auth-default.ts'),
      '#hash': source('platform/hash-node.ts'),
      '#platform': source('platform/default.ts'),
      '#system': source('system/node.ts'),
    },
  },
  test: {
    testTimeout: 20_000,
    projects: [
      { extends: true, test: { name: 'node', include: ['test/**/*.test.ts'] } },
      // The recovery of a build for browsers, with the cases that have tokens.
      {
        extends: true,
        resolve: { alias: { '#auth': source('platform/auth-browser.ts') } },
        test: { name: 'token', include: ['test/conformance/re{fusals,tries}.test.ts'] },
      },
      // Needs Chromium: `npm run test:browser`.
      { extends: true, test: { name: 'browser', include: ['test/browser/*.browser.ts'] } },
    ],
  },
});
