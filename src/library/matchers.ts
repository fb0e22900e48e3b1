/** Matchers for trust policies, for `expect.extend` of Vitest, Jest and every `expect` of their kind. */
import type { Decision } from '../policy/decision.ts';
import { judgeTrust, type TokenRequest, type TrustPolicy } from './trust.ts';

export { type TokenRequest, type TrustPolicy, TrustPolicyError } from './trust.ts';

/** What `expect(trustPolicy)` gains. `R` is what a matcher answers: a promise, for tokens are really signed. */
export interface TrustMatchers<R> {
  /** Passes when the token may assume a role with this trust policy. */
  toAllowAssume(request: TokenRequest): R;
  /**
   * Passes when it may not. `reason` is the decision's reason (`implicit-deny`, `unknown-audience` …), or a part of the
   * explanation, as text or pattern.
   */
  toDenyAssume(request: TokenRequest, reason?: string | RegExp): R;
}

interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/** `expect.extend(matchers)`; both are to be awaited. */
export const matchers = {
  async toAllowAssume(trust: unknown, request: TokenRequest): Promise<MatcherResult> {
    const decision = await judgeTrust(policyOf(trust), request);
    const wish = decision.allowed ? 'not to be allowed' : 'to be allowed';
    return { pass: decision.allowed, message: () => told(wish, request, decision) };
  },

  async toDenyAssume(trust: unknown, request: TokenRequest, reason?: string | RegExp): Promise<MatcherResult> {
    const decision = await judgeTrust(policyOf(trust), request);
    const pass = !decision.allowed && (reason === undefined || isReason(reason, decision));
    const wish = `${pass ? 'not to be denied' : 'to be denied'}${reason === undefined ? '' : ` because of ${reason}`}`;
    return { pass, message: () => told(wish, request, decision) };
  },
};

function policyOf(trust: unknown): TrustPolicy {
  if (typeof trust === 'string' || (typeof trust === 'object' && trust !== null)) return trust;
  throw new TypeError('expect() takes the trust policy here, as an object or as its text');
}

function isReason(reason: string | RegExp, { reason: code, explanation }: Decision): boolean {
  if (typeof reason !== 'string') return explanation.some(sentence => sentence.search(reason) >= 0);
  return reason === code || explanation.some(sentence => sentence.includes(reason));
}

function told(wish: string, { issuer }: TokenRequest, decision: Decision): string {
  const who = typeof issuer === 'string' ? issuer : (issuer.preset ?? issuer.issuer ?? 'this issuer');
  const { allowed, reason, error, explanation, fixes } = decision;
  return [
    `expected the token of ${who} ${wish}, but it is ${allowed ? 'allowed' : `denied (${reason})`}`,
    ...(error === undefined ? [] : [`  AWS answers ${error.status} ${error.code}: ${error.message}`]),
    ...explanation.map(sentence => `  - ${sentence}`),
    ...fixes.map(fix => `  fix: ${fix.sentence}`),
  ].join('\n');
}
