/** Codes and refresh tokens: sealed, so that nothing is kept for them, and spent once. */
import { createHash } from 'node:crypto';
import { readBase64 } from '../../kernel/base64.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Sealer } from '../../kernel/seal.ts';
import { isObject } from '../json.ts';
import { OAuthError, type OAuthErrorCode } from './oauth-error.ts';
import { type Spendable, SpentGrants } from './spent.ts';

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
  /** What follows from one code has one family, and ends together; absent in the code itself. */
  readonly family?: Family;
}

/** Named after its first code, and as old. */
export type Family = Pick<Spendable, 'id' | 'serial'>;

export type Purpose = 'authorization-code' | 'refresh-token' | 'device-code';

/** A code or refresh token that was opened: its grant, and what it takes to spend it. */
export interface Opened extends Spendable {
  readonly grant: Grant & { readonly family: Family };
}

export interface Sealed {
  /** Lives so many seconds of movable time. */
  make(purpose: Purpose, grant: Grant, lifetime: number): string;
  /** Throws OAuthError for anything that is not one of ours to the letter, in time, unspent and for this issuer. */
  open(purpose: Purpose, text: string, issuerId: string): Opened;
  /**
   * The same for somebody who asks for tokens with it. One that was spent before ends its whole family, for one of the
   * two who had it stole it (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
   */
  redeem(purpose: Purpose, text: string, issuerId: string): Opened;
  /** Makes it useless from now on. */
  spend(opened: Opened): void;
  /** Makes everything useless that follows from the same code. */
  endFamily(opened: Opened): void;
  /** Everything that was made before is spent. */
  reset(): void;
}

/** Seconds; refresh tokens are replaced whenever they are used. */
export const REFRESH_LIFETIME = 30 * 86_400;

/** What is said of one that is too old (RFC 6749 §5.2, RFC 8628 §3.5). */
const EXPIRED: Readonly<Record<Purpose, OAuthErrorCode>> = {
  'authorization-code': 'invalid_grant',
  'refresh-token': 'invalid_grant',
  'device-code': 'expired_token',
};

const idOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

export function createSealedGrants(sealer: Sealer, clock: Clock, spent = new SpentGrants()): Sealed {
  let last = 0;
  /** Seconds of movable time until which anything made here can be used, whatever the clock did since. */
  let lastUntil = 0;
  /** Grows with each grant, and with real time, so that replicas and later runs go on from there. */
  const nextSerial = (): number => {
    last = Math.max(last + 1, clock.real() * 1000);
    return last;
  };
  // What was spent in an earlier run is not known, so nothing of an earlier run is taken.
  spent.endUntil(nextSerial());
  const now = (): number => Math.floor(clock.now() / 1000);
  const read = (purpose: Purpose, text: string, issuerId: string): Opened => {
    const sealed = readBase64(text, 'base64url');
    const plain = sealed === undefined ? undefined : sealer.open(`op-${purpose}`, sealed);
    const content: unknown = plain === undefined ? undefined : JSON.parse(plain.toString());
    if (!isSealed(content)) throw new OAuthError('invalid_grant', `the ${purpose} is not one of ours`);
    const { grant, serial, until } = content;
    if (grant.issuerId !== issuerId) throw new OAuthError('invalid_grant', `the ${purpose} is of another issuer`);
    if (until <= now()) throw new OAuthError(EXPIRED[purpose], `the ${purpose} has expired`);
    const id = idOf(text);
    return { grant: { ...grant, family: grant.family ?? { id: `family of ${id}`, serial } }, id, serial, until };
  };
  const refuseSpent = (purpose: Purpose, opened: Opened): void => {
    const { grant, until } = opened;
    if (spent.has(opened) || spent.has({ ...grant.family, until }))
      throw new OAuthError('invalid_grant', `the ${purpose} was used or revoked before`);
  };
  const endFamily = ({ grant: { family } }: Opened): void => {
    // No token of the family lives longer than the one that lives longest, or one that is made now.
    spent.add({ ...family, until: Math.max(lastUntil, now() + REFRESH_LIFETIME) }, now());
  };
  return {
    make(purpose, grant, lifetime) {
      const content = { grant, serial: nextSerial(), until: now() + lifetime };
      lastUntil = Math.max(lastUntil, content.until);
      return sealer.seal(`op-${purpose}`, Buffer.from(JSON.stringify(content))).toString('base64url');
    },
    open(purpose, text, issuerId) {
      const opened = read(purpose, text, issuerId);
      refuseSpent(purpose, opened);
      return opened;
    },
    redeem(purpose, text, issuerId) {
      const opened = read(purpose, text, issuerId);
      if (spent.has(opened)) endFamily(opened);
      refuseSpent(purpose, opened);
      return opened;
    },
    spend: ({ id, serial, until }) => spent.add({ id, serial, until }, now()),
    endFamily,
    reset() {
      spent.endUntil(nextSerial());
      lastUntil = 0;
    },
  };
}

interface Content {
  readonly grant: Grant;
  readonly serial: number;
  readonly until: number;
}

/** What comes out of the seal is what went in; its outer form is looked at all the same. */
const isSealed = (content: unknown): content is Content =>
  isObject(content) &&
  isObject(content['grant']) &&
  typeof content['serial'] === 'number' &&
  typeof content['until'] === 'number';
