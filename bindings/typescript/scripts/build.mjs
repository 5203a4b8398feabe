// Rebuilds dist/, and copies the licences for the package.
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = new URL('..', import.meta.url);

rmSync(new URL('dist', here), { recursive: true, force: true });
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const options = { cwd: fileURLToPath(here), stdio: 'inherit' };
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], options);
for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) {
  copyFileSync(new URL(`../../${licence}`, here), new URL(licence, here));
}
process.exitCode = status ?? 1;
