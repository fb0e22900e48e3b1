/** Evaluates AssumeRoleWithWebIdentity in the browser: a short form of the checks before the policies, then the policy evaluator. */

import type { Decision, EvaluationRequest, Step } from '../../policy/decision.ts';
import {
  checkTrustWrite,
  evaluate,
  explain,
  malformedPolicyMessage,
  type PolicySet,
  parsePolicy,
  policyQuotas,
  requestContext,
} from '../../policy/index.ts';
import { claimsOf } from '../../policy/provider-claims.ts';
import type { Claims } from '../api/types.ts';
import { numberOf, textOf } from './claim-values.ts';
import { accountOf, prefixOf } from './setup.ts';

/** The members of a decision that are computed without a server. */
export type LocalDecision = Pick<
  Decision,
  'action' | 'resource' | 'principal' | 'allowed' | 'steps' | 'layers' | 'explanation' | 'fixes'
>;

interface WebIdentityCall {
  /** Undefined: the job has no token. */
  readonly claims: Claims | undefined;
  readonly provider: { readonly issuer: string; readonly arn: string; readonly clientIds: readonly string[] };
  /** ARN of the role that exists. */
  readonly role: string;
  /** ARN in the request; default: `role`. */
  readonly requestedRole?: string;
  readonly trust: string;
  readonly sessionName?: string;
}

const ACTION = 'sts:AssumeRoleWithWebIdentity';

type Scalar = string | number | boolean;
const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** The audience of a token: `azp` if present, else the first `aud`. */
export function audienceOf(claims: Claims): string {
  const aud = claims['azp'] ?? claims['aud'];
  return textOf(Array.isArray(aud) ? aud[0] : aud);
}

/** Formats a NumericDate (RFC 7519 §2) as ISO 8601; a value out of the range of Date is shown in seconds. */
const instant = (seconds: number): string =>
  Math.abs(seconds) < 8.64e12 ? new Date(seconds * 1000).toISOString() : `epoch second ${seconds}`;

/** Clock skew in seconds that AWS tolerates between itself and the issuer. */
const TOLERANCE = 300;

/** The time check that a token fails when it is used at `iat`, as in the playground; undefined when it passes. */
function timeError({ iat, exp, nbf }: Claims): readonly [code: string, sentence: string] | undefined {
  const now = numberOf(iat);
  if (exp !== undefined && now - TOLERANCE >= numberOf(exp)) {
    return [
      'expired-token',
      `The token expired at ${instant(numberOf(exp))}; the current time is ${instant(now)}. AWS returns ExpiredTokenException.`,
    ];
  }
  if (nbf !== undefined && now + TOLERANCE < numberOf(nbf)) {
    return ['not-yet-valid', `The token is valid from ${instant(numberOf(nbf))}; the current time is ${instant(now)}.`];
  }
  return undefined;
}

const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/./;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/** The request context: condition keys from the claims of the token, and the keys that every such call has. */
function contextOf(claims: Claims, role: string, sessionName: string): EvaluationRequest['context'] {
  const prefix = prefixOf(textOf(claims['iss']));
  const audiences = [claims['aud']].flat().filter(isScalar).map(String);
  const amr = [claims['amr']].flat().filter(isScalar).map(String);
  const account = accountOf(role);
  const seconds = numberOf(claims['iat']);
  const values: Record<string, Scalar | readonly Scalar[] | undefined> = Object.create(null);
  values[`${prefix}:aud`] = audienceOf(claims);
  values[`${prefix}:oaud`] = audiences.length === 1 ? audiences[0] : audiences;
  if (isScalar(claims['sub'])) values[`${prefix}:sub`] = claims['sub'];
  if (amr.length > 0) values[`${prefix}:amr`] = amr;
  for (const claim of ['email', ...(claimsOf(prefix)?.claims ?? [])]) {
    const value = claims[claim];
    if (isScalar(value)) values[`${prefix}:${claim}`] = value;
  }
  return requestContext({
    'aws:CurrentTime': instant(seconds),
    'aws:EpochTime': seconds,
    'aws:PrincipalAccount': account,
    'aws:RequestedRegion': 'us-east-1',
    'aws:SecureTransport': true,
    'sts:RoleSessionName': sessionName,
    ...values,
  });
}

