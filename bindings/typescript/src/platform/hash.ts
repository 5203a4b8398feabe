/** The functions of cryptography that a signature needs; their results are hexadecimal. */
export interface Hash {
  /** The SHA-256 of bytes. */
  sha256(bytes: Uint8Array): string | Promise<string>;
  /** The HMAC-SHA256 of a text. */
  hmac(key: string, text: string): string | Promise<string>;
}
