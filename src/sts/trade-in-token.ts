/** Trade-in tokens of temporary delegation: sealed, and made only by who holds the instance (the control API). */

import type { Role } from '../accounts/model.ts';
import { validationError } from '../aws/error.ts';
import { readBase64 } from '../kernel/base64.ts';
import type { Sealer } from '../kernel/seal.ts';
import type { Store } from '../store/store.ts';
import { findRole } from './assume/trust.ts';
import { expiredTradeInToken } from './errors.ts';
import { packedSize } from './packed-size.ts';

const PURPOSE = 'trade-in-token';

/** What a trade-in token gives. */
export interface TradeIn {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Seconds of the session. */
  readonly seconds: number;
  /** Inline session policy. */
  readonly policy?: string;
  /** Epoch milliseconds of the movable clock after which the token is worth nothing. */
  readonly expiresAt: number;
}

/** Seals a trade-in token. Throws PackedPolicyTooLarge when its policy does not fit into a session. */
export function createTradeInToken(tradeIn: TradeIn, sealer: Sealer): string {
  packedSize({ policy: tradeIn.policy });
  return sealer.seal(PURPOSE, Buffer.from(JSON.stringify(tradeIn))).toString('base64url');
}

/** Opens one, with the role it is for. Throws ExpiredTradeInTokenException, or ValidationError for anything else. */
export function openTradeInToken(
  token: string,
  now: number,
  { sealer, store }: { readonly sealer: Sealer; readonly store: Store },
): { readonly tradeIn: TradeIn; readonly role: Role } {
  const sealed = readBase64(token, 'base64url');
  const opened = sealed === undefined ? undefined : sealer.open(PURPOSE, sealed);
  if (opened === undefined)
    throw invalid('bad-trade-in-token', 'The token was not made by the control API of this instance.');
  const tradeIn = JSON.parse(opened.toString()) as TradeIn;
  if (tradeIn.expiresAt <= now) {
    throw expiredTradeInToken('The trade-in token has expired.', {
      reason: 'expired-trade-in-token',
      detail: `The token was good until ${new Date(tradeIn.expiresAt).toISOString()}.`,
    });
  }
  const role = findRole(tradeIn.roleArn, store);
  if (role === undefined) throw invalid('unknown-role', `The role of the token, ${tradeIn.roleArn}, does not exist.`);
  return { tradeIn, role };
}

const invalid = (reason: string, detail: string) =>
  validationError('The trade-in token is not valid.', { reason, detail });
