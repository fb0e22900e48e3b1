/** Secrets in a configuration: the schema marks them with `writeOnly`, and output contains `(set)` in their place. */
import { isObject } from '../kernel/json.ts';
import { recordOf } from '../kernel/table.ts';

/** Schema keyword of a value that is accepted as input and never printed (JSON Schema Validation 2020-12, section 9.4). */
export const secret = { writeOnly: true } as const;

/** Printed in place of a secret. */
const SET = '(set)';

const keyword = (schema: unknown, name: string): unknown =>
  isObject(schema) && Object.hasOwn(schema, name) ? schema[name] : undefined;

/** The schema of a member: its own, else that of the first pattern that its name matches. */
function memberSchema(schema: unknown, name: string): unknown {
  const own = keyword(keyword(schema, 'properties'), name);
  if (own !== undefined) return own;
  const patterns = Object.entries(keyword(schema, 'patternProperties') ?? {});
  return patterns.find(([pattern]) => new RegExp(pattern, 'u').test(name))?.[1];
}

/** The value with every member that its schema marks as secret replaced by `(set)`; absent members stay absent. */
export function redactSecrets(schema: unknown, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (keyword(schema, 'writeOnly') === true) return SET;
  if (Array.isArray(value)) return value.map(item => redactSecrets(keyword(schema, 'items'), item));
  if (!isObject(value)) return value;
  const members = Object.entries(value);
  return recordOf(members.map(([name, member]) => [name, redactSecrets(memberSchema(schema, name), member)]));
}
