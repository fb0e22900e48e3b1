/** AssumeRoleWithWebIdentity up to the point where credentials can be issued; the dry run of `explain` uses the same checks. */

import type { Role } from '../../accounts/model.ts';
import type { Caller } from '../../authorization/principals.ts';
import type { MutableRequestContext } from '../../authorization/request-context.ts';
import type { Call } from '../../aws/operation.ts';
import { defined } from '../../kernel/defined.ts';
import type { IssuerKeysAnswer } from '../../kernel/issuer-keys.ts';
import type { EvaluationRequest } from '../../policy/decision.ts';
import type { StsDeps } from '../deps.ts';
import { notAuthorized } from '../errors.ts';
import { packedWebIdentitySize } from '../packed-size.ts';
import { assertRegionActive } from '../regions.ts';
import type { SessionFacts } from '../session.ts';
import { type RequestedPolicies, sessionPolicies } from '../session-policies.ts';
import { explainUnknownRole } from '../suggestions.ts';
import { type OAuthIdentity, readOpaqueToken } from '../web-identity/built-in-providers.ts';
import { keyValue, readAmr } from '../web-identity/claims.ts';
import { parseToken, verifyToken, type WebIdentity } from '../web-identity/verify.ts';
import type { AssumeTrace } from './assume-trace.ts';
import { accountOfRole, assumeContext, findRole, roleSessionSeconds, trustPolicies } from './trust.ts';

export const ACTION = 'sts:AssumeRoleWithWebIdentity';

export interface WebIdentityRequest extends RequestedPolicies {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly WebIdentityToken: string;
  readonly ProviderId?: string | undefined;
  readonly DurationSeconds?: number | undefined;
}

/** The session that can be issued, and the identity members of the response. */
interface WebIdentityGrant {
  readonly role: Role;
  readonly facts: SessionFacts;
  readonly seconds: number;
  readonly packedPolicySize: number;
  readonly provider: string;
  readonly audience: string;
  readonly subject: string;
  readonly sourceIdentity: string | undefined;
}

/** The requester, from a JWT or an opaque token. */
interface Requester {
  /** `Federated` value in the trust policy: provider ARN or domain. */
  readonly provider: string;
  /** Prefix of the provider's condition keys. */
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly identity: WebIdentity | undefined;
  /** Condition keys that stay in the request context of the session. */
  readonly sessionClaims: SessionFacts['claims'] & {};
}

/** Authorizes a request. Asynchronous only when the issuer's keys must be fetched. Throws AwsError. */
export function assumeWithWebIdentity(
  input: WebIdentityRequest,
  call: Call<Caller>,
  deps: StsDeps,
  trace: AssumeTrace,
): WebIdentityGrant | Promise<WebIdentityGrant> {
  const account = trace.attempt('role-arn', () => accountOfRole(input.RoleArn));
  trace.attempt('region', () => assertRegionActive(call.region, account, deps.settings));
  if (input.ProviderId !== undefined) return withOpaqueToken(input, input.ProviderId, account, call, deps, trace);
  const opened = parseToken(input.WebIdentityToken, account, deps, trace);
  const { jwt, standard, trustedProvider } = opened;
  const verifyAndGrant = (answer: IssuerKeysAnswer): WebIdentityGrant => {
    const identity = verifyToken(opened, answer, input.RoleArn, call.now, trace);
    return grantTo(requesterOf(identity, deps), input, account, call, deps, trace);
  };
  const answer = deps.issuerKeys(standard.issuer, {
    thumbprints: trustedProvider.thumbprints,
    ...(typeof jwt.kid === 'string' ? { kid: jwt.kid } : {}),
  });
  return answer instanceof Promise ? answer.then(verifyAndGrant) : verifyAndGrant(answer);
}

function withOpaqueToken(
  input: WebIdentityRequest,
  providerId: string,
  account: string,
  call: Call<Caller>,
  deps: StsDeps,
  trace: AssumeTrace,
): WebIdentityGrant {
  trace.principal = { type: 'federated', provider: providerId, account };
  const tokens = deps.settings.opaqueTokens ?? [];
  const identity: OAuthIdentity = trace.attempt('provider', () =>
    readOpaqueToken(providerId, input.WebIdentityToken, tokens, call.now),
  );
  const { provider, audience, subject, claims } = identity;
  trace.principal = { type: 'federated', provider, account, subject, audience };
  trace.pass('provider', 'opaque-token', { provider, subject });
  const requester = { provider, issuer: provider, audience, subject, identity: undefined, sessionClaims: claims };
  return grantTo(requester, input, account, call, deps, trace);
}

