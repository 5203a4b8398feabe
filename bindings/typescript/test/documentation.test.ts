import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { expect, it } from 'vitest';

import { Dcs } from '../src/generated/dcs.js';
import { Kafka } from '../src/generated/kafka.js';

const source = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const config = ts.readConfigFile(source('tsconfig.json'), ts.sys.readFile).config;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, source('.'));
const entries = ['src/index.ts', 'src/core.ts', 'src/signer.ts', 'src/test-util.ts'].map(source);

/** What the examples take for given. */
const GIVEN = `
import * as hwtasks from './index.js';
import { Client, Credentials, EnvironmentProvider, HwtasksError, IamPasswordProvider } from './index.js';
import { otherMembers, ProviderChain, toCount, toDate, type DcsTask } from './index.js';
import { CoreClient, items, list, pages, show, sweep, wait, waitByName } from './core.js';
import { listDcsTasks, listKafkaTasks, showKafkaTask } from './core.js';
import { sign } from './signer.js';
import { ManualClock } from './test-util.js';
declare const client: Client;
declare const env: hwtasks.Env;
declare const [instance, id, instanceId, taskId, name, url, ak, sk, accessKey, secretKey, user, password, domain, token, projectId]: string[] &
  { readonly [at: number]: string };
declare const [instances, instanceIds]: string[][] & { readonly [at: number]: string[] };
declare const myVault: hwtasks.CredentialsProvider;
declare const options: hwtasks.ClientOptions;
declare const task: DcsTask;
`;

it('everything of a deprecated operation is marked as deprecated', () => {
  const program = ts.createProgram(entries, options);
  const checker = program.getTypeChecker();
  const marked: string[] = [];
  for (const name of ['dcs', 'kafka']) {
    const file = program.getSourceFile(source(`src/generated/${name}.ts`));
    const module = file && checker.getSymbolAtLocation(file);
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      for (const symbol of [exported, ...(exported.members?.values() ?? [])]) {
        const tag = symbol.getJsDocTags(checker).find(({ name }) => name === 'deprecated');
        if (tag) marked.push(`${symbol.name}: ${ts.displayPartsToString(tag.text)}`);
      }
    }
  }
  expect(marked).toEqual([
    'ListDcsTasksV1Options: Use {@link ListDcsTasksOptions}.',
    'listV1: Use {@link list}.',
    'pagesV1: Use {@link pages}.',
    'itemsV1: Use {@link items}.',
  ]);
}, 60_000);

/** The examples in the comments of the source, by where they stand. */
function examples(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(source('src'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const text = readFileSync(source(`src/${name}`), 'utf8');
    for (const { index, 1: code = '' } of text.matchAll(/^ *\* ```ts\n(.*?)^ *\* ```$/gms)) {
      const line = text.slice(0, index).split('\n').length;
      found.set(`${name}:${line}`, code.replace(/^ *\* ?/gm, ''));
    }
  }
  return found;
}

it('every example in a comment compiles', () => {
  const all = [...examples()];
  const files = new Map(
    all.map(([, code], n) => [
      source(`src/example-${n}.ts`),
      `${GIVEN}\nexport async function example() {\n${code}\n}\n`,
    ]),
  );
  const unused = { ...options, noUnusedLocals: false, noUncheckedIndexedAccess: false };
  const host = ts.createCompilerHost(unused);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = files.get(name);
    if (text === undefined) return getSourceFile(name, version, ...rest);
    return ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram([...files.keys()], unused, host);
  const wrong = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const n = Number(/example-(\d+)/.exec(file?.fileName ?? '')?.[1]);
    return `${all[n]?.[0]}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  expect(wrong).toEqual([]);
  const named = all.filter(([, code]) => /client\.(?:dcs|kafka)\.\w+\(/.test(code));
  const methods = named.flatMap(([, code]) => [...code.matchAll(/client\.\w+\.(\w+)\(/g)]);
  const generated = [Dcs, Kafka].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype));
  const ways = new Set(generated.filter((method) => method !== 'constructor'));
  expect(new Set(methods.map(([, method]) => method))).toEqual(ways);
}, 60_000);

it('every public item says what it is', () => {
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
