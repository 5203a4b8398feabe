/**
 * Signs requests to any service of Huawei Cloud with `SDK-HMAC-SHA256`.
 *
 * @packageDocumentation
 */

import { hash } from '#hash';

/** The name of the algorithm, with which the `Authorization` header begins. */
const ALGORITHM = 'SDK-HMAC-SHA256';
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';
/** SHA-256 of no bytes. */
const EMPTY_BODY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** Letters, digits and the marks that HTTP allows in a method or a header's name. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;
const UTF_8 = new TextEncoder();

/** A request to be signed. */
export interface SigningRequest {
  /** The HTTP method; `GET` by default. */
  readonly method?: string;
  /**
   * `http(s)://host[:port]/path?query`. A fragment is not part of a request and is left out. The path
   * is signed as it stands: `.` and `..` are not resolved here.
   */
  readonly url: string;
  /**
   * Headers of the request. Every one given here is signed, except names with `_`, so give only those
   * that reach the server unchanged.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body; none by default. */
  readonly body?: string | Uint8Array;
}

/** The keys a request is signed with. */
export interface SigningKeys {
  /** The access key (AK), which is an identifier and no secret. */
  readonly accessKey: string;
  /** The secret key (SK). */
  readonly secretKey: string;
  /** The token of temporary keys, sent and signed as `X-Security-Token`. */
  readonly securityToken?: string | undefined;
  /** The project, sent and signed as `X-Project-Id`. */
  readonly projectId?: string | undefined;
}

/** A signed request, as {@link sign} returns it. */
export interface Signed {
  /**
   * The headers to set on the request, **replacing** any it has under the same name: `Host`,
   * `X-Sdk-Date`, `Authorization`, and where they apply `X-Security-Token`, `X-Project-Id` and
   * `X-Sdk-Content-Sha256`. `Authorization` and `X-Security-Token` are secrets.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** The URL to send: its path as given, its query in the canonical order and spelling. */
  readonly url: string;
  /** The path and query of {@link url}, as they stand on the request line. */
  readonly requestTarget: string;
  /** The names of the signed headers, lower case, sorted, joined with `;`. */
  readonly signedHeaders: string;
  /**
   * The canonical request that was hashed. It holds the value of every signed header, so with temporary keys the security
   * token: not for logs.
   */
  readonly canonicalRequest: string;
}

/**
 * Signs a request to any service of Huawei Cloud by `SDK-HMAC-SHA256`, as of `time`, which should be
 * now: the gateway rejects a difference of more than 15 minutes, so sign each attempt again.
 *
 * A `Host` header that is there is kept; `Authorization` and `X-Sdk-Date` are replaced. A
 * `Content-Type` that begins with neither `application/json` nor `application/bson` makes the body
 * unsigned.
 *
 * @example
 * ```ts
 * const signed = await sign({ url }, { accessKey, secretKey }, new Date());
 * const response = await fetch(signed.url, { headers: signed.headers });
 * ```
 *
 * @throws TypeError when there is something that cannot be sent or signed; its message shows no secret
 */
export async function sign(
  request: SigningRequest,
  keys: SigningKeys,
  time: Date = new Date(),
): Promise<Signed> {
  const { method = 'GET', body = '' } = request;
  if (!/^[\x21-\x2b\x2d-\x7e]+$/.test(keys.accessKey)) {
    throw new TypeError(
      "the access key cannot be used: it must be visible ASCII without ',' and not empty",
    );
  }
  if (keys.secretKey === '') throw new TypeError('the secret key is empty');
  if (!TOKEN.test(method))
    throw new TypeError(`the method ${JSON.stringify(method)} is not an HTTP method`);
  const target = parse(request.url);
  const given = Object.entries(request.headers ?? {});
  const made = madeHeaders(given, keys, target.authority, time);
  const headers = headersToSign(given, made);
  const names = [...new Set(headers.map(([name]) => name))].join(';');
  const query = canonicalQuery(target.query);

  const bytes = typeof body === 'string' ? UTF_8.encode(body) : body;
  const payload =
    bytes.length === 0 ? EMPTY_BODY : (made['X-Sdk-Content-Sha256'] ?? (await hash.sha256(bytes)));
  const path = encode(decode(target.path), true).replace(/\/?$/, '/');
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonicalRequest = `${method.toUpperCase()}\n${path}\n${query}\n${lines}\n${names}\n${payload}`;
  const hashed = await hash.sha256(UTF_8.encode(canonicalRequest));
  const stringToSign = `${ALGORITHM}\n${made['X-Sdk-Date']}\n${hashed}`;
  const signature = await hash.hmac(keys.secretKey, stringToSign);

  const requestTarget = wirePath(target.path) + (query === '' ? '' : `?${query}`);
  const authorization = `${ALGORITHM} Access=${keys.accessKey}, SignedHeaders=${names}, Signature=${signature}`;
  return {
    headers: { ...made, Authorization: authorization },
    url: target.origin + requestTarget,
    requestTarget,
    signedHeaders: names,
    canonicalRequest,
  };
}

