/** Issuing: a new temporary key, its derived secret and the sealed token that holds the whole session. */

import type { Role } from '../accounts/model.ts';
import { sealSession, sessionSecret, temporaryKeyId } from '../authorization/credentials.ts';
import { assumedRoleArn, type Session } from '../authorization/principals.ts';
import { secretBytes } from '../kernel/seal.ts';
import type { StsDeps } from './deps.ts';

/** Most bytes a session token takes; SessionTokenUtilization is a share of it. */
const MAX_TOKEN = 8192;

/** What a session is made of, beside its key and its times. */
export type SessionFacts = Omit<Session, 'accessKeyId' | 'issuedAt' | 'expiresAt' | 'padding'>;

export interface Issued {
  readonly Credentials: {
    readonly AccessKeyId: string;
    readonly SecretAccessKey: string;
    readonly SessionToken: string;
    readonly Expiration: number;
  };
  readonly SessionTokenUtilization?: number;
  readonly SessionTokenSize?: number;
}

/**
 * Credentials for `seconds` from `now` (epoch milliseconds), in whole seconds. `minimumSize`, when asked for, is the
 * least size of the token in bytes, and its size is answered.
 */
export function issueSession(
  facts: SessionFacts,
  seconds: number,
  now: number,
  deps: StsDeps,
  minimumSize: number | undefined,
): Issued {
  const accessKeyId = temporaryKeyId(facts.account, secretBytes(12));
  const expiresAt = Math.floor(now / 1000) * 1000 + seconds * 1000;
  const session: Session = { ...facts, accessKeyId, issuedAt: now, expiresAt };
  const token = sealSession(session, deps.sealer);
  const credentials = {
    AccessKeyId: accessKeyId,
    SecretAccessKey: sessionSecret(accessKeyId, deps.sealer),
    SessionToken: token,
    Expiration: expiresAt,
  };
  if (minimumSize === undefined || minimumSize === 0) return { Credentials: credentials };
  const missing = minimumSize - token.length;
  const padded = missing <= 0 ? token : sealSession({ ...session, padding: ' '.repeat(missing) }, deps.sealer);
  return {
    Credentials: { ...credentials, SessionToken: padded },
    SessionTokenUtilization: Math.ceil((padded.length * 100) / MAX_TOKEN),
    SessionTokenSize: padded.length,
  };
}

/** AssumedRoleUser of a role session. */
export const assumedRoleUser = (role: Role, sessionName: string): { AssumedRoleId: string; Arn: string } => ({
  AssumedRoleId: `${role.id}:${sessionName}`,
  Arn: assumedRoleArn(role.account, role.name, sessionName),
});

/**
 * Seconds of a GetSessionToken or GetFederationToken session: twelve hours unless asked; root gets an hour at most,
 * whatever it asks (STS API reference).
 */
export function ownSessionSeconds(asked: number | undefined, kind: 'user' | 'root'): number {
  return kind === 'root' ? Math.min(asked ?? 3600, 3600) : (asked ?? 43_200);
}
