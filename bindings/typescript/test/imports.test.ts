import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { expect, it } from 'vitest';

import manifest from '../package.json' with { type: 'json' };

const src = fileURLToPath(new URL('../src', import.meta.url));
const target = ts.ScriptTarget.ES2022;
const compilerOptions = { target, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };

/** The modules that each module imports at run time, under a condition of package.json. */
function importsOf(condition: string): Map<string, string[]> {
  const mapped = new Map(
    Object.entries(manifest.imports).map(([name, paths]) => {
      const path = (paths as Record<string, string>)[condition] ?? paths.default;
      return [name, path.replace('./dist/', '')];
    }),
  );
  const found = new Map<string, string[]>();
  for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(join(src, file), 'utf8');
    // Compiled first, because imports of types alone are gone then.
    const { outputText } = ts.transpileModule(text, { compilerOptions });
    const imports = ts.preProcessFile(outputText).importedFiles.map(({ fileName }) => fileName);
    const local = imports.flatMap((name) =>
      name.startsWith('.') ? [join(dirname(file), name)] : (mapped.get(name) ?? []),
    );
    found.set(file.replace(/\.ts$/, '.js'), local);
  }
  return found;
}

/** The modules of a cycle, the first one repeated at the end; `undefined` without a cycle. */
function cycleIn(imports: ReadonlyMap<string, string[]>): string[] | undefined {
  const done = new Set<string>();
  function visit(name: string, path: string[]): string[] | undefined {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of imports.get(name) ?? []) {
      const cycle = visit(next, [...path, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    return undefined;
  }
  for (const name of imports.keys()) {
    const cycle = visit(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

it('cycle among modules is found', () => {
  const imports = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['d', 'b']],
  ]);
  expect(cycleIn(imports)).toEqual(['b', 'c', 'b']);
});

it.each(['default', 'browser', 'node', 'workerd'])(
  'source under the condition %s has no cycle',
  (condition) => {
    const imports = importsOf(condition);
    expect([...imports.values()].flat().length).toBeGreaterThan(100);
    for (const name of [...imports.values()].flat()) expect(imports.has(name), name).toBe(true);
    expect(cycleIn(imports)).toBeUndefined();
  },
  30_000,
);
