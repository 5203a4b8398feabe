import { accessSync, constants, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Names of the program in the packages of distributions. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];
/** No request of its own: what leaves loopback is the fault of a page. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
  // Nothing but loopback can be reached, whatever a page tries.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];
const SCREENSHOTS = fileURLToPath(new URL('../../../../target/browser', import.meta.url));

/** The path of Chromium: `HWTASKS_CHROMIUM`, or the first that is installed. */
function executable(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const given = process.env.HWTASKS_CHROMIUM;
  const all = PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name)));
  for (const path of given ? [given] : all) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next.
    }
  }
  throw new Error(
    'Chromium is not installed: apt-get install chromium, or set HWTASKS_CHROMIUM to its path',
  );
}

/** A headless Chromium with an empty profile. */
export class Chromium implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Chromium> {
    const options = { executablePath: executable(), headless: true, args: FLAGS };
    return new Chromium(await chromium.launch(options));
  }

  /** Opens a page in a profile of its own. */
  async open(url: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await this.#browser.newContext(options);
    const visit = new Visit(await context.newPage());
    await visit.page.goto(url, { waitUntil: 'load' });
    return visit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** An open page, and what went wrong there since it was opened. */
export class Visit implements AsyncDisposable {
  readonly page: Page;
  /** The errors of the console, and the exceptions that nobody caught. */
  readonly errors: string[] = [];
  /** The URLs of requests to other machines. None reached its host. */
  readonly foreign: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('request', (request) => {
      if (!isLoopback(request.url())) this.foreign.push(request.url());
    });
  }

  /** Returns the errors so far, for a test that expects them, and forgets them. */
  takeErrors(): string[] {
    return this.errors.splice(0);
  }

  /** Keeps a picture of the whole page in `target/browser`. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const path = join(SCREENSHOTS, `${name.replace(/\W+/g, '-')}.png`);
    await this.page.screenshot({ path, fullPage: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}

function isLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  if (['data:', 'blob:', 'about:'].includes(protocol)) return true;
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** A file of a {@link Site}. */
export interface SiteFile {
  readonly type: string;
  readonly text: string | Uint8Array;
}

/** Static files by path, served on loopback. */
export class Site implements AsyncDisposable {
  readonly origin: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async serve(
    files: Readonly<Record<string, SiteFile>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Site> {
    const server = createServer((request, response) => {
      const file = files[request.url ?? ''];
      response.writeHead(file ? 200 : 404, {
        ...headers,
        'content-type': file?.type ?? 'text/plain',
      });
      response.end(file?.text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Site(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
