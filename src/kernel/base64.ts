/** Canonical base64: values that are compared, hashed or stored by their text must not have a second encoding. */

/**
 * Decodes canonical base64 (padded) or base64url (not padded) (RFC 4648 §3.3 and §3.5). Undefined for any other text:
 * Buffer ignores whitespace, padding, invalid characters and unused trailing bits.
 */
export function readBase64(text: string, encoding: 'base64' | 'base64url'): Buffer | undefined {
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