function parse(url: string) {
  const found = /^(https?):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(url);
  const [, scheme = '', authority = '', path = '', query = ''] = found ?? [];
  const ownPort = scheme.toLowerCase() === 'https' ? /:443$/ : /:80$/;
  const host = authority.replace(/^.*@/, '').replace(ownPort, '').toLowerCase();
  if (!/^[\x21-\x39\x3b-\x7e][\x21-\x7e]*$/.test(host)) {
    // A password may stand before the '@': the error repeats only what follows.
    const shown = JSON.stringify(url.replace(/^.*@/, ''));
    throw new TypeError(
      `the URL ${shown} cannot be signed: it must be http(s)://host[:port]/path?query`,
    );
  }
  return { origin: `${scheme}://${authority}`, authority: host, path: path || '/', query };
}

function madeHeaders(
  given: readonly [string, string][],
  keys: SigningKeys,
  authority: string,
  time: Date,
): Record<string, string> {
  const values = (wanted: string) =>
    given.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => trim(value));
  const made: Record<string, string> = {
    Host: values('host').find((host) => host !== '') ?? authority,
    'X-Sdk-Date': sdkDate(time),
  };
  if (keys.securityToken !== undefined) made['X-Security-Token'] = trim(keys.securityToken);
  if (keys.projectId !== undefined) made['X-Project-Id'] = trim(keys.projectId);
  const unsigned = (kind: string) => kind !== '' && !/^application\/(?:json|bson)/.test(kind);
  if (values('content-type').some(unsigned)) made['X-Sdk-Content-Sha256'] = UNSIGNED_PAYLOAD;
  return made;
}

/** The headers that will be on the wire, those with `_` left out, by name and then value. */
function headersToSign(
  given: readonly [string, string][],
  made: Readonly<Record<string, string>>,
): [string, string][] {
  const replaced = new Set([
    'authorization',
    ...Object.keys(made).map((name) => name.toLowerCase()),
  ]);
  const kept = given.filter(([name]) => !replaced.has(name.toLowerCase()));
  const headers: [string, string][] = [];
  for (const [name, value] of [...kept, ...Object.entries(made)]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression matches them
    if (!TOKEN.test(name) || /[\0-\x08\x0a-\x1f\x7f]/.test(value)) {
      throw new TypeError(
        `the header ${JSON.stringify(name)} cannot be sent: its name is not an HTTP token, or its value has a control character`,
      );
    }
    if (!name.includes('_')) headers.push([name.toLowerCase(), trim(value)]);
  }
  return headers.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function trim(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** `YYYYMMDDTHHMMSSZ`, UTC, whole seconds. */
function sdkDate(time: Date): string {
  const text = Number.isNaN(time.getTime()) ? '' : time.toISOString();
  if (text.length !== 24) throw new TypeError('the time cannot be written as X-Sdk-Date');
  return text.replace(/[-:]|\.\d+/g, '');
}

/** Pairs decoded, sorted by name and then value, encoded again. */
function canonicalQuery(query: string): string {
  const pairs = query.split('&').filter((piece) => piece !== '');
  // A character a byte, so that the order is that of the bytes.
  const decoded = pairs.map((piece): [string, string] => {
    const [name = '', ...value] = piece.split('=');
    return [binary(decode(name)), binary(decode(value.join('=')))];
  });
  decoded.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return decoded
    .map((pair) => pair.map((text) => encode(bytesOf(text), false)).join('='))
    .join('&');
}

/** The bytes a percent-encoded text stands for; what is no escape stays as it is. */
function decode(text: string): Uint8Array {
  const bytes = binary(UTF_8.encode(text));
  return bytesOf(
    bytes.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
  );
}

function binary(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function encode(bytes: Uint8Array, slash: boolean): string {
  return binary(bytes).replace(slash ? /[^A-Za-z0-9\-._~/]/g : /[^A-Za-z0-9\-._~]/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The path as it can be sent: what HTTP does not allow in one is percent-encoded. */
function wirePath(path: string): string {
  return binary(UTF_8.encode(path)).replace(
    /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/g,
    percent,
  );
}
