import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect } from 'vitest';

import {
  Client,
  type ClientOptions,
  Credentials,
  HwtasksError,
  IamPasswordProvider,
} from '../../src/index.js';
import { ManualClock } from '../../src/test-util.js';
import { Wire } from '../wire.js';
import { checkHeaders, errorOf, replyOf, type ScriptedResponse } from './call.js';
import { cases, known } from './corpus.js';
import { kindOf } from './normal.js';

const NOW = '2026-01-02T03:04:05Z';

interface Setting {
  readonly value: string;
  readonly origin: string;
}

interface SentRequest {
  readonly method: string;
  readonly target: string;
  readonly headers?: Record<string, string>;
  readonly absent?: string[];
}

interface Case {
  readonly environment?: Record<string, string>;
  readonly files?: Record<string, string>;
  readonly client?: {
    readonly region?: string;
    readonly dcs_endpoint?: string;
    readonly kafka_endpoint?: string;
    readonly iam_endpoint?: string;
    readonly project_id?: string;
    readonly credentials?: Record<string, string>;
    readonly without_credentials?: boolean;
  };
  readonly iam?: ScriptedResponse[];
  readonly metadata?: ScriptedResponse[];
  readonly expect: {
    readonly region?: Setting;
    readonly dcs_endpoint?: Setting;
    readonly kafka_endpoint?: Setting;
    readonly project_id?: Setting;
    readonly credentials?: { kind: string; access_key?: string; provider?: string };
    readonly error?: { readonly kind: string; readonly names: string[] };
    readonly iam?: SentRequest[];
    readonly metadata?: SentRequest[];
  };
}

const MEMBERS = ['environment', 'files', 'client', 'iam', 'metadata', 'expect'] as const;

cases<Case>('configuration.json', MEMBERS, async (of) => {
  const { iam: sentToIam, metadata: sentToMetadata, error: expected, ...settings } = of.expect;
  const home = mkdtempSync(join(tmpdir(), 'hwtasks-configuration-'));
  const iam = await Wire.replying(...(of.iam ?? []).map(replyOf));
  const metadata = await Wire.replying(...(of.metadata ?? []).map(replyOf));
  const places = { '{home}': home, '{iam}': iam.url, '{metadata}': metadata.url };
  const fill = (text: string) =>
    Object.entries(places).reduce((text, [name, value]) => text.replaceAll(name, value), text);
  const normal = (text: string) =>
    Object.entries(places).reduce((text, [name, value]) => text.replaceAll(value, name), text);
  if (of.metadata === undefined) await metadata[Symbol.asyncDispose]();
  for (const [path, text] of Object.entries(of.files ?? {})) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), fill(text));
  }
  try {
    if (expected === undefined) {
      const client = await made(of, fill);
      expect(await settingsOf(client, normal)).toEqual(settings);
      expect(JSON.stringify(client)).not.toContain('SECRET');
    } else {
      known('error', expected, ['kind', 'names']);
      const error = await errorOf(() => made(of, fill));
      if (!(error instanceof HwtasksError)) throw error;
      const line = normal(error.message);
      for (const name of expected.names) expect(line).toContain(name);
      expect(kindOf(error)).toBe(expected.kind);
      expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('SECRET');
    }
    checkSent(iam, sentToIam);
    checkSent(metadata, sentToMetadata);
  } finally {
    rmSync(home, { recursive: true });
    await iam[Symbol.asyncDispose]();
    await metadata[Symbol.asyncDispose]();
  }
});

/** A client, configured and with its credentials and its project. */
async function made(of: Case, fill: (text: string) => string): Promise<Client> {
  const clock = new ManualClock(NOW);
  const { client = {}, environment } = of;
  const { credentials: keys, ...others } = client;
  const endpoints = ['dcs_endpoint', 'kafka_endpoint', 'iam_endpoint'];
  known('client', others, [...endpoints, 'region', 'project_id', 'without_credentials']);
  const url = (url: string | undefined) => url && fill(url);
  const options: ClientOptions = {
    clock,
    region: others.region,
    dcsEndpoint: url(others.dcs_endpoint),
    kafkaEndpoint: url(others.kafka_endpoint),
    iamEndpoint: url(others.iam_endpoint),
    projectId: others.project_id,
    withoutCredentials: others.without_credentials,
    credentials: keys && credentialsOf(keys, clock, fill),
  };
  if (environment === undefined) return new Client(options).load();
  const variables = { HOME: '{home}', HWTASKS_METADATA_ENDPOINT: '{metadata}', ...environment };
  const filled = Object.entries(variables).map(([name, value]) => [name, fill(value)]);
  return Client.fromEnv({ ...options, env: Object.fromEntries(filled) });
}

function credentialsOf(
  given: Record<string, string>,
  clock: ManualClock,
  fill: (text: string) => string,
) {
  const { token, ak = '', sk = '', security_token, project_id, ...user } = given;
  if (token !== undefined) return Credentials.token(token);
  if (user.user === undefined) {
    return Credentials.keys(ak, sk, { securityToken: security_token, projectId: project_id });
  }
  known('credentials', user, ['user', 'password', 'domain', 'region', 'endpoint']);
  const { password = '', domain = '', region = '', endpoint = '' } = user;
  const where = { region, endpoint: fill(endpoint) };
  return new IamPasswordProvider({ user: user.user, password, domain, ...where, clock });
}

async function settingsOf(client: Client, normal: (text: string) => string) {
  const { region, dcsEndpoint, kafkaEndpoint, projectId, configSources: sources } = client;
  const setting = (value: string | undefined, source: string | undefined) =>
    value === undefined ? undefined : { value: normal(value), origin: normal(source ?? '') };
  const credentials = await client.credentials();
  return {
    region: setting(region, sources.region),
    dcs_endpoint: setting(dcsEndpoint, sources.dcsEndpoint),
    kafka_endpoint: setting(kafkaEndpoint, sources.kafkaEndpoint),
    project_id: setting(projectId, sources.projectId),
    credentials: credentials && {
      kind: credentials.isToken ? 'token' : 'keys',
      access_key: credentials.accessKey,
      provider: credentials.provider && normal(credentials.provider),
    },
  };
}

function checkSent(wire: Wire, sent: SentRequest[] | undefined): void {
  if (sent === undefined) return;
  const heads = wire.take();
  const lines = heads.map(({ method, target }) => ({ method, target }));
  expect(lines).toEqual(sent.map(({ method, target }) => ({ method, target })));
  for (const [n, { method, target, ...compared }] of sent.entries()) {
    known(`${method} ${target}`, compared, ['headers', 'absent']);
    checkHeaders((name) => heads[n]?.headers[name], compared);
  }
}
