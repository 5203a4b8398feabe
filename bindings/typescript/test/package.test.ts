import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import manifest from '../package.json' with { type: 'json' };
import { VERSION } from '../src/index.js';
import { Emulator } from './emulator.js';

const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));

/** A program for the libraries of TypeScript that have `Symbol.asyncDispose`. */
const DISPOSES = `
import { Client } from 'hwtasks';
export async function regionOf(token: string): Promise<string | undefined> {
  await using client = new Client({ region: 'cn-north-4', projectId: 'p', token });
  return client.region;
}
`;

/** The examples of the README, in order. */
function examples(): string[] {
  const readme = readFileSync(join(here, 'README.md'), 'utf8');
  return [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
}

describe('package installed into an empty project', () => {
  let project: string;
  let files: string[];

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'hwtasks-package-'));
    // Packs the existing build.
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', project];
    const { stdout } = await run('npm', pack, { cwd: here });
    const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    files = packed?.files.map(({ path }) => path) ?? [];
    writeFileSync(join(project, 'package.json'), '{"private":true,"type":"module"}');
    const install = ['install', '--offline', '--no-audit', '--no-fund', `./${packed?.filename}`];
    await run('npm', install, { cwd: project });
  }, 60_000);

  afterAll(() => rmSync(project, { recursive: true }));

  it('has its files and no dependencies', async () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE-MIT',
        'LICENSE-APACHE',
        'dist/index.js',
        'dist/index.d.ts',
      ]),
    );
    for (const file of files)
      expect(file).toMatch(/^(?:dist\/|src\/|package\.json$|README\.md$|LICENSE-)/);
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest.version).toBe(VERSION);
    const { stdout } = await run('npm', ['ls', '--all', '--json'], { cwd: project });
    expect(Object.keys(JSON.parse(stdout).dependencies)).toEqual(['hwtasks']);
  });

  it('maps lead to the sources in the package', () => {
    const maps = files.filter((file) => file.endsWith('.map'));
    for (const end of ['.js', '.d.ts']) {
      const built = files.filter((file) => file.startsWith('dist/') && file.endsWith(end));
      expect(built.map((file) => `${file}.map`).filter((map) => !maps.includes(map))).toEqual([]);
    }
    for (const map of maps) {
      const { sources } = JSON.parse(readFileSync(join(here, map), 'utf8'));
      const found = sources.map((source: string) => join(dirname(map), source));
      expect(files).toEqual(expect.arrayContaining(found));
    }
  });

  it('require returns what import does', async () => {
    const program = "console.log(typeof require('hwtasks').Client, require('hwtasks').VERSION)";
    const { stdout } = await run(process.execPath, ['-e', program], { cwd: project });
    expect(stdout).toBe(`function ${VERSION}\n`);
    // The first versions of Node.js whose require takes an ES module.
    expect(manifest.engines.node).toBe('^20.19.0 || >=22.12.0');
  });

  it('first example of the README runs against the emulator', async () => {
    await using emulator = await Emulator.start();
    const [example = ''] = examples();
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(12);
    writeFileSync(join(project, 'example.js'), example);
    const home = join(project, 'home');
    mkdirSync(home);
    const env = { PATH: process.env.PATH, HOME: home, ...emulator.variables };
    const { stdout } = await run(process.execPath, ['example.js'], { cwd: project, env });
    expect(stdout).toMatch(/^8abfa7b\w+ ended at 2020-\S+Z\n$/);
    expect((await emulator.requests()).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('every example of the README runs as pasted against the emulator', async () => {
    await using emulator = await Emulator.start();
    const printed = [
      [/^8abfa7b\w+ ended at /],
      [/^options\n$/],
      [
        /^ChangeInstanceSpec SUCCESS 2020-06-17T08:18:06\.597Z\n/,
        /^5560df16-\S+ [1-9]\d*$/m,
        /^a8f4e3b1 HwtasksError: ListKafkaTasks: the service returned 404/m,
      ],
      [/^SUCCESS\n$/],
      [/^no such task\n$/],
      [/^$/],
      [/^\d+\n$/],
      [/^200 \S+ \d+\n$/],
      [/^$/],
      [/^$/],
    ];
    const all = examples();
    expect(all).toHaveLength(printed.length);
    const env = { PATH: process.env.PATH, HOME: project, ...emulator.variables };
    const outputs = all.map(async (example, n) => {
      writeFileSync(join(project, `pasted-${n}.mjs`), example);
      const { stdout } = await run(process.execPath, [`pasted-${n}.mjs`], { cwd: project, env });
      for (const text of printed[n] ?? []) expect(stdout).toMatch(text);
    });
    await Promise.all(outputs);
  }, 30_000);

  it.each([
    // The least version, and the current one.
    ['5.0', 'typescript-5.0', 'nodenext', 'nodenext', ['es2022', 'dom']],
    [
      '5.9',
      'typescript',
      'nodenext',
      'nodenext',
      ['es2023', 'dom', 'dom.asynciterable', 'esnext.disposable'],
    ],
  ])(
    'every example of the README compiles: TypeScript %s',
    async (version, name, module, moduleResolution, lib) => {
      const all = examples();
      expect(all.length).toBeGreaterThan(2);
      const entries = ['hwtasks', 'hwtasks/core', 'hwtasks/signer', 'hwtasks/test-util'];
      let every = entries.map((entry) => `export * from '${entry}';\n`).join('');
      if (lib.includes('esnext.disposable')) every += DISPOSES;
      for (const [n, example] of [every, ...all].entries()) {
        writeFileSync(join(project, `example-${n}.ts`), example);
      }
      const compiler = createRequire(import.meta.url).resolve(`${name}/bin/tsc`);
      const { stdout: shown } = await run(process.execPath, [compiler, '--version']);
      expect(shown).toContain(`Version ${version.slice(0, 3)}.`);
      const options = {
        // The declarations of the package are checked too.
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        strict: true,
        noUncheckedIndexedAccess: true,
        module,
        moduleResolution,
        target: 'es2022',
        lib,
        types: [],
      };
      writeFileSync(
        join(project, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: options, include: ['*.ts'] }),
      );
      const checked = run(process.execPath, [compiler, '-p', project]);
      expect(await checked.catch(({ stdout }) => ({ stdout }))).toMatchObject({ stdout: '' });
    },
    60_000,
  );
});
