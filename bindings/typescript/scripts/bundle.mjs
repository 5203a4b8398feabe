// Bundles what was built as a program would.
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

/** The whole package, and a client as a page has it. */
export const PROGRAMS = {
  all: { contents: "export * from 'hwtasks';", platform: 'node' },
  browser: { contents: "export { Client, Credentials } from 'hwtasks';", platform: 'browser' },
};

/** The bundle of a program, minified. */
export async function bundle(program) {
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
    write: false,
  });
  return outputFiles[0].text;
}
