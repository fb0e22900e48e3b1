/** Parses the HTTP Authorization header (RFC 9110 §11.6.2), and compares secrets. */
import { hash, timingSafeEqual } from 'node:crypto';

/** The credentials after the scheme, which is not case-sensitive; undefined for another scheme. */
export function parseCredentials(authorization: string | undefined, scheme: string): string | undefined {
  const match = /^([^ ]+) +(.+)$/s.exec(authorization ?? '');
  return match?.[1]?.toLowerCase() === scheme ? match[2] : undefined;
}

/** Compares two texts in constant time, independent of the position of a difference and of their lengths. */
export const isSameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected));

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
