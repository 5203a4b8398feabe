import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Client, type ClientOptions, Credentials } from '../src/index.js';
import { ManualClock } from '../src/test-util.js';

/** The instance of the documents' examples. */
export const INSTANCE = '5560df16-cebf-4473-95c4-d1b573c16e79';

const built = fileURLToPath(new URL('../../../target/debug/hwtasks-emulator', import.meta.url));
const program = process.env.HWTASKS_EMULATOR || built;

/** What the emulator can do wrong, as its control takes it. */
export interface Fault {
  readonly kind: string;
  readonly operation?: string;
  readonly count?: number;
  readonly [setting: string]: unknown;
}

/** A request that the emulator has recorded. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly operation?: string;
  readonly status: number;
}

/** The emulator in a process of its own, on ports of its own. */
export class Emulator implements AsyncDisposable {
  /** The variables that point a client at it, as it prints them. */
  readonly variables: Readonly<Record<string, string>>;
  /** The origin of the reference page, with `--docs`. */
  readonly docs: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, variables: Record<string, string>, docs: string) {
    this.docs = docs;
    this.#process = process;
    this.variables = variables;
  }

  static async start(...args: string[]): Promise<Emulator> {
    if (!existsSync(program)) {
      throw new Error(
        `${program} is not there: cargo build -p hwtasks-emulator, or set HWTASKS_EMULATOR`,
      );
    }
    const listen = ['--dcs-listen', '127.0.0.1:0', '--kafka-listen', '127.0.0.1:0'];
    const child = spawn(program, [...listen, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    // A test that is cut off stops nothing.
    const kill = () => child.kill();
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    const variables: Record<string, string> = {};
    let printed = '';
    for await (const chunk of child.stdout) {
      printed += chunk;
      if (printed.includes('# curl ')) break;
    }
    for (const [, name = '', value = ''] of printed.matchAll(/^export (\w+)=(.*)$/gm)) {
      variables[name] = value;
    }
    const docs = /^# Docs {2}(http:\/\/[^/]+)/m.exec(printed)?.[1] ?? '';
    return new Emulator(child, variables, docs);
  }

  get dcs(): string {
    return this.variables.HWTASKS_DCS_ENDPOINT ?? '';
  }

  get kafka(): string {
    return this.variables.HWTASKS_KAFKA_ENDPOINT ?? '';
  }

  get keys(): Credentials {
    const { HUAWEICLOUD_SDK_AK = '', HUAWEICLOUD_SDK_SK = '' } = this.variables;
    return Credentials.keys(HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK);
  }

  get token(): string {
    return this.variables.HWTASKS_TOKEN ?? '';
  }

  get projectId(): string {
    return this.variables.HUAWEICLOUD_SDK_PROJECT_ID ?? '';
  }

  /** A client that signs with the emulator's keys, and whose clock is moved by sleeping. */
  client(options: ClientOptions = {}): Client {
    return new Client({
      dcsEndpoint: this.dcs,
      kafkaEndpoint: this.kafka,
      projectId: this.projectId,
      credentials: this.keys,
      clock: new ManualClock(new Date()),
      ...options,
    });
  }

  /** Asks the emulator's control. */
  async control<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.dcs}/_emulator/${path}`, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  fault(fault: Fault): Promise<unknown> {
    return this.control('POST', 'faults', fault);
  }

  requests(): Promise<Recorded[]> {
    return this.control('GET', 'requests');
  }

  async stop(): Promise<void> {
    this.#process.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
