/** Copies JSON of a request into null-prototype objects, within limits of depth and size. */
import { isObject, pointerStep } from '../kernel/json.ts';
import { recordOf } from '../kernel/table.ts';
import { IdpProblem } from './idp-problem.ts';
import type { JsonValue, Members } from './types.ts';

/** Maximum nesting depth of a claim. */
const MAX_DEPTH = 100;

/** The value as JSON; throws IdpProblem for a value that JSON cannot represent. */
export function readJson(value: unknown, at: string, depth = 0): JsonValue {
  if (depth > MAX_DEPTH) throw new IdpProblem('too-large', at, `claims may nest at most ${MAX_DEPTH} levels deep`);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => readJson(item, at + pointerStep(index), depth + 1));
  if (isObject(value)) return readMembers(value, at, depth + 1);
  throw new IdpProblem('wrong-type', at, `JSON cannot represent a ${typeof value}`);
}

/** The members of an object as JSON, in a null-prototype object. */
export function readMembers(value: unknown, at: string, depth = 0): Members {
  if (!isObject(value)) throw new IdpProblem('wrong-type', at, 'the value must be a JSON object');
  const members = new Map<string, JsonValue>();
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) members.set(name, readJson(member, at + pointerStep(name), depth));
  }
  return recordOf(members);
}

/** Merges the second value into the first: objects member by member, everything else is replaced. */
export function merge(base: JsonValue, override: JsonValue): JsonValue {
  if (!isObject(base) || !isObject(override)) return override;
  const merged: Record<string, JsonValue> = Object.assign(Object.create(null), base);
  for (const [name, value] of Object.entries(override)) {
    const below = Object.hasOwn(merged, name) ? merged[name] : undefined;
    merged[name] = below === undefined ? value : merge(below, value);
  }
  return merged;
}
