/** Cache of compiled policies: by object identity for stored policies, by text for session policies. */
import type { PolicyText } from '../accounts/model.ts';
import type { PolicyKind } from '../policy/decision.ts';
import { type CompiledPolicy, parsePolicy } from '../policy/index.ts';
import { policyBytes } from './policy-bytes.ts';

const byText = new WeakMap<PolicyText, CompiledPolicy>();

/**
 * The compiled form of a stored policy. Stored policies were validated when they were written, so an invalid one is a bug
 * and throws a plain Error.
 */
export function compiled(policy: PolicyText, kind: PolicyKind): CompiledPolicy {
  const known = byText.get(policy);
  if (known !== undefined) return known;
  const created = compileText(policy.text, kind);
  byText.set(policy, created);
  return created;
}

/** Limits of the session policy cache: entries and estimated bytes. One policy of 2,048 characters can take 500 KB. */
const KEPT = { count: 256, bytes: 8 * 1024 * 1024 };
const sessionPolicies = new Map<string, CompiledPolicy>();
let sessionBytes = 0;

/** The compiled form of a session's inline policy. The least recently used entries are evicted. */
export function compiledSession(text: string): CompiledPolicy {
  const known = sessionPolicies.get(text);
  if (known !== undefined) {
    sessionPolicies.delete(text);
    sessionPolicies.set(text, known);
    return known;
  }
  const created = compileText(text, 'session');
  sessionPolicies.set(text, created);
  sessionBytes += policyBytes(created);
  for (const [oldest, policy] of sessionPolicies) {
    if (sessionPolicies.size <= KEPT.count && sessionBytes <= KEPT.bytes) break;
    sessionPolicies.delete(oldest);
    sessionBytes -= policyBytes(policy);
  }
  return created;
}

function compileText(text: string, kind: PolicyKind): CompiledPolicy {
  const parsed = parsePolicy(text, { kind, strictness: 'evaluated' });
  if (parsed.ok) return parsed.policy;
  const [fault] = parsed.faults;
  throw new Error(`a stored policy is invalid: ${fault?.path} ${fault?.message}`);
}
