/** Matchers for trust policies, for `expect.extend` of Vitest, Jest and compatible libraries. */
import type { Decision } from '../policy/decision.ts';
import { fixText } from '../policy/fix-text.ts';
import { evaluateTrustPolicy, type TokenRequest, type TrustPolicy } from './trust.ts';

export { type TokenRequest, type TrustPolicy, TrustPolicyError } from './trust.ts';

/** The matchers of `expect(trustPolicy)`. `R` is their return type: a promise, because tokens are signed. */
export interface TrustMatchers<R> {
  /** Passes if a role with this trust policy can be assumed with the token. */
  toAllowAssume(request: TokenRequest): R;
  /**
   * Passes if it cannot be assumed. `reason` is the decision's reason code (`implicit-deny`, `wrong-audience` …), or a
   * part of the explanation, as text or regular expression.
   */
  toDenyAssume(request: TokenRequest, reason?: string | RegExp): R;
}

interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/** For `expect.extend(matchers)`. Both matchers return a promise: await them. */
export const matchers = {
  async toAllowAssume(trust: unknown, request: TokenRequest): Promise<MatcherResult> {
    const decision = await evaluateTrustPolicy(policyOf(trust), request, false);
    const expectation = decision.allowed ? 'not to be allowed' : 'to be allowed';
    return { pass: decision.allowed, message: () => failureMessage(expectation, request, decision) };
  },

  async toDenyAssume(trust: unknown, request: TokenRequest, reason?: string | RegExp): Promise<MatcherResult> {
    const decision = await evaluateTrustPolicy(policyOf(trust), request, true);
    const pass = !decision.allowed && (reason === undefined || isReason(reason, decision));
    const expectation = `${pass ? 'not to be denied' : 'to be denied'}${reason === undefined ? '' : ` because of ${reason}`}`;
    return { pass, message: () => failureMessage(expectation, request, decision) };
  },
};

function policyOf(trust: unknown): TrustPolicy {
  if (typeof trust === 'string' || (typeof trust === 'object' && trust !== null)) return trust;
  throw new TypeError('expect() requires a trust policy, as an object or as JSON text');
}

function isReason(reason: string | RegExp, { reason: code, explanation }: Decision): boolean {
  if (typeof reason !== 'string') return explanation.some(sentence => sentence.search(reason) >= 0);
  return reason === code || explanation.some(sentence => sentence.includes(reason));
}

function failureMessage(expectation: string, { issuer }: TokenRequest, decision: Decision): string {
  const name = typeof issuer === 'string' ? issuer : (issuer.preset ?? issuer.issuer ?? 'this issuer');
  const { allowed, reason, error, explanation } = decision;
  return [
    `expected the token of ${name} ${expectation}, but it is ${allowed ? 'allowed' : `denied (${reason})`}`,
    ...(error === undefined ? [] : [`  AWS answers ${error.status} ${error.code}: ${error.message}`]),
    ...explanation.map(sentence => `  - ${sentence}`),
    ...fixText(decision).map(line => `  ${line}`),
  ].join('\n');
}
