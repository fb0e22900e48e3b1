/** Creates temporary credentials: an access key id, its derived secret and the encrypted token with the whole session. */

import type { Role, Tag } from '../accounts/model.ts';
import {
  assumedRoleArn,
  encryptSession,
  type Session,
  sessionSecret,
  temporaryKeyId,
} from '../authorization/principals.ts';
import { secretBytes } from '../kernel/seal.ts';
import type { StsDeps } from './deps.ts';

/** Maximum size of a session token in bytes; SessionTokenUtilization is a percentage of it. */
const MAX_TOKEN = 8192;

/** The members of a session without its access key id and times. */
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
 * Creates credentials valid for `seconds` from `now` (epoch milliseconds), rounded down to whole seconds. `minimumSize`
 * is the minimum size of the token in bytes; with it, the result contains the token size.
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
  const token = encryptSession(session, deps.sealer);
  const credentials = {
    AccessKeyId: accessKeyId,
    SecretAccessKey: sessionSecret(accessKeyId, deps.sealer),
    SessionToken: token,
    Expiration: expiresAt,
  };
  if (minimumSize === undefined || minimumSize === 0) return { Credentials: credentials };
  const missing = minimumSize - token.length;
  const padded = missing <= 0 ? token : encryptSession({ ...session, padding: ' '.repeat(missing) }, deps.sealer);
  return {
    Credentials: { ...credentials, SessionToken: padded },
    SessionTokenUtilization: Math.ceil((padded.length * 100) / MAX_TOKEN),
    SessionTokenSize: padded.length,
  };
}

/** The members of every role session. */
export const roleSession = (
  role: Role,
  name: string,
  tags: readonly Tag[] = [],
  transitive: readonly string[] = [],
): SessionFacts => ({
  kind: 'role',
  account: role.account,
  entityId: role.id,
  name,
  ...(tags.length === 0 ? {} : { tags }),
  ...(transitive.length === 0 ? {} : { transitive }),
});

/** The AssumedRoleUser member for a role session. */
export const assumedRoleUser = (role: Role, sessionName: string): { AssumedRoleId: string; Arn: string } => ({
  AssumedRoleId: `${role.id}:${sessionName}`,
  Arn: assumedRoleArn(role.account, role.name, sessionName),
});

/**
 * Duration in seconds of a GetSessionToken or GetFederationToken session: 12 hours by default; for the root user at most
 * 1 hour (STS API reference).
 */
export function ownSessionSeconds(requested: number | undefined, kind: 'user' | 'root'): number {
  return kind === 'root' ? Math.min(requested ?? 3600, 3600) : (requested ?? 43_200);
}
