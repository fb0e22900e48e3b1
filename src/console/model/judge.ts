/** The handshake of a web identity, judged in the page: the checks before the policies in short, then the evaluator itself. */

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
import type { Claims } from '../api/words.ts';
import { numberOf, textOf } from './claim-values.ts';
import { prefixOf } from './setup.ts';

/** A decision as far as it can be made without a server. */
export type Judgement = Pick<
  Decision,
  'action' | 'resource' | 'principal' | 'allowed' | 'steps' | 'layers' | 'explanation' | 'fixes'
>;

export interface WebIdentityCall {
  /** undefined: the job has no token to send. */
  readonly claims: Claims | undefined;
  readonly provider: { readonly issuer: string; readonly arn: string; readonly clientIds: readonly string[] };
  /** The role that exists, and the one that is asked for. */
  readonly role: string;
  readonly askedRole?: string;
  readonly trust: string;
  readonly sessionName?: string;
}

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

const ACTION = 'sts:AssumeRoleWithWebIdentity';

type Scalar = string | number | boolean;
const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Who the token is for: `azp` when it has one, else `aud`. */
export function audienceOf(claims: Claims): string {
  const aud = claims['azp'] ?? claims['aud'];
  return textOf(Array.isArray(aud) ? aud[0] : aud);
}

/** A moment of a token; one far beyond what a date can show is shown as its seconds. */
const instant = (seconds: number): string =>
  Math.abs(seconds) < 8.64e12 ? new Date(seconds * 1000).toISOString() : `epoch second ${seconds}`;

/** Seconds that AWS tolerates between its clock and the issuer's. */
const TOLERANCE = 300;

/** Why the times of a token refuse it at the moment it is issued, which is when a playground sends it. */
function refusedTimes({ iat, exp, nbf }: Claims): readonly [code: string, sentence: string] | undefined {
  const now = numberOf(iat);
  if (exp !== undefined && now - TOLERANCE >= numberOf(exp)) {
    return [
      'expired-token',
      `The token expired at ${instant(numberOf(exp))}; now it is ${instant(now)}. AWS answers ExpiredTokenException.`,
    ];
  }
  if (nbf !== undefined && now + TOLERANCE < numberOf(nbf)) {
    return ['not-yet-valid', `The token is valid from ${instant(numberOf(nbf))}; now it is ${instant(now)}.`];
  }
  return undefined;
}

const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/./;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/** Condition keys that AWS makes of a token, and those every such call has. */
export function contextOf(claims: Claims, role: string, sessionName: string): EvaluationRequest['context'] {
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

/** Why IAM would not save a trust policy, in its own words; undefined when it would. */
export function refusedTrust(text: string): string | undefined {
  const parsed = parsePolicy(text, { kind: 'trust', maxLength: policyQuotas.trust.max });
  const faults = parsed.ok ? checkTrustWrite(parsed.policy) : parsed.faults;
  return faults.length === 0 ? undefined : malformedPolicyMessage(faults, 'trust');
}

/** Walks the handshake to its end, or to the first check that fails. */
export function judgeWebIdentity(call: WebIdentityCall): Judgement {
  const { claims, provider, role, askedRole = role, trust, sessionName = 'session' } = call;
  const steps: Step[] = [];
  const asked = { action: ACTION, resource: askedRole, principal: null };
  const stop = (name: string, code: string, sentence: string, detail: Record<string, unknown> = {}): Judgement => {
    steps.push({ name, ok: false, code, detail: { sentence, ...detail } });
    return { ...asked, allowed: false, steps, layers: [], explanation: [sentence], fixes: [] };
  };
  const pass = (name: string, code: string, detail: unknown): void => void steps.push({ name, ok: true, code, detail });

  if (claims === undefined) return stop('token-parsed', 'no-token', 'The job has no token to send.');
  pass('token-parsed', 'well-formed', { subject: claims['sub'] });
  const iss = textOf(claims['iss']);
  if (iss !== provider.issuer) {
    return stop(
      'issuer',
      'unknown-issuer',
      `The token's issuer is ${iss}; the account has registered ${provider.issuer}.`,
    );
  }
  if (iss.endsWith('.tokens.sts.global.api.aws')) {
    return stop('issuer', 'unknown-issuer', `${iss} is AWS's own issuer of outbound tokens; AWS lets none of them in.`);
  }
  pass('issuer', 'registered', { issuer: iss });
  pass('provider', 'found', { provider: provider.arn });
  const audience = audienceOf(claims);
  if (!provider.clientIds.includes(audience)) {
    const registered = provider.clientIds.map(id => `"${id}"`).join(', ') || 'none';
    return stop(
      'audience',
      'wrong-audience',
      `The token's audience is "${audience}"; the provider's client ids are ${registered}.`,
      {
        expected: provider.clientIds,
        actual: audience,
      },
    );
  }
  pass('audience', 'registered', { audience });
  const badTimes = refusedTimes(claims);
  if (badTimes !== undefined) return stop('times', ...badTimes);
  pass('times', 'valid', { expiresAt: claims['exp'] });
  if (!ROLE_ARN.test(askedRole)) {
    const form = 'arn:aws:iam::ACCOUNT:role/NAME';
    return stop('role-arn', 'invalid-arn', `${askedRole} is not the ARN of a role, which has the form ${form}.`);
  }
  if (askedRole !== role) {
    return stop('role', 'unknown-role', `There is no role ${askedRole}; the one that exists is ${role}.`);
  }
  pass('role', 'found', { role });
  const parsed = parsePolicy(trust, { kind: 'trust', strictness: 'evaluated' });
  if (!parsed.ok) {
    return stop('trust', 'malformed-policy', parsed.faults.map(fault => fault.message).join(' '));
  }
  const account = accountOf(role);
  const request: EvaluationRequest = {
    principal: { type: 'federated', provider: provider.arn, account },
    action: ACTION,
    resource: role,
    resourceAccount: account,
    context: contextOf(claims, role, sessionName),
  };
  const judgement = judgePolicies(request, { kind: 'trust', resource: parsed.policy }, steps);
  if (!judgement.allowed || SESSION_NAME.test(sessionName)) return judgement;
  steps.push(...judgement.steps.slice(steps.length));
  return stop(
    'session-name',
    'invalid-session-name',
    `AWS takes no session name like "${sessionName}": it has 2 to 64 letters, digits and _+=,.@-, and no blank.`,
  );
}

/** Asks the evaluator, and writes its answer behind the steps so far. */
export function judgePolicies(request: EvaluationRequest, policies: PolicySet, before: readonly Step[]): Judgement {
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
