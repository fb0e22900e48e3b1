/** Who signs a call: the four kinds of callers with credentials, and how GetCallerIdentity shows them. */

import type { Tag } from '../accounts/model.ts';
import { stsArn } from '../aws/arn.ts';

/** What a session token carries besides who it is for; sealed, so that nothing is stored per session. */
export interface Session {
  readonly kind: 'role' | 'user' | 'root' | 'federated-user';
  readonly account: string;
  /** ASIA…; the token belongs to this key alone. */
  readonly accessKeyId: string;
  /** Epoch milliseconds of the movable clock. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Unique id of the role or user; undefined for root. A deleted or re-created entity has another one. */
  readonly entityId?: string;
  /** Session name of a role session, name of a federated user. */
  readonly name?: string;
  /** The long-term key that asked for it (GetSessionToken, GetFederationToken): deleting the key ends the session. */
  readonly parentKeyId?: string;
  readonly inlinePolicy?: string;
  readonly policyArns?: readonly string[];
  readonly tags?: readonly Tag[];
  /** Keys of the transitive tags among `tags`. */
  readonly transitive?: readonly string[];
  readonly sourceIdentity?: string;
  /** When MFA was given, epoch milliseconds. */
  readonly mfaAt?: number;
  /** Provider ARN, or the name of a built-in provider, of a web identity or SAML session. */
  readonly federatedProvider?: string;
  /** Condition keys of the provider that outlive the assume call (`ISSUER:aud`, `ISSUER:sub`, `saml:sub`, …). */
  readonly claims?: Readonly<Record<string, string | readonly string[]>>;
  /** Set on sessions whose caller already held session credentials. */
  readonly chained?: boolean;
  /** AssumeRoot: the task policy that limits the session. */
  readonly taskPolicyArn?: string;
  /** Blanks that bring the token to the size its caller asked for (MinimumSessionTokenSize). */
  readonly padding?: string;
}

interface CallerFacts {
  readonly account: string;
  /** ARN as GetCallerIdentity answers it. */
  readonly arn: string;
  /** UserId as GetCallerIdentity answers it. */
  readonly userId: string;
  /** The access key id that signed. */
  readonly accessKeyId: string;
}

export interface RootCaller extends CallerFacts {
  readonly kind: 'root';
  readonly session?: Session;
}

export interface UserCaller extends CallerFacts {
  readonly kind: 'user';
  readonly name: string;
  /** AIDA…. */
  readonly entityId: string;
  /** GetSessionToken credentials carry one. */
  readonly session?: Session;
}

export interface RoleCaller extends CallerFacts {
  readonly kind: 'role';
  /** Role name. */
  readonly name: string;
  /** AROA…. */
  readonly entityId: string;
  /** ARN of the role itself, path included. */
  readonly roleArn: string;
  readonly session: Session;
}

export interface FederatedCaller extends CallerFacts {
  readonly kind: 'federated-user';
  /** The federated name. */
  readonly name: string;
  /** The IAM user whose keys made the session; undefined when root made it. */
  readonly parentUserId?: string;
  /** ARN of that user, or of the account's root. */
  readonly parentArn: string;
  readonly session: Session;
}

export type Caller = RootCaller | UserCaller | RoleCaller | FederatedCaller;

/** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`; the role's path is not part of it. */
export const assumedRoleArn = (account: string, roleName: string, sessionName: string): string =>
  stsArn(account, `assumed-role/${roleName}/${sessionName}`);

/** `arn:aws:sts::ACCOUNT:federated-user/NAME`. */
export const federatedUserArn = (account: string, name: string): string => stsArn(account, `federated-user/${name}`);
