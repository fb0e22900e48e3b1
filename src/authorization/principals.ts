/** The four kinds of callers with credentials, their identity in GetCallerIdentity, and their sessions as tokens. */

import type { Tag } from '../accounts/model.ts';
import { stsArn } from '../aws/arn.ts';
import { encodeId } from '../aws/unique-id.ts';
import { readBase64 } from '../kernel/base64.ts';
import type { Sealer } from '../kernel/seal.ts';

/** The content of a session token. The token is encrypted and holds the whole session, so nothing is stored per session. */
export interface Session {
  readonly kind: 'role' | 'user' | 'root' | 'federated-user';
  readonly account: string;
  /** ASIA…; the token is valid only with this key. */
  readonly accessKeyId: string;
  /** Epoch milliseconds of the movable clock. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Unique id of the role or user; undefined for root. A re-created entity has another id. */
  readonly entityId?: string;
  /** Session name of a role session, name of a federated user. */
  readonly name?: string;
  /** The long-term key that requested it (GetSessionToken, GetFederationToken); deleting the key ends the session. */
  readonly parentKeyId?: string;
  readonly inlinePolicy?: string;
  readonly policyArns?: readonly string[];
  readonly tags?: readonly Tag[];
  /** Keys of the transitive tags among `tags`. */
  readonly transitive?: readonly string[];
  readonly sourceIdentity?: string;
  /** Time of MFA, epoch milliseconds. */
  readonly mfaAt?: number;
  /** For a web identity or SAML session: provider ARN, or name of a built-in provider. */
  readonly federatedProvider?: string;
  /** Condition keys of the provider in the request context of the session (`ISSUER:aud`, `ISSUER:sub`, `saml:sub`, …). */
  readonly claims?: Readonly<Record<string, string | readonly string[]>>;
  /** Set when the caller used session credentials (role chaining). */
  readonly chained?: boolean;
  /** AssumeRoot: the task policy that limits the session. */
  readonly taskPolicyArn?: string;
  /** Spaces that pad the token to MinimumSessionTokenSize. */
  readonly padding?: string;
}

interface CallerFacts {
  readonly account: string;
  /** ARN as in GetCallerIdentity. */
  readonly arn: string;
  /** UserId as in GetCallerIdentity. */
  readonly userId: string;
  /** Access key id of the signature. */
  readonly accessKeyId: string;
}

interface RootCaller extends CallerFacts {
  readonly kind: 'root';
  readonly session?: Session;
}

interface UserCaller extends CallerFacts {
  readonly kind: 'user';
  readonly name: string;
  /** AIDA…. */
  readonly entityId: string;
  /** Set for credentials from GetSessionToken. */
  readonly session?: Session;
}

interface RoleCaller extends CallerFacts {
  readonly kind: 'role';
  /** Role name. */
  readonly name: string;
  /** AROA…. */
  readonly entityId: string;
  /** ARN of the role, including the path. */
  readonly roleArn: string;
  readonly session: Session;
}

interface FederatedCaller extends CallerFacts {
  readonly kind: 'federated-user';
  /** Name of the federated user. */
  readonly name: string;
  /** The IAM user that created the session; undefined when the root user created it. */
  readonly parentUserId?: string;
  /** ARN of that user, or of the account's root user. */
  readonly parentArn: string;
  readonly session: Session;
}

export type Caller = RootCaller | UserCaller | RoleCaller | FederatedCaller;

/** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`; the role's path is not part of it. */
export const assumedRoleArn = (account: string, roleName: string, sessionName: string): string =>
  stsArn(account, `assumed-role/${roleName}/${sessionName}`);

/** `arn:aws:sts::ACCOUNT:federated-user/NAME`. */
export const federatedUserArn = (account: string, name: string): string => stsArn(account, `federated-user/${name}`);

const SESSION = 'session-token';
const SECRET = 'session-secret';

/** Creates a temporary access key id: `ASIA` and the account in AWS's encoding. `entropy`: 12 bytes. */
export const temporaryKeyId = (account: string, entropy: Buffer): string => encodeId('ASIA', account, entropy, 20);

/** The 40-character secret of a temporary key. It is derived, so no replica has to store it. */
export const sessionSecret = (accessKeyId: string, sealer: Sealer): string =>
  sealer.derive(SECRET, accessKeyId).toString('base64').slice(0, 40);

/** Encrypts a session into its token (base64). */
export const encryptSession = (session: Session, sealer: Sealer): string =>
  sealer.seal(SESSION, Buffer.from(JSON.stringify(session))).toString('base64');

/** Decrypts a session token; undefined when this instance did not create it. */
export function decryptSession(token: string, sealer: Sealer): Session | undefined {
  const sealed = readBase64(token, 'base64');
  const opened = sealed === undefined ? undefined : sealer.open(SESSION, sealed);
  return opened === undefined ? undefined : (JSON.parse(opened.toString()) as Session);
}
