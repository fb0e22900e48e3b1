/** The Authorization header of HTTP (RFC 9110 §11.6.2), and how a secret is compared. */
import { hash, timingSafeEqual } from 'node:crypto';

/** What stands behind a scheme, whole; the scheme is compared without regard to case. Undefined for another scheme. */
export function credentialsOf(authorization: string | undefined, scheme: string): string | undefined {
  const match = /^([^ ]+) +(.+)$/s.exec(authorization ?? '');
  return match?.[1]?.toLowerCase() === scheme ? match[2] : undefined;
}

/** Whether two texts are the same, without telling by time where or in what length they differ. */
export const isSameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected));

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
