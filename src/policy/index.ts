/** The policy evaluator (`rolecall/policy`): parses, evaluates, explains and lints AWS policies. Pure; runs in a browser. */

export { type ContextKey, contextKey, contextKeys } from './context-keys.ts';
export type * from './decision.ts';
export {
  type CompiledPolicy,
  type ParseOptions,
  type ParseResult,
  parsePolicy,
  policyQuotas,
  policySize,
  printPolicy,
} from './document.ts';
export { evaluate, type PolicySet } from './evaluate.ts';
export { type DocumentDecision, type DocumentResult, evaluateDocument } from './evaluate-document.ts';
export { explain } from './explain/explain.ts';
export { nearMisses } from './explain/near-misses.ts';
export type { Explanation, Question } from './explain/question.ts';
export { lint } from './lint/lint.ts';
export { malformedPolicyMessage } from './malformed-policy.ts';
export { matchWildcard } from './match.ts';
export { type Operator, operators, qualifiers } from './operators.ts';
export { type ProviderClaims, providerClaims } from './provider-claims.ts';
export { contextKeyNames, principalOf, requestContext } from './request.ts';
export { checkTrustWrite, trustPrincipals, type WrittenPrincipal } from './trust-policy-checks.ts';
