/** Estimated memory of compiled policies, for caches and logs that keep them. It is much larger than the text. */
import type { Json } from '../policy/decision.ts';
import type { CompiledPolicy, PolicySet } from '../policy/index.ts';

/** Measured bytes: a statement, an object in it, a literal value, and a value with a wildcard or variable. */
const STATEMENT = 3500;
const OBJECT = 400;
const VALUE = 80;
const PATTERN = 1000;

const known = new WeakMap<CompiledPolicy, number>();

/** Estimated bytes of a compiled policy. Cached. */
export function policyBytes(policy: CompiledPolicy): number {
  let bytes = known.get(policy);
  if (bytes === undefined) {
    bytes = policy.statements.length * STATEMENT + bytesOf(policy.document);
    known.set(policy, bytes);
  }
  return bytes;
}

function bytesOf(value: Json): number {
  if (typeof value === 'string') return (/[*?$]/.test(value) ? PATTERN : VALUE) + 4 * value.length;
  if (typeof value !== 'object' || value === null) return VALUE;
  let bytes = Array.isArray(value) ? 0 : OBJECT;
  for (const member of Object.values(value)) bytes += bytesOf(member);
  return bytes;
}

/** Calls `take` with every policy of a set. */
export function eachPolicy(set: PolicySet, take: (policy: CompiledPolicy) => void): void {
  const { resource, boundary, identity, session, scp, rcp } = set;
  if (resource !== undefined) take(resource);
  if (boundary !== undefined) take(boundary);
  if (identity !== undefined) for (const policy of identity) take(policy);
  if (session !== undefined) for (const policy of session) take(policy);
  if (scp !== undefined) for (const policy of scp) take(policy);
  if (rcp !== undefined) for (const policy of rcp) take(policy);
}