function requesterOf(identity: WebIdentity, deps: StsDeps): Requester {
  const { trustedProvider, standard, claims } = identity;
  const { prefix, principal } = trustedProvider;
  const { audience, subject } = standard;
  const keys = deps.conditionKeys.get(prefix);
  const amr = readAmr(claims);
  const sessionClaims =
    amr === undefined
      ? { [keys.aud]: audience, [keys.sub]: subject }
      : { [keys.aud]: audience, [keys.sub]: subject, [keys.amr]: amr };
  return { provider: principal, issuer: prefix, audience, subject, identity, sessionClaims };
}

/** Adds the claims of a verified token that exist only in the context of the trust decision. */
function addClaims(
  context: MutableRequestContext,
  { trustedProvider, standard, claims: tokenClaims }: WebIdentity,
  deps: StsDeps,
): void {
  const { oaud, claims } = deps.conditionKeys.get(trustedProvider.prefix);
  const [only] = standard.audiences;
  context.set(oaud, standard.audiences.length === 1 && only !== undefined ? only : standard.audiences);
  for (const { claim, key } of claims) {
    const value = keyValue(tokenClaims.get(claim));
    if (value !== undefined) context.set(key, value);
  }
}

function grantTo(
  requester: Requester,
  input: WebIdentityRequest,
  account: string,
  call: Call<Caller>,
  deps: StsDeps,
  trace: AssumeTrace,
): WebIdentityGrant {
  const role = findRole(input.RoleArn, deps.store);
  if (role === undefined) {
    throw trace.refuse(
      'role',
      notAuthorized(ACTION, { reason: 'unknown-role', detail: explainUnknownRole(input.RoleArn, deps.store) }),
    );
  }
  trace.pass('role', 'found', { role: role.arn });
  const { identity } = requester;
  const tags = identity?.tags?.tags ?? [];
  const transitive = identity?.tags?.transitive ?? [];
  const sourceIdentity = identity?.sourceIdentity;
  evaluateTrust(
    requester,
    role,
    { tags, transitive, sourceIdentity, sessionName: input.RoleSessionName },
    call,
    deps,
    trace,
  );
  const seconds = roleSessionSeconds(input.DurationSeconds, role, trace);
  const policies = trace.attempt('session-policy', () => sessionPolicies(input, account, deps.store));
  const packedPolicySize = trace.attempt('packed-size', () =>
    packedWebIdentitySize(
      { issuer: requester.issuer, audience: requester.audience, subject: requester.subject, sourceIdentity },
      { policy: policies.inlinePolicy, policyArns: policies.policyArns, tags },
    ),
  );
  return {
    role,
    facts: {
      kind: 'role',
      account: role.account,
      entityId: role.id,
      name: input.RoleSessionName,
      federatedProvider: requester.provider,
      claims: requester.sessionClaims,
      ...policies,
      ...(tags.length === 0 ? {} : { tags }),
      ...(transitive.length === 0 ? {} : { transitive }),
      ...defined({ sourceIdentity }),
    },
    seconds,
    packedPolicySize,
    provider: requester.provider,
    audience: requester.audience,
    subject: requester.subject,
    sourceIdentity,
  };
}

/** Evaluates the trust policy for the call, and for `sts:TagSession` and `sts:SetSourceIdentity` when the token needs them. */
function evaluateTrust(
  requester: Requester,
  role: Role,
  requested: Parameters<typeof assumeContext>[2],
  call: Call<Caller>,
  deps: StsDeps,
  trace: AssumeTrace,
): void {
  const policies = trustPolicies(role, deps);
  const context = assumeContext(call, role, requested, deps.store);
  if (requester.identity !== undefined) addClaims(context, requester.identity, deps);
  for (const key in requester.sessionClaims) context.set(key.toLowerCase(), requester.sessionClaims[key] ?? '');
  context.set('aws:principalaccount', role.account);
  context.set('aws:principaltype', 'User');
  context.set('aws:userid', requester.provider);
  context.set('sts:roleauthorizedbyidp', String(requester.identity?.roleAuthorized ?? false));
  const actions = [
    ACTION,
    ...(requested.tags.length === 0 ? [] : ['sts:TagSession']),
    ...(requested.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  for (const action of actions) {
    const request: EvaluationRequest = {
      principal: { type: 'federated', provider: requester.provider, account: role.account },
      action,
      resource: role.arn,
      resourceAccount: role.account,
      context,
    };
    const evaluation = trace.evaluatePolicies(request, policies);
    if (!evaluation.allowed) {
      throw trace.refuse(
        'trust',
        notAuthorized(action, {
          reason: evaluation.reason,
          detail: `The trust policy of ${role.arn} does not allow ${action}.`,
        }),
      );
    }
  }
  trace.pass('trust', 'allowed', { actions });
}
