import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { expect, it } from 'vitest';

const source = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

it('every public item says what it is', () => {
  const config = ts.readConfigFile(source('tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, source('.'));
  const entries = ['src/index.ts', 'src/signer.ts', 'src/test-util.ts'].map(source);
  const program = ts.createProgram(entries, options);
  const checker = program.getTypeChecker();
  const silent: string[] = [];
  const isPublic = (symbol: ts.Symbol) =>
    !symbol.name.startsWith('__') &&
    symbol.name !== 'prototype' &&
    !symbol.getJsDocTags(checker).some(({ name }) => name === 'internal') &&
    !symbol.declarations?.every(
      (declaration) =>
        ts.isTypeParameterDeclaration(declaration) ||
        ts.isConstructorDeclaration(declaration) ||
        (ts.isClassElement(declaration) &&
          ((declaration.name !== undefined && ts.isPrivateIdentifier(declaration.name)) ||
            declaration.name?.getText() === 'name' ||
            isImplementation(declaration))),
    );
  const check = (name: string, symbol: ts.Symbol) => {
    if (!isPublic(symbol)) return;
    const comment = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    if (comment.trim() === '') silent.push(name);
    for (const members of [symbol.members, symbol.exports]) {
      members?.forEach((member) => {
        check(`${name}.${member.name}`, member);
      });
    }
  };
  const seen = new Set<string>();
  for (const entry of entries) {
    const file = program.getSourceFile(entry);
    const module = file && checker.getSymbolAtLocation(file);
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const isAlias = exported.flags & ts.SymbolFlags.Alias;
      seen.add(exported.name);
      check(exported.name, isAlias ? checker.getAliasedSymbol(exported) : exported);
    }
  }
  expect(seen.size).toBeGreaterThan(60);
  expect(silent).toEqual([]);

  /** What an interface, or the language, has documented already. */
  function isImplementation({ name, parent }: ts.ClassElement): boolean {
    const text = name?.getText() ?? '';
    if (text.startsWith('[Symbol.')) return true;
    if (!ts.isClassDeclaration(parent)) return false;
    return (parent.heritageClauses ?? [])
      .flatMap(({ types }) => types)
      .some((type) => checker.getTypeAtLocation(type).getProperty(text) !== undefined);
  }
}, 60_000);
