import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** What comes back for a request. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** In place of the status and the headers, with the empty line before the body. */
  readonly head?: string;
  readonly body?: string | Uint8Array;
  /** What happens to the connection: none comes, half of the body comes, or nothing and no end. */
  readonly connection?: 'reset' | 'cut' | 'silent';
}

/** The line and the headers of a request, and its body. */
export interface Head {
  readonly method: string;
  /** Path and query, byte for byte. */
  readonly target: string;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A JSON response. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: text };
}

/** A server on loopback that records raw requests, and responds with the given bytes. */
export class Wire implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #reply: (head: Head, nth: number) => Reply | Promise<Reply>;
  #heads: Head[] = [];
  #asked = 0;

  private constructor(reply: (head: Head, nth: number) => Reply | Promise<Reply>) {
    this.#reply = reply;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** Returns one reply after the other, and repeats the last one. */
  static replying(...replies: Reply[]): Promise<Wire> {
    return Wire.responding(
      (_, nth) => replies[Math.min(nth, replies.length - 1)] ?? { status: 500 },
    );
  }

  /** Returns the reply of a function of each request and its index. */
  static async responding(
    reply: (head: Head, nth: number) => Reply | Promise<Reply>,
  ): Promise<Wire> {
    const wire = new Wire(reply);
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** The requests that came since this was asked last. */
  take(): Head[] {
    const heads = this.#heads;
    this.#heads = [];
    return heads;
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    // A client that goes away in the middle is part of what is tested.
    socket.on('error', () => {});
    let text = '';
    socket.on('data', async (chunk) => {
      text += chunk.toString('latin1');
      const [head = '', ...rest] = text.split('\r\n\r\n');
      if (rest.length === 0) return;
      const body = rest.join('\r\n\r\n');
      const read = parse(head, body);
      if (body.length < Number(read.headers['content-length'] ?? 0)) return;
      this.#heads.push(read);
      this.#asked += 1;
      send(socket, await this.#reply(read, this.#asked - 1));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

function parse(text: string, body: string): Head {
  const [line = '', ...lines] = text.split('\r\n');
  const [method = '', target = ''] = line.split(' ');
  const headers: Record<string, string> = {};
  for (const [, name = '', value = ''] of lines.map(
    (line) => /^([^:]*):\s*(.*)$/.exec(line) ?? [],
  )) {
    const key = name.toLowerCase();
    if (key in headers) throw new Error(`${key} is there twice`);
    headers[key] = value;
  }
  return { method, target, headers, body };
}

function send(
  socket: Socket,
  { status, headers = {}, head: given, body = '', connection }: Reply,
): void {
  if (connection === 'silent') return;
  if (connection === 'reset') {
    socket.resetAndDestroy();
    return;
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  let head = `HTTP/1.1 ${status} -\r\nconnection: close\r\n`;
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) head += `${name}: ${value}\r\n`;
  }
  // These have no body, nor a length of one.
  const hasBody = status !== 204 && status !== 304;
  if (hasBody) head += `content-length: ${bytes.length}\r\n`;
  socket.write(given ?? `${head}\r\n`);
  if (hasBody) socket.write(connection === 'cut' ? bytes.subarray(0, bytes.length / 2) : bytes);
  socket.end();
}
