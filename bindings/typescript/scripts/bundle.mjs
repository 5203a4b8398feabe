// Bundles what was built as a program would.
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const CLIENT = "export { Client, Credentials } from 'hwtasks';";

/** The whole package, a client as a page has it, and one for what is neither a page nor Node.js. */
export const PROGRAMS = {
  all: { contents: "export * from 'hwtasks';", platform: 'node' },
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
