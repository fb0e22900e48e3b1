/** Codes and refresh tokens: encrypted, so that the server stores nothing for them, and usable once. */
import { createHash } from 'node:crypto';
import { readBase64 } from '../../kernel/base64.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isObject } from '../../kernel/json.ts';
import type { Sealer } from '../../kernel/seal.ts';
import { OAuthError, type OAuthErrorCode } from './oauth-error.ts';
import { type SingleUse, SpentGrants } from './spent-grants.ts';

/** The content of a code or refresh token. */
export interface Grant {
  readonly issuerId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
  readonly redirectUri?: string;
  readonly challenge?: string;
  readonly nonce?: string;
  readonly audience?: string;
  /** Epoch seconds. */
  readonly authTime: number;
  /** All tokens that derive from one code are one family and are revoked together; absent in the code itself. */
  readonly family?: TokenFamily;
}

/** A token family: has the ID and serial of its first code. */
type TokenFamily = Pick<SingleUse, 'id' | 'serial'>;

type Purpose = 'authorization-code' | 'refresh-token' | 'device-code';

/** A decrypted code or refresh token: its grant, and the data needed to spend it. */
export interface OpenedGrant extends SingleUse {
  readonly grant: Grant & { readonly family: TokenFamily };
}

export interface SealedGrants {
  /** Creates a code or token that is valid for `lifetime` seconds of movable time. */
  create(purpose: Purpose, grant: Grant, lifetime: number): string;
  /** Opens a code or token. Throws OAuthError unless it was issued here for this issuer, is unexpired and unspent. */
  open(purpose: Purpose, text: string, issuerId: string): OpenedGrant;
  /**
   * The same for a token request. If the code or token was already spent, its whole family is revoked, because one of
   * its two users must have stolen it (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
   */
  redeem(purpose: Purpose, text: string, issuerId: string): OpenedGrant;
  /** Marks a code or token as spent. */
  spend(opened: OpenedGrant): void;
  /** Revokes everything that derives from the same code. */
  endFamily(opened: OpenedGrant): void;
  /** Marks everything issued so far as spent. */
  reset(): void;
}

/** In seconds; a refresh token is replaced on each use. */
export const REFRESH_LIFETIME = 30 * 86_400;

/** Error codes for an expired code or token (RFC 6749 §5.2, RFC 8628 §3.5). */
const EXPIRED: Readonly<Record<Purpose, OAuthErrorCode>> = {
  'authorization-code': 'invalid_grant',
  'refresh-token': 'invalid_grant',
  'device-code': 'expired_token',
};

const idOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

export function createSealedGrants(sealer: Sealer, clock: Clock, spent = new SpentGrants()): SealedGrants {
  let last = 0;
  /** Latest expiration of everything issued here, in seconds of movable time, whatever changes the clock has had. */
  let lastUntil = 0;
  /** Increases with each grant, and with real time, so that replicas and later runs continue from it. */
  const nextSerial = (): number => {
    last = Math.max(last + 1, clock.real() * 1000);
    return last;
  };
  // What was spent in an earlier run is unknown, so codes and tokens of earlier runs are refused.
  spent.endUntil(nextSerial());
  const now = (): number => Math.floor(clock.now() / 1000);
  const read = (purpose: Purpose, text: string, issuerId: string): OpenedGrant => {
    const sealed = readBase64(text, 'base64url');
    const plain = sealed === undefined ? undefined : sealer.open(`op-${purpose}`, sealed);
    const content: unknown = plain === undefined ? undefined : JSON.parse(plain.toString());
    if (!isSealed(content)) throw new OAuthError('invalid_grant', `the ${purpose} was not issued by this server`);
    const { grant, serial, until } = content;
    if (grant.issuerId !== issuerId)
      throw new OAuthError('invalid_grant', `the ${purpose} was issued by another issuer`);
    if (until <= now()) throw new OAuthError(EXPIRED[purpose], `the ${purpose} has expired`);
    const id = idOf(text);
    return { grant: { ...grant, family: grant.family ?? { id: `family of ${id}`, serial } }, id, serial, until };
  };
  const refuseSpent = (purpose: Purpose, opened: OpenedGrant): void => {
    const { grant, until } = opened;
    if (spent.has(opened) || spent.has({ ...grant.family, until }))
      throw new OAuthError('invalid_grant', `the ${purpose} has already been used or revoked`);
  };
  const endFamily = ({ grant: { family } }: OpenedGrant): void => {
    // No token of the family expires later than the latest expiration so far, or than one issued now.
    spent.add({ ...family, until: Math.max(lastUntil, now() + REFRESH_LIFETIME) }, now());
  };
  return {
    create(purpose, grant, lifetime) {
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

/** The content is authenticated by the seal; its type is checked nevertheless. */
const isSealed = (content: unknown): content is Content =>
  isObject(content) &&
  isObject(content['grant']) &&
  typeof content['serial'] === 'number' &&
  typeof content['until'] === 'number';
