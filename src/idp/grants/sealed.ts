/** Codes and refresh tokens: sealed, so that nothing is kept for them, and spent once. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import type { Sealer } from '../../kernel/seal.ts';
import { isObject } from '../json.ts';
import { OAuthError, type OAuthErrorCode } from './oauth-error.ts';

/** What a grant stands for. */
export interface Grant {
  readonly issuerId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
  readonly redirectUri?: string;
  readonly challenge?: string;
  readonly nonce?: string;
  readonly audience?: string;
  /** Seconds since the epoch. */
  readonly authTime: number;
  /** What follows from one code has one family, and ends together. */
  readonly family?: string;
}

export type Purpose = 'authorization-code' | 'refresh-token' | 'device-code';

export interface Sealed {
  /** Lives so many seconds of movable time. */
  make(purpose: Purpose, grant: Grant, lifetime: number): string;
  /** Throws OAuthError for anything that is not one of ours, in time, unspent and for this issuer. */
  open(purpose: Purpose, text: string, issuerId: string): Grant;
  /**
   * The same for somebody who wants tokens for it. One that was spent before ends its whole family, for one of the two
   * who had it stole it (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
   */
  redeem(purpose: Purpose, text: string, issuerId: string): Grant;
  /** Makes it useless from now on. */
  spend(text: string): void;
  isSpent(text: string): boolean;
  reset(): void;
}

/** More are forgotten, the oldest first: what was spent so long ago has mostly expired. */
const MOST_SPENT = 20_000;

/** What is said of one that is too old (RFC 6749 §5.2, RFC 8628 §3.5). */
const EXPIRED: Readonly<Record<Purpose, OAuthErrorCode>> = {
  'authorization-code': 'invalid_grant',
  'refresh-token': 'invalid_grant',
  'device-code': 'expired_token',
};

const idOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

export function makeSealed(sealer: Sealer, clock: Clock): Sealed {
  const spent = new Set<string>();
  const isSpent = (text: string): boolean => spent.has(idOf(text));
  const spend = (text: string): void => {
    spent.add(idOf(text));
    const [oldest] = spent;
    if (spent.size > MOST_SPENT && oldest !== undefined) spent.delete(oldest);
  };
  const read = (purpose: Purpose, text: string, issuerId: string): Grant & { readonly family: string } => {
    const plain = sealer.open(`op-${purpose}`, Buffer.from(text, 'base64url'));
    const content: unknown = plain === undefined ? undefined : JSON.parse(plain.toString());
    if (!isSealed(content)) throw new OAuthError('invalid_grant', `the ${purpose} is not one of ours`);
    const { grant, until } = content;
    if (grant.issuerId !== issuerId) throw new OAuthError('invalid_grant', `the ${purpose} is of another issuer`);
    if (until * 1000 <= clock.now()) throw new OAuthError(EXPIRED[purpose], `the ${purpose} has expired`);
    return { ...grant, family: grant.family ?? idOf(text) };
  };
  const refuseSpent = (purpose: Purpose, text: string, family: string): void => {
    if (isSpent(text) || isSpent(family))
      throw new OAuthError('invalid_grant', `the ${purpose} was used or revoked before`);
  };
  return {
    make(purpose, grant, lifetime) {
      const until = Math.floor(clock.now() / 1000) + lifetime;
      return sealer.seal(`op-${purpose}`, Buffer.from(JSON.stringify({ grant, until }))).toString('base64url');
    },
    open(purpose, text, issuerId) {
      const grant = read(purpose, text, issuerId);
      refuseSpent(purpose, text, grant.family);
      return grant;
    },
    redeem(purpose, text, issuerId) {
      const grant = read(purpose, text, issuerId);
      if (isSpent(text)) spend(grant.family);
      refuseSpent(purpose, text, grant.family);
      return grant;
    },
    spend,
    isSpent,
    reset: () => spent.clear(),
  };
}

/** What comes out of the seal is what went in; its outer form is looked at all the same. */
const isSealed = (content: unknown): content is { readonly grant: Grant; readonly until: number } =>
  isObject(content) && isObject(content['grant']) && typeof content['until'] === 'number';
