/** AssumeRole up to the point where credentials can be issued; the dry run of `explain` uses the same checks. */

import type { Role, Tag } from '../../accounts/model.ts';
import { identityLayers, organizationLayers } from '../../authorization/policies-in-force.ts';
import type { Caller, Session } from '../../authorization/principals.ts';
import { policyPrincipal } from '../../authorization/request-context.ts';
import { accessDenied, validationError } from '../../aws/error.ts';
import type { SignedCall } from '../../aws/operation.ts';
import { defined } from '../../kernel/defined.ts';
import type { StsDeps } from '../deps.ts';
import { invalidParameterValue, overChainingLimit, userNotAuthorized } from '../errors.ts';
import { assertMfa, hasMfa } from '../mfa-parameters.ts';
import { packedSize } from '../packed-size.ts';
import { assertRegionActive } from '../regions.ts';
import type { SessionFacts } from '../session.ts';
import { type RequestedPolicies, sessionPolicies } from '../session-policies.ts';
import { assertTags } from '../session-tags.ts';
import { explainUnknownRole } from '../suggestions.ts';
import type { AssumeTrace } from './assume-trace.ts';
import {
  accountOfRole,
  assumeContext,
  findRole,
  type RequestedTags,
  roleSessionSeconds,
  trustPolicies,
} from './trust.ts';

export const ACTION = 'sts:AssumeRole';

/** Maximum duration, in seconds, of a session created with session credentials (role chaining). */
const CHAINING_LIMIT = 3600;

export interface AssumeRoleRequest extends RequestedPolicies {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds?: number | undefined;
  readonly Tags?: readonly Tag[] | undefined;
  readonly TransitiveTagKeys?: readonly string[] | undefined;
  readonly ExternalId?: string | undefined;
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
  readonly SourceIdentity?: string | undefined;
  readonly ProvidedContexts?: readonly unknown[] | undefined;
}

interface AssumeRoleGrant {
  readonly role: Role;
  readonly facts: SessionFacts;
  readonly seconds: number;
  /** Undefined without session policies and tags: AWS then returns no PackedPolicySize. */
  readonly packedPolicySize: number | undefined;
  readonly sourceIdentity: string | undefined;
}

/** Authorizes a request of a caller with credentials. Asynchronous only when an MFA code is verified. Throws AwsError. */
export function assumeRole(
  input: AssumeRoleRequest,
  call: SignedCall<Caller>,
  deps: StsDeps,
  trace: AssumeTrace,
): AssumeRoleGrant | Promise<AssumeRoleGrant> {
  const { caller } = call;
  const account = trace.attempt('role-arn', () => accountOfRole(input.RoleArn));
  trace.attempt('region', () => assertRegionActive(call.region, account, deps.settings));
  const requested: RequestedTags = { tags: input.Tags ?? [], transitive: input.TransitiveTagKeys ?? [] };
  trace.attempt('tags', () => assertTags(requested, caller.session));
  trace.attempt('source-identity', () => assertSourceIdentity(input.SourceIdentity));
  trace.attempt('contexts', () => assertNoContexts(input));
  assertCaller(caller, input.RoleArn, trace);
  if (!hasMfa(input)) return grantRole(input, requested, undefined, call, deps, trace);
  return trace
    .await('mfa', () => assertMfa(input, caller, deps))
    .then(() => {
      trace.pass('mfa', 'valid', { serialNumber: input.SerialNumber });
      return grantRole(input, requested, call.now, call, deps, trace);
    });
}

/** The remaining checks. `mfaAt` is the time of MFA (epoch milliseconds), undefined without MFA. */
function grantRole(
  input: AssumeRoleRequest,
  requested: RequestedTags,
  mfaAt: number | undefined,
  call: SignedCall<Caller>,
  deps: StsDeps,
  trace: AssumeTrace,
): AssumeRoleGrant {
  const { caller } = call;
  const role = findRole(input.RoleArn, deps.store);
  if (role === undefined) {
    throw trace.refuse(
      'role',
      userNotAuthorized(caller.arn, ACTION, input.RoleArn, {
        reason: 'unknown-role',
        detail: explainUnknownRole(input.RoleArn, deps.store),
      }),
    );
  }
  trace.pass('role', 'found', { role: role.arn });
  const sourceIdentity = input.SourceIdentity ?? caller.session?.sourceIdentity;
  evaluatePolicies(input, requested, sourceIdentity, mfaAt, role, call, deps, trace);
  const seconds = roleSessionSeconds(input.DurationSeconds, role, trace);
  assertChaining(seconds, caller, trace);
  const policies = trace.attempt('session-policy', () => sessionPolicies(input, role.account, deps.store));
  const inherited = inheritedTags(caller.session);
  const tags = [...inherited, ...requested.tags];
  const transitive = [...inherited.map(tag => tag.Key), ...requested.transitive];
  const limited = policies.inlinePolicy !== undefined || policies.policyArns !== undefined || tags.length > 0;
  const packed = trace.attempt('packed-size', () =>
    packedSize({ policy: policies.inlinePolicy, policyArns: policies.policyArns, tags }),
  );
  return {
    role,
    facts: {
      kind: 'role',
      account: role.account,
      entityId: role.id,
      name: input.RoleSessionName,
      ...policies,
      ...(tags.length === 0 ? {} : { tags }),
      ...(transitive.length === 0 ? {} : { transitive }),
      ...defined({ sourceIdentity, mfaAt, chained: caller.session && true }),
    },
    seconds,
    packedPolicySize: limited ? packed : undefined,
    sourceIdentity,
  };
}

