/** The policy evaluator, usable alone (`rolecall/policy`): parse, evaluate, explain and lint AWS policies. Pure; runs in a browser. */
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
export { malformedPolicyMessage } from './malformed.ts';
export { matchWildcard } from './match.ts';
export { type Operator, operators, qualifiers } from './operators.ts';
export { contextKeyNames, principalOf, requestContext } from './request.ts';
export { checkTrustWrite, trustPrincipals, type WrittenPrincipal } from './trust-write.ts';
