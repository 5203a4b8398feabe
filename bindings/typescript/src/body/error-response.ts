import type { ErrorDetail, ErrorResponse } from '../generated/types.js';
import { ExactNumber, isObject, numberText, parseExactly } from './json.js';

const CODES = ['error_code', 'code'] as const;
const TEXTS = ['error_msg', 'message', 'request_id'] as const;

/**
 * An error body, in any of the shapes a client meets; `undefined` when it is not a JSON object.
 *
 * A field whose JSON type makes no sense is read as absent: the body of an error explains a failure,
 * and must not cause another. A field may come in camel case; of two spellings the first that is not
 * null counts, and of a duplicate key the last value.
 */
export function readErrorResponse(body: Uint8Array): ErrorResponse | undefined {
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    value = parseExactly(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const texts = [...TEXTS, 'error_ext_msg', 'encoded_authorization_message'] as const;
  const response: ErrorResponse = read(value, texts);
  const nested = first(value, 'error');
  const message = text(nested);
  // `{"error": "text"}`: the text is what went wrong.
  if (message !== undefined) response.error = { message };
  else if (isObject(nested)) {
    response.error = read(nested, [...TEXTS, 'title']) satisfies ErrorDetail;
  }
  return response;
}

/** The error code, whichever shape came. */
export function codeOf(response: ErrorResponse | undefined): string | undefined {
  const nested = response?.error;
  return someText(response?.error_code, response?.code, nested?.error_code, nested?.code);
}

/** What went wrong, whichever shape came. */
export function messageOf(response: ErrorResponse | undefined): string | undefined {
  const nested = response?.error;
  return someText(response?.error_msg, response?.message, nested?.error_msg, nested?.message);
}

/** The request's ID, where the body says it. */
export function requestIdIn(response: ErrorResponse | undefined): string | undefined {
  return someText(response?.request_id, response?.error?.request_id);
}

function someText(...values: (string | number | null | undefined)[]): string | undefined {
  const texts = values.map((value) => (typeof value === 'number' ? numberText(value) : value));
  return texts.find((text) => text) ?? undefined;
}

function read<Text extends string>(
  value: Record<string, unknown>,
  texts: readonly Text[],
): { [key in (typeof CODES)[number]]?: string | number } & { [key in Text]?: string } {
  const found: Record<string, string | number> = {};
  for (const name of CODES) {
    const code = first(value, name);
    const read = typeof code === 'number' ? code : text(code);
    if (read !== undefined) found[name] = read;
  }
  for (const name of texts) {
    const read = text(first(value, name));
    if (read !== undefined) found[name] = read;
  }
  return found as ReturnType<typeof read<Text>>;
}

/** The first value that is not null, of a name and its spelling in camel case. */
function first(value: Record<string, unknown>, name: string): unknown {
  const camel = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  // In the order in which they came.
  const found = Object.entries(value).find(
    ([key, member]) => (key === name || key === camel) && member !== null,
  );
  return found?.[1];
}

function text(value: unknown): string | undefined {
  if (value instanceof ExactNumber) return value.digits;
  if (typeof value === 'number') return numberText(value);
  return ['string', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