/** The root user cannot assume roles; a GetFederationToken session can call no STS operation except GetCallerIdentity. */
function assertCaller(caller: Caller, roleArn: string, trace: AssumeTrace): void {
  if (caller.kind === 'root') {
    throw trace.refuse(
      'caller',
      accessDenied('Roles may not be assumed by root accounts.', {
        reason: 'root-caller',
        detail: `${caller.arn} is the root user. Only IAM users and roles can assume roles.`,
      }),
    );
  }
  if (caller.kind === 'federated-user') {
    throw trace.refuse(
      'caller',
      userNotAuthorized(caller.arn, ACTION, roleArn, {
        reason: 'federated-caller',
        detail: 'Credentials from GetFederationToken cannot call any STS operation except GetCallerIdentity.',
      }),
    );
  }
  trace.pass('caller', caller.session === undefined ? 'long-term-credentials' : 'session-credentials', {
    arn: caller.arn,
  });
}

/** Refuses context assertions of IAM Identity Center, because Rolecall cannot verify them. */
function assertNoContexts(input: AssumeRoleRequest): void {
  if (input.ProvidedContexts === undefined || input.ProvidedContexts.length === 0) return;
  throw invalidParameterValue('The provided context assertion is not valid.', {
    reason: 'context-assertion',
    detail: 'ProvidedContexts contains assertions of IAM Identity Center, which Rolecall does not emulate.',
  });
}

function assertChaining(seconds: number, caller: Caller, trace: AssumeTrace): void {
  if (caller.session === undefined || seconds <= CHAINING_LIMIT) return;
  throw trace.refuse(
    'duration',
    overChainingLimit({
      reason: 'duration-over-chaining-limit',
      detail: `${caller.arn} uses session credentials, so the new session can last at most ${CHAINING_LIMIT} seconds; the request asks for ${seconds}.`,
    }),
  );
}

/** The new session inherits the transitive tags of the calling session; other session tags are not inherited. */
function inheritedTags(session: Session | undefined): readonly Tag[] {
  const keys = new Set(session?.transitive?.map(key => key.toLowerCase()));
  return (session?.tags ?? []).filter(tag => keys.has(tag.Key.toLowerCase()));
}

/**
 * Evaluates the trust policy and, where it delegates to the account or the role is in another account, the caller's
 * policies: for AssumeRole itself, and for `sts:TagSession` and `sts:SetSourceIdentity` when the request needs them.
 */
function evaluatePolicies(
  input: AssumeRoleRequest,
  requested: RequestedTags,
  sourceIdentity: string | undefined,
  mfaAt: number | undefined,
  role: Role,
  call: SignedCall<Caller>,
  deps: StsDeps,
  trace: AssumeTrace,
): void {
  const { caller } = call;
  const { scp } = organizationLayers(caller.account, deps.iam.settings.organization);
  const policies = {
    ...identityLayers(caller, deps.iam),
    ...trustPolicies(role, deps),
    ...defined({ scp }),
  };
  const request = { ...requested, sessionName: input.RoleSessionName, sourceIdentity };
  const context = assumeContext(call, role, request, deps.store);
  if (input.ExternalId !== undefined) context.set('sts:externalid', input.ExternalId);
  if (mfaAt !== undefined) context.set('aws:multifactorauthpresent', 'true').set('aws:multifactorauthage', '0');
  const changed = sourceIdentity !== undefined && caller.session?.sourceIdentity !== undefined;
  if (changed && caller.session?.sourceIdentity !== sourceIdentity) {
    throw trace.refuse(
      'source-identity',
      userNotAuthorized(caller.arn, 'sts:SetSourceIdentity', role.arn, {
        reason: 'source-identity-set',
        detail: `The source identity of the calling session is ${caller.session?.sourceIdentity} and cannot be changed.`,
      }),
    );
  }
  const actions = [
    ACTION,
    ...(requested.tags.length === 0 ? [] : ['sts:TagSession']),
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  for (const action of actions) {
    const evaluation = trace.evaluatePolicies(
      { principal: policyPrincipal(caller), action, resource: role.arn, resourceAccount: role.account, context },
      policies,
    );
    if (!evaluation.allowed) {
      throw trace.refuse(
        'policies',
        userNotAuthorized(caller.arn, action, role.arn, {
          reason: evaluation.reason,
          detail: `${caller.arn} is not allowed to perform ${action} on ${role.arn}.`,
        }),
      );
    }
  }
  trace.pass('policies', 'allowed', { actions });
}

/** A source identity must not begin with `aws:` (STS API reference, AssumeRole). */
function assertSourceIdentity(sourceIdentity: string | undefined): void {
  if (sourceIdentity?.startsWith('aws:') !== true) return;
  throw validationError('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"', {
    reason: 'bad-source-identity',
    detail: 'The source identity begins with "aws:".',
  });
}
