/** Policies compiled once: by the identity of the stored text, or by the text itself for what a session carries. */
import type { PolicyText } from '../accounts/model.ts';
import type { PolicyKind } from '../policy/decision.ts';
import { type CompiledPolicy, parsePolicy } from '../policy/index.ts';
import { policyBytes } from './policy-bytes.ts';

const byText = new WeakMap<PolicyText, CompiledPolicy>();

/**
 * The compiled form of a stored policy. Stored policies were checked when they were written, so one that does not
 * compile is a fault of ours and throws a plain Error.
 */
export function compiled(policy: PolicyText, kind: PolicyKind): CompiledPolicy {
  const known = byText.get(policy);
  if (known !== undefined) return known;
  const made = compileText(policy.text, kind);
  byText.set(policy, made);
  return made;
}

/** How many session policies are kept compiled, and estimated bytes of all of them; one of 2,048 characters may take 500 KB. */
const KEPT = { count: 256, bytes: 8 * 1024 * 1024 };
const sessionPolicies = new Map<string, CompiledPolicy>();
let sessionBytes = 0;

/** The compiled form of a session's inline policy; the least recently used are forgotten. */
export function compiledSession(text: string): CompiledPolicy {
  const known = sessionPolicies.get(text);
  if (known !== undefined) {
    sessionPolicies.delete(text);
    sessionPolicies.set(text, known);
    return known;
  }
  const made = compileText(text, 'session');
  sessionPolicies.set(text, made);
  sessionBytes += policyBytes(made);
  for (const [oldest, policy] of sessionPolicies) {
    if (sessionPolicies.size <= KEPT.count && sessionBytes <= KEPT.bytes) break;
    sessionPolicies.delete(oldest);
    sessionBytes -= policyBytes(policy);
  }
  return made;
}

function compileText(text: string, kind: PolicyKind): CompiledPolicy {
  const parsed = parsePolicy(text, { kind, strictness: 'evaluated' });
  if (parsed.ok) return parsed.policy;
  const [fault] = parsed.faults;
  throw new Error(`a stored policy does not compile: ${fault?.path} ${fault?.message}`);
}
