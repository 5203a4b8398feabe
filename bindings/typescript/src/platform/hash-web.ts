import type { Hash } from './hash.js';

const UTF_8 = new TextEncoder();

/** The key that was imported last: a client signs all its requests with one. */
let last: { readonly key: string; readonly imported: Promise<CryptoKey> } | undefined;

/** WebCrypto. */
export const hash: Hash = {
  async sha256(bytes) {
    return hex(await subtle().digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  },
  async hmac(key, text) {
    const crypto = subtle();
    if (last?.key !== key) {
      const algorithm = { name: 'HMAC', hash: 'SHA-256' };
      const bytes = UTF_8.encode(key);
      last = { key, imported: crypto.importKey('raw', bytes, algorithm, false, ['sign']) };
    }
    return hex(await crypto.sign('HMAC', await last.imported, UTF_8.encode(text)));
  },
};

/** WebCrypto, which a page served over http does not have. */
function subtle(): SubtleCrypto {
  const found = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (found !== undefined) return found;
  throw new TypeError(
    'crypto.subtle is not available here: use https, where crypto.subtle is available, or a token instead of keys',
  );
}

function hex(buffer: ArrayBuffer): string {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
