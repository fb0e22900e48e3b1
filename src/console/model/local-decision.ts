/** Decisions that the page computes itself, with the checks and the evaluator that answer calls on the wire. */

import type { Decision, EvaluationRequest } from '../../policy/decision.ts';
import {
  checkTrustWrite,
  evaluate,
  malformedPolicyMessage,
  type PolicySet,
  parsePolicy,
  policyQuotas,
} from '../../policy/index.ts';
import type { CallContext } from '../../policy/web-identity/context.ts';
import { type DeclaredRole, decideWebIdentity } from '../../policy/web-identity/decide.ts';
import { type ErrorTexts, malformedPolicyDocument } from '../../policy/web-identity/refusals.ts';
import { explainOutcome } from '../../policy/web-identity/run.ts';
import type { Claims } from '../api/types.ts';
import { textOf } from './claim-values.ts';
import { accountOf, prefixOf } from './setup.ts';

/** The members of a decision that are computed without a server. */
export type LocalDecision = Pick<
  Decision,
  'action' | 'resource' | 'principal' | 'allowed' | 'error' | 'steps' | 'layers' | 'explanation' | 'fixes'
>;

interface WebIdentityCall {
  /** Undefined: the job has no token. */
  readonly claims: Claims | undefined;
  readonly token?: string;
  readonly provider: { readonly issuer: string; readonly arn: string; readonly clientIds: readonly string[] };
  /** ARN of the role that exists. */
  readonly role: string;
  /** ARN in the request; default: `role`. */
  readonly requestedRole?: string;
  readonly trust: string;
  readonly sessionName?: string;
  readonly call: CallContext;
  readonly errorTexts?: ErrorTexts;
}

/** The audience of a token without `azp`, or its first. */
export function audienceOf(claims: Claims): string {
  const aud = claims['azp'] ?? claims['aud'];
  return textOf(Array.isArray(aud) ? aud[0] : aud);
}

/** The error that IAM returns when the trust policy is saved; undefined when IAM accepts it. */
export function trustPolicyError(text: string): string | undefined {
  const parsed = parsePolicy(text, { kind: 'trust', maxLength: policyQuotas.trust.max });
  const faults = parsed.ok ? checkTrustWrite(parsed.policy) : parsed.faults;
  return faults.length === 0 ? undefined : malformedPolicyMessage(faults, 'trust');
}

/** Decides a call with one provider and one role. */
export function evaluateWebIdentity(request: WebIdentityCall): LocalDecision {
  const { claims, token, provider, role, requestedRole = role, trust, sessionName = 'session', ...rest } = request;
  if (claims === undefined) return withoutToken(requestedRole);
  const account = accountOf(role);
  return decideWebIdentity({
    ...rest,
    claims,
    token,
    roleArn: requestedRole,
    sessionName,
    providers: [{ ...provider, account, url: prefixOf(provider.issuer), thumbprints: [] }],
    roles: [declaredRole(role, account, trust)],
  });
}

const declaredRole = (arn: string, account: string, trust: string): DeclaredRole => ({
  account,
  arn,
  name: arn.slice(arn.lastIndexOf('/') + 1),
  tags: [],
  policies() {
    const parsed = parsePolicy(trust, { kind: 'trust', strictness: 'evaluated' });
    if (parsed.ok) return { kind: 'trust', resource: parsed.policy };
    throw malformedPolicyDocument(malformedPolicyMessage(parsed.faults, 'trust'), {
      reason: 'malformed-policy',
      detail: parsed.faults.map(fault => fault.message).join(' '),
    });
  },
});

/** Evaluates a request of a caller with credentials; the step is named as on the wire. */
export function evaluatePolicies(request: EvaluationRequest, policies: PolicySet): LocalDecision {
  const { action, resource, principal } = request;
  const { allowed, reason, layers } = evaluate(request, policies);
  const steps = [{ name: 'policies', ok: allowed, code: reason }];
  return {
    action,
    resource,
    principal,
    allowed,
    steps,
    layers,
    ...explainOutcome({ request, policies, allowed }, undefined),
  };
}

/** A job without a token makes no call. */
function withoutToken(resource: string): LocalDecision {
  const sentence = 'The job has no token.';
  const step = { name: 'token-parsed', ok: false, code: 'no-token', detail: { sentence } };
  return {
    action: 'sts:AssumeRoleWithWebIdentity',
    resource,
    principal: null,
    allowed: false,
    steps: [step],
    layers: [],
    explanation: [sentence],
    fixes: [],
  };
}
