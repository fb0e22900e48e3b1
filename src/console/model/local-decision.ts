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
import { accountOf, prefixOf, providerArn } from './setup.ts';

/** The members of a decision that are computed without a server. */
export type LocalDecision = Pick<
  Decision,
  'action' | 'resource' | 'principal' | 'allowed' | 'error' | 'steps' | 'layers' | 'explanation' | 'fixes' | 'narrow'
>;

interface LocalCall {
  /** Undefined: the job has no token. */
  readonly claims: Claims | undefined;
  readonly header?: Claims;
  readonly token?: string;
  /** The provider of the account; undefined: it has none for the issuer. */
  readonly provider: { readonly issuer: string; readonly clientIds: readonly string[] } | undefined;
  /** ARN of the role that exists. */
  readonly role: string;
  /** ARN in the request; default: `role`. */
  readonly requestedRole?: string;
  readonly trust: string;
  readonly sessionName?: string;
  readonly call: CallContext;
  readonly errorTexts?: ErrorTexts;
  /** Regions where STS is deactivated for the account of the role. */
  readonly disabledRegions?: readonly string[];
  /** Texts of the resource control policies of the account. */
  readonly resourceControlPolicies?: readonly string[];
  /** Whether an allow is explained as one that should not be. */
  readonly unwanted?: boolean;
}

/** The audience of a token: `azp`, else the first `aud`. */
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

/** Decides a call with at most one provider and one role. */
export function evaluateWebIdentity(request: LocalCall): LocalDecision {
  const { claims, provider, role, requestedRole = role, trust, sessionName = 'session', ...rest } = request;
  if (claims === undefined) return withoutToken(requestedRole);
  const account = accountOf(role);
  const { disabledRegions = [], resourceControlPolicies = [], ...call } = rest;
  return decideWebIdentity({
    ...call,
    claims,
    roleArn: requestedRole,
    sessionName,
    disabledRegions: { [account]: disabledRegions },
    providers: provider === undefined ? [] : [registered(provider, account)],
    roles: declaredRoles(role, trust, resourceControlPolicies),
  });
}

const registered = ({ issuer, clientIds }: NonNullable<LocalCall['provider']>, account: string) => ({
  account,
  arn: providerArn(issuer, account),
  url: prefixOf(issuer),
  issuer,
  clientIds,
  thumbprints: [],
});

/** Account, path and name of a role that IAM can create. */
const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/((?:[\x21-\x7e]{1,510}\/)?)([\w+=,.@-]{1,64})$/;

/** The role with this ARN; none for a text that is not the ARN of a role. */
function declaredRoles(arn: string, trust: string, limits: readonly string[]): readonly DeclaredRole[] {
  const [, account = '', , name = ''] = ROLE_ARN.exec(arn) ?? [];
  if (name === '') return [];
  return [
    {
      account,
      arn,
      name,
      tags: [],
      policies() {
        const parsed = parsePolicy(trust, { kind: 'trust', strictness: 'evaluated' });
        if (parsed.ok) return { kind: 'trust', resource: parsed.policy, ...rcpOf(limits) };
        throw malformedPolicyDocument(malformedPolicyMessage(parsed.faults, 'trust'), {
          reason: 'malformed-policy',
          detail: parsed.faults.map(fault => fault.message).join(' '),
        });
      },
    },
  ];
}

/** The resource control policies. The server has accepted them, so an invalid one is a bug, and leaving it out would allow too much. */
function rcpOf(texts: readonly string[]): Pick<PolicySet, 'rcp'> {
  if (texts.length === 0) return {};
  return {
    rcp: texts.map(text => {
      const parsed = parsePolicy(text, { kind: 'rcp', strictness: 'evaluated' });
      if (parsed.ok) return parsed.policy;
      throw new Error(`a resource control policy is invalid: ${malformedPolicyMessage(parsed.faults, 'rcp')}`);
    }),
  };
}

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
    ...explainOutcome({ request, policies, allowed }, undefined, []),
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
