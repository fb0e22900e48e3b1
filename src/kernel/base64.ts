/** Base64 in its one canonical spelling: what is compared, hashed or remembered by its text must not have a second one. */

/**
 * Bytes of a text in base64 (padded) or base64url (not padded), as an encoder writes them (RFC 4648 §3.3 and §3.5).
 * Undefined for every other text: Buffer would read over blanks, padding, foreign letters and stray bits at the end.
 */
export function readBase64(text: string, encoding: 'base64' | 'base64url'): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
