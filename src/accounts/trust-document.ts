/** Trust policies as the store keeps them and as AWS shows them: unique ids in place of the ARNs of users and roles. */
import { isObject } from '../kernel/json.ts';
import type { Json, JsonObject } from '../policy/decision.ts';
import { isUniqueId } from '../policy/principal-element.ts';
import type { Store } from '../store/store.ts';
import { type Role, roles, users } from './model.ts';

/** The trust policy as AWS returns it: unique ids of existing principals as ARNs, ids of deleted ones unchanged. */
export function serializeTrustPolicy(role: Role, store: Store): string {
  const { text } = role.trust;
  if (!text.includes('AROA') && !text.includes('AIDA')) return text;
  return JSON.stringify(withPrincipals(JSON.parse(text) as JsonObject, name => principalArn(name, store) ?? name));
}

/** The ARN of the user or role of a unique id; undefined for any other text and for an entity that is gone. */
export const principalArn = (id: string, store: Store): string | undefined =>
  isUniqueId(id) ? (store.find(roles, id) ?? store.find(users, id))?.value.arn : undefined;

const DOCUMENT_ORDER = ['Version', 'Id', 'Statement'];
const STATEMENT_ORDER = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Condition'];

/** The document with elements in AWS's order and each AWS principal replaced. */
export function withPrincipals(document: JsonObject, replace: (name: string) => string): JsonObject {
  return inOrder(document, DOCUMENT_ORDER, (name, value) =>
    name === 'Statement'
      ? eachOf(value, statement =>
          inOrder(statement, STATEMENT_ORDER, (element, part) =>
            element === 'Principal' || element === 'NotPrincipal' ? eachOf(part, one => named(one, replace)) : part,
          ),
        )
      : value,
  );
}

const named = (principal: JsonObject, replace: (name: string) => string): JsonObject =>
  inOrder(principal, [], (type, value) => {
    if (type !== 'AWS') return value;
    return Array.isArray(value)
      ? value.map(one => (typeof one === 'string' ? replace(one) : one))
      : typeof value === 'string'
        ? replace(value)
        : value;
  });

function eachOf(value: Json, change: (object: JsonObject) => Json): Json {
  if (Array.isArray(value)) return value.map(item => eachOf(item, change));
  return isObject(value) ? change(value) : value;
}

function inOrder(
  object: JsonObject,
  order: readonly string[],
  change: (name: string, value: Json) => Json,
): JsonObject {
  const made: Record<string, Json> = Object.create(null);
  const names = [...order.filter(name => object[name] !== undefined), ...Object.keys(object)];
  for (const name of names) {
    const value = object[name];
    if (value !== undefined && !(name in made)) made[name] = change(name, value);
  }
  return made;
}