/** The error that IAM returns when the trust policy is saved; undefined when IAM accepts it. */
export function trustPolicyError(text: string): string | undefined {
  const parsed = parsePolicy(text, { kind: 'trust', maxLength: policyQuotas.trust.max });
  const faults = parsed.ok ? checkTrustWrite(parsed.policy) : parsed.faults;
  return faults.length === 0 ? undefined : malformedPolicyMessage(faults, 'trust');
}

/** Runs the checks in order, up to the first one that fails. */
export function evaluateWebIdentity(call: WebIdentityCall): LocalDecision {
  const { claims, provider, role, requestedRole = role, trust, sessionName = 'session' } = call;
  const steps: Step[] = [];
  const base = { action: ACTION, resource: requestedRole, principal: null };
  const fail = (name: string, code: string, sentence: string, detail: Record<string, unknown> = {}): LocalDecision => {
    steps.push({ name, ok: false, code, detail: { sentence, ...detail } });
    return { ...base, allowed: false, steps, layers: [], explanation: [sentence], fixes: [] };
  };
  const pass = (name: string, code: string, detail: unknown): void => void steps.push({ name, ok: true, code, detail });

  if (claims === undefined) return fail('token-parsed', 'no-token', 'The job has no token.');
  pass('token-parsed', 'well-formed', { subject: claims['sub'] });
  const iss = textOf(claims['iss']);
  if (iss !== provider.issuer) {
    return fail(
      'issuer',
      'unknown-issuer',
      `The token's issuer is ${iss}; the OIDC provider of the account is registered for ${provider.issuer}.`,
    );
  }
  if (iss.endsWith('.tokens.sts.global.api.aws')) {
    return fail(
      'issuer',
      'unknown-issuer',
      `${iss} is an AWS issuer of outbound tokens; AWS does not accept its tokens for AssumeRoleWithWebIdentity.`,
    );
  }
  pass('issuer', 'registered', { issuer: iss });
  pass('provider', 'found', { provider: provider.arn });
  const audience = audienceOf(claims);
  if (!provider.clientIds.includes(audience)) {
    const registered = provider.clientIds.map(id => `"${id}"`).join(', ') || 'none';
    return fail(
      'audience',
      'wrong-audience',
      `The token's audience is "${audience}"; the provider's client IDs are ${registered}.`,
      {
        expected: provider.clientIds,
        actual: audience,
      },
    );
  }
  pass('audience', 'registered', { audience });
  const timeFailure = timeError(claims);
  if (timeFailure !== undefined) return fail('times', ...timeFailure);
  pass('times', 'valid', { expiresAt: claims['exp'] });
  if (!ROLE_ARN.test(requestedRole)) {
    const form = 'arn:aws:iam::ACCOUNT:role/NAME';
    return fail('role-arn', 'invalid-arn', `${requestedRole} is not a role ARN. A role ARN has the form ${form}.`);
  }
  if (requestedRole !== role) {
    return fail('role', 'unknown-role', `The role ${requestedRole} does not exist; the account has the role ${role}.`);
  }
  pass('role', 'found', { role });
  const parsed = parsePolicy(trust, { kind: 'trust', strictness: 'evaluated' });
  if (!parsed.ok) {
    return fail('trust', 'malformed-policy', parsed.faults.map(fault => fault.message).join(' '));
  }
  const account = accountOf(role);
  const request: EvaluationRequest = {
    principal: { type: 'federated', provider: provider.arn, account },
    action: ACTION,
    resource: role,
    resourceAccount: account,
    context: contextOf(claims, role, sessionName),
  };
  const decision = evaluatePolicies(request, { kind: 'trust', resource: parsed.policy }, steps);
  if (!decision.allowed || SESSION_NAME.test(sessionName)) return decision;
  steps.push(...decision.steps.slice(steps.length));
  return fail(
    'session-name',
    'invalid-session-name',
    `The session name "${sessionName}" is not valid. It must have 2 to 64 characters: letters, digits and _+=,.@-, without spaces.`,
  );
}

/** Evaluates the policies and appends the result to the steps so far. */
export function evaluatePolicies(
  request: EvaluationRequest,
  policies: PolicySet,
  before: readonly Step[],
): LocalDecision {
  const evaluation = evaluate(request, policies);
  const name = policies.kind === 'trust' && request.principal.type === 'federated' ? 'trust' : 'policies';
  return {
    action: request.action,
    resource: request.resource,
    principal: request.principal,
    allowed: evaluation.allowed,
    steps: [...before, { name, ok: evaluation.allowed, code: evaluation.reason }],
    layers: evaluation.layers,
    ...explain(evaluation, { request, policies }),
  };
}
