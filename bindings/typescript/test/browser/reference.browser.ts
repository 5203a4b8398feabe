import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { Emulator } from '../emulator.js';
import { Chromium, Site, type SiteFile, type Visit } from './chromium.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** The site that `cargo xtask site` built for the path `/`. */
const BUILT = process.env.HWTASKS_SITE || join(ROOT, 'target/site');

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly example: unknown;
}

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly 'x-extensible-enum'?: readonly string[];
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<
    Record<
      string,
      { content?: Record<string, { schema: Schema; examples: Record<string, { value: unknown }> }> }
    >
  >;
}

interface Documented {
  readonly service: string;
  readonly path: string;
  readonly server: string;
  readonly operation: Operation;
  readonly parameters: readonly Parameter[];
  readonly states: readonly string[];
}

/** The states that the description of a task's status lists. V1.0 documents none. */
function statesOf({ responses }: Operation, schemas: Record<string, Schema>): string[] {
  const named = ({ $ref = '' }: Schema) => schemas[$ref.split('/').pop() ?? ''];
  const list = named(responses['200']?.content?.['application/json']?.schema ?? {});
  const status = named(list?.properties?.tasks?.items ?? {})?.properties?.status;
  const known = schemas.TaskStatus?.['x-extensible-enum'] ?? [];
  return known.filter((state) => status?.description?.includes(`\`${state}\``));
}

/** The operations of the published documents. */
function documented(): Documented[] {
  return ['dcs', 'kafka'].flatMap((service) => {
    const document = JSON.parse(readFileSync(join(ROOT, `spec/${service}.json`), 'utf8'));
    const { parameters, schemas } = document.components;
    const paths: [string, { get: Operation }][] = Object.entries(document.paths);
    return paths.map(([path, { get: operation }]) => ({
      service,
      path,
      server: document.servers[0].url,
      operation,
      parameters: operation.parameters.map((parameter) =>
        parameter.$ref === undefined
          ? parameter
          : parameters[parameter.$ref.split('/').pop() ?? ''],
      ),
      states: statesOf(operation, schemas),
    }));
  });
}

const operations = documented();
const titles = operations.map((documented) => ({
  ...documented,
  id: documented.operation.operationId,
}));

/** The example path of an operation, as a request has it. */
function examplePath({ path, parameters }: Documented): string {
  return path.replace(/\{(\w+)\}/g, (_, name) =>
    String(parameters.find((parameter) => parameter.name === name)?.example),
  );
}

/** The files of the site as any static host serves them. */
function published(folder = BUILT, prefix = ''): Record<string, SiteFile> {
  const types: Record<string, string> = {
    '.css': 'text/css',
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.json': 'application/json',
    '.svg': 'image/svg+xml',
    '.woff2': 'font/woff2',
  };
  const files: Record<string, SiteFile> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const [path, file] = [`${prefix}/${entry.name}`, join(folder, entry.name)];
    if (entry.isDirectory()) Object.assign(files, published(file, path));
    const type = types[extname(entry.name)];
    if (type === undefined) continue;
    files[path] = { type, text: readFileSync(file) };
    if (entry.name === 'index.html') files[join(dirname(path), '/')] = files[path];
  }
  return files;
}

const hash = ({ service, path }: Documented) => `#${service}/tag/${service}/GET${path}`;

/** Scalar compiles and renders 5 MB of JavaScript, on a runner that may be busy. */
vi.setConfig({ testTimeout: 90_000 });

let chromium: Chromium;
let emulator: Emulator;
let site: Site;

beforeAll(async () => {
  if (!existsSync(join(BUILT, 'reference/index.html'))) {
    throw new Error(`${BUILT} has no reference page: run \`cargo xtask site\``);
  }
  chromium = await Chromium.start();
  emulator = await Emulator.start('--docs', BUILT, '--docs-listen', '127.0.0.1:0');
  site = await Site.serve(published());
});

afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
  await emulator?.[Symbol.asyncDispose]();
  await chromium?.[Symbol.asyncDispose]();
});

/** Opens a page, and checks that it loads without errors and from loopback alone. */
async function visiting(
  url: string,
  use: (visit: Visit) => Promise<void>,
  size = { width: 1440, height: 1000 },
  colorScheme: 'light' | 'dark' = 'light',
): Promise<void> {
  await using visit = await chromium.open(url, { viewport: size, colorScheme });
  visit.page.setDefaultTimeout(30_000);
  try {
    await use(visit);
  } catch (error) {
    await visit.screenshot(`failed ${expect.getState().currentTestName}`);
    throw error;
  }
  expect(visit.errors).toEqual([]);
  expect(visit.foreign).toEqual([]);
}

/** Returns the section of an operation, once it is rendered. */
async function section(visit: Visit, { operation }: Documented): Promise<Locator> {
  const heading = visit.page.getByRole('heading', { name: operation.summary, exact: true });
  const section = visit.page.locator('section').filter({ has: heading }).last();
  await section.getByRole('button', { name: 'Test Request' }).waitFor();
  await section.scrollIntoViewIfNeeded();
  return section;
}

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** Text without white space, which syntax highlighting may add or take away. */
const compact = (text: string) => text.replace(/\s+/g, '');

