/** Trade-in tokens of temporary delegation: encrypted, and created only by the control API. */

import { type Role, roleByName } from '../accounts/model.ts';
import { validationError } from '../aws/error.ts';
import { readBase64 } from '../kernel/base64.ts';
import type { Sealer } from '../kernel/seal.ts';
import { roleWithArn } from '../policy/web-identity/facts.ts';
import { packedSize } from '../policy/web-identity/packed-size.ts';
import type { Store } from '../store/store.ts';
import { expiredTradeInToken } from './errors.ts';

const PURPOSE = 'trade-in-token';

/** The content of a trade-in token. */
export interface TradeIn {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Duration of the session in seconds. */
  readonly seconds: number;
  /** Inline session policy. */
  readonly policy?: string;
  /** Expiry, in epoch milliseconds of the movable clock. */
  readonly expiresAt: number;
}

/** Creates a trade-in token. Throws PackedPolicyTooLarge when its policy is too large for a session. */
export function createTradeInToken(tradeIn: TradeIn, sealer: Sealer): string {
  packedSize({ policy: tradeIn.policy });
  return sealer.seal(PURPOSE, Buffer.from(JSON.stringify(tradeIn))).toString('base64url');
}

/** Decrypts a trade-in token and finds its role. Throws ExpiredTradeInTokenException, or ValidationError otherwise. */
export function decryptTradeInToken(
  token: string,
  now: number,
  { sealer, store }: { readonly sealer: Sealer; readonly store: Store },
): { readonly tradeIn: TradeIn; readonly role: Role } {
  const sealed = readBase64(token, 'base64url');
  const opened = sealed === undefined ? undefined : sealer.open(PURPOSE, sealed);
  if (opened === undefined)
    throw invalid('bad-trade-in-token', 'The control API of this instance did not create the token.');
  const tradeIn = JSON.parse(opened.toString()) as TradeIn;
  if (tradeIn.expiresAt <= now) {
    throw expiredTradeInToken('The trade-in token has expired.', {
      reason: 'expired-trade-in-token',
      detail: `The token expired at ${new Date(tradeIn.expiresAt).toISOString()}.`,
    });
  }
  const role = roleWithArn(tradeIn.roleArn, (account, name) => roleByName(store, account, name));
  if (role === undefined)
    throw invalid('unknown-role', `The token is for the role ${tradeIn.roleArn}, which does not exist.`);
  return { tradeIn, role };
}

const invalid = (reason: string, detail: string) =>
  validationError('The trade-in token is not valid.', { reason, detail });
