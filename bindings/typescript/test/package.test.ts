import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import manifest from '../package.json' with { type: 'json' };
import { VERSION } from '../src/index.js';
import { Emulator } from './emulator.js';

const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));

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
      expect(file).toMatch(/^(?:dist\/|package\.json$|README\.md$|LICENSE-)/);
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest.version).toBe(VERSION);
    const { stdout } = await run('npm', ['ls', '--all', '--json'], { cwd: project });
    expect(Object.keys(JSON.parse(stdout).dependencies)).toEqual(['hwtasks']);
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

  it('other examples of the README run against the emulator', async () => {
    await using emulator = await Emulator.start();
    const known = { id: '8abfa7b2', name: 'EXTEND', status: 'SUCCESS' };
    // Later than the start of the search in every example.
    const created_at = new Date(Date.now() + 600_000).toISOString();
    await emulator.control('POST', 'tasks/dcs/a8f4e3b1', { ...known, created_at });
    await emulator.control('POST', 'tasks/kafka/a8f4e3b1', known);
    const printed = [
      ['options\n'],
      [`EXTEND SUCCESS ${created_at}\n`, 'a8f4e3b1 1\n', '5560df16 HwtasksError: ListKafkaTasks: '],
      ['SUCCESS\n'],
      ['no such task\n'],
      [],
      ['200 '],
      [],
    ];
    const [, ...others] = examples();
    expect(others).toHaveLength(printed.length);
    const env = { PATH: process.env.PATH, HOME: project, ...emulator.variables };
    for (const [n, example] of others.entries()) {
      writeFileSync(join(project, `other-${n}.js`), example);
      const { stdout } = await run(process.execPath, [`other-${n}.js`], { cwd: project, env });
      for (const text of printed[n] ?? []) expect(stdout).toContain(text);
      expect(stdout === '').toBe(printed[n]?.length === 0);
    }
  }, 30_000);

  it('every example of the README compiles', async () => {
    const all = examples();
    expect(all.length).toBeGreaterThan(2);
    for (const [n, example] of all.entries()) {
      writeFileSync(join(project, `example-${n}.ts`), `${example}\nexport {};\n`);
    }
    const lib = ['es2023', 'dom', 'dom.asynciterable'];
    const options = {
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      module: 'nodenext',
      target: 'es2022',
      lib,
      types: [],
    };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, include: ['*.ts'] }),
    );
    const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    const checked = run(process.execPath, [compiler, '-p', project]);
    expect(await checked.catch(({ stdout }) => ({ stdout }))).toMatchObject({ stdout: '' });
  }, 30_000);
});