/** Checks the URL, the parameters, the status values and the first example in the section of an operation. */
async function expectShown(shown: Locator, documented: Documented, server: string): Promise<void> {
  await shown.getByRole('button', { name: /^200/ }).first().click();
  const text = await shown.innerText();
  expect(text).toContain(documented.path);
  for (const { name } of documented.parameters) expect(text).toContain(name);
  const { responses } = documented.operation;
  for (const status of Object.keys(responses)) expect(text).toContain(status);
  for (const state of documented.states) expect(text).toContain(state);
  expect(compact(text)).toContain(`${server}${examplePath(documented)}`);
  const json = responses['200']?.content?.['application/json'];
  const [first] = Object.values(json?.examples ?? {});
  expect(compact(text)).toContain(compact(JSON.stringify(first?.value, undefined, 2)));
}

describe('the reference page beside an emulator', () => {
  it.each(titles)('shows and tries $id', async (documented) => {
    const server = emulator[documented.service as 'dcs' | 'kafka'];
    await visiting(`${emulator.docs}/reference/${hash(documented)}`, async (visit) => {
      const shown = await section(visit, documented);
      await expectShown(shown, documented, server);
      await shown.getByRole('button', { name: 'Test Request' }).click();
      const dialog = visit.page.getByRole('dialog');
      const arrived = visit.page.waitForResponse((response) =>
        response.url().includes('/instances/'),
      );
      await dialog
        .getByRole('button', { name: /^Send / })
        .first()
        .click();
      const response = await arrived;
      expect(response.status()).toBe(200);
      const url = new URL(response.url());
      expect(url.origin).toBe(server);
      expect(url.pathname).toBe(examplePath(documented));
      expect(response.request().headers()['x-auth-token']).toBe(emulator.token);
      await dialog.getByText('200 OK').first().waitFor();
      await visit.screenshot(`reference try ${documented.id}`);
    });
    const requests = await emulator.requests();
    expect(requests.map(({ operation }) => operation)).toContain(documented.id);
  });

  it('says that the emulator serves it', async () => {
    await visiting(`${emulator.docs}/reference/`, async ({ page }) => {
      await page
        .getByRole('status')
        .filter({ hasText: 'calls the emulator that serves' })
        .waitFor();
    });
  });
});

describe('the published site', () => {
  it.each(['dcs', 'kafka'])(
    'shows the operations of %s at the host of the cloud',
    async (service) => {
      const [first, ...rest] = operations.filter((documented) => documented.service === service);
      if (first === undefined) throw new Error('the document has no operation');
      await visiting(`${site.origin}/reference/${hash(first)}`, async (visit) => {
        for (const documented of [first, ...rest]) {
          const shown = await section(visit, documented);
          await expectShown(shown, documented, documented.server.replace('{region}', 'cn-north-4'));
        }
      });
    },
  );

  it('says that "try it" needs an emulator, and offers it as a server', async () => {
    await visiting(`${site.origin}/reference/`, async ({ page }) => {
      const note = page
        .getByRole('status')
        .filter({ hasText: 'needs an emulator on your machine' });
      await note.waitFor();
      expect(await note.innerText()).toContain(`hwtasks emulator --allow-origin ${site.origin}`);
      await page.getByRole('button', { name: 'https://dcs.{region}' }).click();
      await page.getByRole('option', { name: 'http://127.0.0.1:8931' }).waitFor();
    });
  });

  it('finds a guide by its search', async () => {
    await visiting(`${site.origin}/index.html`, async ({ page }) => {
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByRole('searchbox').fill('lock-after-refusals');
      await page
        .getByRole('link', { name: /Emulator/ })
        .first()
        .waitFor();
    });
  });

  it.each([
    { path: '/index.html', scheme: 'light', device: 'desktop' },
    { path: '/index.html', scheme: 'dark', device: 'phone' },
    { path: '/guide/rust.html', scheme: 'dark', device: 'desktop' },
    { path: '/quirks.html', scheme: 'light', device: 'phone' },
    { path: '/reference/', scheme: 'light', device: 'desktop' },
    { path: '/reference/', scheme: 'dark', device: 'desktop' },
    { path: '/reference/', scheme: 'light', device: 'phone' },
    { path: '/reference/', scheme: 'dark', device: 'phone' },
  ] as const)('fits $path on a $device, $scheme', async ({ path, scheme, device }) => {
    const size = SIZES[device];
    const use = async (visit: Visit) => {
      await visit.page.waitForLoadState('networkidle');
      const { width, isDark } = await visit.page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        isDark: document.querySelector('html.dark, body.dark-mode') !== null,
      }));
      expect(width).toBeLessThanOrEqual(size.width);
      expect(isDark).toBe(scheme === 'dark');
      await visit.screenshot(`site ${path} ${device} ${scheme}`);
    };
    await visiting(`${site.origin}${path}`, use, size, scheme);
  });
});
