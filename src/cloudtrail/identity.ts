/** The userIdentity element of a record (CloudTrail User Guide, cloudtrail-event-reference-user-identity). */
import type { Caller } from '../authorization/principals.ts';
import { defined } from '../kernel/defined.ts';

export interface UserIdentity {
  readonly type: string;
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly identityProvider?: string;
  readonly sessionContext?: unknown;
}

/** A caller with credentials. */
export function callerIdentity(caller: Caller): UserIdentity {
  const { account, arn, userId, accessKeyId } = caller;
  const known = { principalId: userId, arn, accountId: account, accessKeyId };
  switch (caller.kind) {
    case 'root':
      return { type: 'Root', ...known };
    case 'user':
      return { type: 'IAMUser', ...known, userName: caller.name, ...sessionContext(caller) };
    case 'federated-user':
      return { type: 'FederatedUser', ...known, ...sessionContext(caller) };
    case 'role':
      return { type: 'AssumedRole', ...known, ...sessionContext(caller) };
  }
}

function sessionContext(caller: Caller): { readonly sessionContext?: unknown } {
  const { session } = caller;
  if (session === undefined) return {};
  const issuer =
    caller.kind === 'role'
      ? {
          sessionIssuer: {
            type: 'Role',
            principalId: caller.entityId,
            arn: caller.roleArn,
            accountId: caller.account,
            userName: caller.name,
          },
        }
      : {};
  return {
    sessionContext: {
      ...issuer,
      ...(session.federatedProvider === undefined
        ? {}
        : { webIdFederationData: { federatedProvider: session.federatedProvider, attributes: {} } }),
      attributes: { creationDate: isoSeconds(session.issuedAt), mfaAuthenticated: String(session.mfaAt !== undefined) },
      ...defined({ sourceIdentity: session.sourceIdentity }),
    },
  };
}

/** The caller of an unsigned AssumeRole* call: from its output, or from the principal of its refusal. */
interface FederatedAnswer {
  readonly Provider?: string;
  readonly Audience?: string;
  readonly SubjectFromWebIdentityToken?: string;
  readonly Subject?: string;
  readonly NameQualifier?: string;
}

interface RefusedPrincipal {
  readonly provider?: string;
  readonly audience?: string;
  readonly subject?: string;
}

/** The userIdentity of an unsigned call, from its output or refusal; only the type if it was refused before. */
export function federatedIdentity(operation: string, output: unknown, refused?: unknown): UserIdentity {
  const answer: FederatedAnswer = typeof output === 'object' && output !== null ? output : {};
  const requester: RefusedPrincipal = typeof refused === 'object' && refused !== null ? refused : {};
  if (operation === 'AssumeRoleWithSAML') {
    const { NameQualifier: qualifier, Subject: subject } = answer;
    if (qualifier === undefined || subject === undefined) return { type: 'SAMLUser' };
    return { type: 'SAMLUser', principalId: `${qualifier}:${subject}`, userName: subject, identityProvider: qualifier };
  }
  const {
    Provider: provider = requester.provider,
    Audience: audience = requester.audience,
    SubjectFromWebIdentityToken: subject = requester.subject,
  } = answer;
  if (provider === undefined || subject === undefined) return { type: 'WebIdentityUser' };
  return {
    type: 'WebIdentityUser',
    principalId: `${provider}:${audience}:${subject}`,
    userName: subject,
    identityProvider: provider,
  };
}

/** Formats a time as ISO 8601 with whole seconds. */
export const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
