// Bundles what was built as a program would.
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const CLIENT = "export { Client, Credentials } from 'hwtasks';";

const CORE = `export {
  CoreClient, items, list, listDcsTasks, listKafkaTasks, pages
} from 'hwtasks/core';`;
const ALL = "export * from 'hwtasks';";

/**
 * The whole package, for Node.js and for a page; a small client that lists; and the full client, for a
 * page and for what is neither.
 */
export const PROGRAMS = {
  all: { contents: ALL, platform: 'node' },
  page: { contents: ALL, platform: 'browser' },
  functions: { contents: "export * from 'hwtasks/core';", platform: 'browser' },
  core: { contents: CORE, platform: 'browser' },
  browser: { contents: CLIENT, platform: 'browser' },
  neutral: { contents: CLIENT, platform: 'neutral' },
};

/** The bundle of a program, minified; with conditions of package.json if a bundler sets others. */
export async function bundle(program, conditions) {
  const { contents, platform } = PROGRAMS[program];
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    // What the package says, not where its own type check finds things.
    tsconfigRaw: '{}',
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform,
    ...(conditions && { conditions }),
    write: false,
  });
  return outputFiles[0].text;
}
