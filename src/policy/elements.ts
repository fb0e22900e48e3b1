/** Validates and compiles the elements of a statement. Collects all errors and throws none. */
import { isObject, pointerStep } from '../kernel/json.ts';
import { type CompiledCondition, compileCondition, parseOperator } from './conditions.ts';
import type { Json, JsonObject, PolicyKind } from './decision.ts';
import {
  type CompiledPrincipals,
  compilePrincipals,
  isAwsPrincipal,
  isFederatedPrincipal,
  isOriginAccessIdentity,
  type PrincipalType,
  principalTypes,
} from './principal-element.ts';
import { type CompiledStatement, compileActions, compileResources } from './statement.ts';

/** What to check, and where errors go. */
export interface Check {
  readonly kind: PolicyKind;
  /** `${…}` is a variable (Version 2012-10-17). */
  readonly variables: boolean;
  /** Required elements must be present and well formed. */
  readonly complete: boolean;
  /** Condition values must be of the operator's type. */
  readonly typed: boolean;
  /** The policy is to be saved: a trust policy must not have a Resource. Otherwise its Resource is evaluated. */
  readonly stored: boolean;
  /** The policy is a parameter of an AWS call, to be saved or for a session: Sid and Statement must be well formed. */
  readonly written: boolean;
  readonly fault: (path: string, code: string, message: string) => void;
}

type Presence = 'required' | 'optional' | 'prohibited';

/** Which kinds of policy have which elements. Source: reference_policies_elements. */
const presence: Readonly<Record<PolicyKind, { readonly principal: Presence; readonly resource: Presence }>> = {
  identity: { principal: 'prohibited', resource: 'required' },
  boundary: { principal: 'prohibited', resource: 'required' },
  session: { principal: 'prohibited', resource: 'required' },
  scp: { principal: 'prohibited', resource: 'required' },
  rcp: { principal: 'optional', resource: 'required' },
  resource: { principal: 'required', resource: 'optional' },
  trust: { principal: 'required', resource: 'prohibited' },
};

const members: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/** Validates and compiles one statement; an invalid one is compiled as far as possible. */
export function checkStatement(item: JsonObject, path: string, index: number, check: Check): CompiledStatement {
  for (const name of Object.keys(item)) {
    if (!members.has(name)) {
      check.fault(path + pointerStep(name), 'unknown-element', `A statement has no element ${name}.`);
    }
  }
  const effect = item['Effect'];
  if (effect === undefined && check.complete)
    check.fault(`${path}/Effect`, 'missing-effect', 'A statement needs an Effect.');
  else if (effect !== undefined && effect !== 'Allow' && effect !== 'Deny') {
    check.fault(`${path}/Effect`, 'invalid-effect', 'Effect must be Allow or Deny.');
  }
  const sid = checkSid(item['Sid'], `${path}/Sid`, check);
  return {
    index,
    ...(sid === undefined ? {} : { sid }),
    effect: effect === 'Deny' ? 'Deny' : 'Allow',
    principals: checkPrincipals(item, path, check),
    actions: checkActions(item, path, check),
    resources: checkResources(item, path, check),
    conditions: checkConditions(item['Condition'], `${path}/Condition`, check),
  };
}

const plainSid = /^[0-9A-Za-z]*$/;

function checkSid(value: Json | undefined, path: string, check: Check): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') {
    check.fault(path, 'invalid-sid', 'Sid must be a string.');
    return undefined;
  }
  // Services with policies of their own allow more characters; IAM and STS do not.
  if (check.written && check.kind !== 'resource' && !plainSid.test(value)) {
    check.fault(path, 'invalid-sid', 'A Sid may contain only letters and digits.');
  }
  return value;
}

/** The element or its Not form; both together, or neither where one is required, is an error. */
function pick(
  item: JsonObject,
  path: string,
  name: 'Principal' | 'Action' | 'Resource',
  wanted: Presence,
  check: Check,
): { negated: boolean; value: Json; path: string } | undefined {
  const plain = item[name];
  const negated = item[`Not${name}`];
  const code = name.toLowerCase();
  for (const [value, spelling] of [
    [plain, name],
    [negated, `Not${name}`],
  ] as const) {
    if (value !== undefined && wanted === 'prohibited' && check.complete) {
      check.fault(`${path}/${spelling}`, `prohibited-${code}`, `This kind of policy must not have ${spelling}.`);
    }
  }
  if (plain !== undefined && negated !== undefined) {
    check.fault(`${path}/Not${name}`, `two-${code}s`, `A statement must not have both ${name} and Not${name}.`);
  }
  if (plain === undefined && negated === undefined) {
    if (wanted === 'required' && check.complete) {
      check.fault(`${path}/${name}`, `missing-${code}`, `A statement of this policy needs ${name} or Not${name}.`);
    }
    return undefined;
  }
  return plain !== undefined
    ? { negated: false, value: plain, path: `${path}/${name}` }
    : { negated: true, value: negated ?? null, path: `${path}/Not${name}` };
}

/** A string or a list of strings, with the path of each; anything else is an error. */
function strings(value: Json, path: string, code: string, check: Check): readonly (readonly [string, string])[] {
  const list: readonly Json[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 && check.complete) check.fault(path, `missing-${code}`, 'The list must not be empty.');
  const found: (readonly [string, string])[] = [];
  for (const [index, text] of list.entries()) {
    const at = Array.isArray(value) ? `${path}/${index}` : path;
    if (typeof text === 'string') found.push([text, at]);
    else check.fault(at, `invalid-${code}`, 'Expected a string or a list of strings.');
  }
  return found;
}

function checkPrincipals(item: JsonObject, path: string, check: Check): CompiledPrincipals | undefined {
  const found = pick(item, path, 'Principal', presence[check.kind].principal, check);
  if (found === undefined) return undefined;
  const element = found.negated ? 'NotPrincipal' : 'Principal';
  if (found.value === '*') return compilePrincipals(element, true, []);
  if (!isObject(found.value)) {
    check.fault(found.path, 'invalid-principal', `${element} must be "*" or an object such as {"AWS": "…"}.`);
    return undefined;
  }
  const values: (readonly [PrincipalType, string])[] = [];
  if (Object.keys(found.value).length === 0 && check.complete) {
    check.fault(found.path, 'invalid-principal', `${element} must not be empty.`);
  }
  for (const [name, value] of Object.entries(found.value)) {
    const at = found.path + pointerStep(name);
    const type = principalTypes.find(known => known === name);
    if (type === undefined) {
      check.fault(
        at,
        'invalid-principal-type',
        `The type of a principal must be AWS, Federated, Service or CanonicalUser, not ${name}.`,
      );
      continue;
    }
    for (const [text, textPath] of strings(value, at, 'principal', check)) {
      if (check.complete) checkPrincipal(type, text, textPath, check);
      values.push([type, text]);
    }
  }
  return compilePrincipals(element, false, values);
}

function checkPrincipal(type: PrincipalType, text: string, path: string, check: Check): void {
  if (type === 'AWS' && !isAwsPrincipal(text) && !(check.kind === 'resource' && isOriginAccessIdentity(text))) {
    check.fault(path, 'invalid-principal', `Invalid principal in policy: "AWS":"${text}"`);
  } else if (type === 'Federated' && check.kind === 'trust' && !isFederatedPrincipal(text)) {
    check.fault(path, 'invalid-federated-principal', 'A federated principal must be a domain name or a provider ARN.');
  } else if (type === 'Service' && (text === '' || /[*\s:/]/.test(text) || !text.includes('.'))) {
    check.fault(path, 'invalid-principal', `Invalid principal in policy: "SERVICE":"${text}"`);
  } else if (type === 'CanonicalUser' && check.kind === 'trust') {
    check.fault(path, 'invalid-principal', `Invalid principal in policy: "CANONICAL_USER":"${text}"`);
  }
}

const vendorForm = /^[A-Za-z0-9*?-]+$/;

function checkActions(item: JsonObject, path: string, check: Check): CompiledStatement['actions'] {
  const found = pick(item, path, 'Action', 'required', check);
  if (found === undefined) return undefined;
  const texts = strings(found.value, found.path, 'action', check);
  for (const [text, at] of texts) if (check.complete) checkAction(text, at, check);
  return compileActions(
    found.negated ? 'NotAction' : 'Action',
    texts.map(([text]) => text),
  );
}

function checkAction(text: string, path: string, check: Check): void {
  if (text === '*') return;
  const [vendor = '', name, more] = text.split(':');
  if (name === undefined || vendor === '') {
    check.fault(
      path,
      'action-without-service',
      `An action must be "service:Name" or "*", not ${JSON.stringify(text)}.`,
    );
  } else if (more !== undefined) check.fault(path, 'action-with-two-colons', 'An action must have exactly one colon.');
  else if (!vendorForm.test(vendor)) check.fault(path, 'invalid-service', `Vendor ${vendor} is not valid`);
  else if (name === '') check.fault(path, 'invalid-action', 'The action has no name after the colon.');
}

function checkResources(item: JsonObject, path: string, check: Check): CompiledStatement['resources'] {
  const wanted = presence[check.kind].resource;
  const found = pick(item, path, 'Resource', wanted === 'prohibited' && !check.stored ? 'optional' : wanted, check);
  if (found === undefined) return undefined;
  const texts = strings(found.value, found.path, 'resource', check);
  for (const [text, at] of texts) {
    if (!check.complete || text === '*' || text.startsWith('arn:')) continue;
    // API Gateway replaces its short form: "execute-api:/STAGE/METHOD/PATH" (API Gateway Developer Guide, resource policies).
    if (check.kind === 'resource' && text.startsWith('execute-api:/')) continue;
    check.fault(at, 'resource-not-arn', `Resource ${text} must be in ARN format or "*".`);
  }
  return compileResources(
    found.negated ? 'NotResource' : 'Resource',
    texts.map(([text]) => text),
    check.variables,
  );
}

function checkConditions(value: Json | undefined, path: string, check: Check): readonly CompiledCondition[] {
  if (value === undefined) return [];
  if (!isObject(value)) {
    check.fault(path, 'invalid-condition', 'Condition must be an object of operators.');
    return [];
  }
  const compiled: CompiledCondition[] = [];
  for (const [spelling, keys] of Object.entries(value)) {
    const at = path + pointerStep(spelling);
    const written = parseOperator(spelling);
    if (written === undefined) check.fault(at, 'invalid-operator', `There is no condition operator ${spelling}.`);
    if (!isObject(keys)) {
      check.fault(at, 'invalid-condition', 'An operator must contain an object of condition keys.');
      continue;
    }
    for (const [key, raw] of Object.entries(keys)) {
      const keyPath = at + pointerStep(key);
      if (check.typed && !key.includes(':')) {
        check.fault(keyPath, 'condition-key-without-service', `Condition key ${key} must have a prefix such as aws:.`);
      }
      const values = scalars(raw, keyPath, check);
      if (written === undefined) continue;
      if (check.typed) {
        for (const [text, textPath] of values) {
          if (written.operator.storable(text)) continue;
          check.fault(textPath, 'invalid-value', `${JSON.stringify(text)} is not a valid value for ${spelling}.`);
        }
      }
      const texts = values.map(([text]) => text);
      compiled.push(compileCondition(spelling, written, key, texts, check.variables));
    }
  }
  return compiled;
}

/** Condition values: strings, numbers and booleans, one or a list; an empty list is legal (recorded). */
function scalars(value: Json, path: string, check: Check): readonly (readonly [string, string])[] {
  const list: readonly Json[] = Array.isArray(value) ? value : [value];
  const found: (readonly [string, string])[] = [];
  for (const [index, item] of list.entries()) {
    const at = Array.isArray(value) ? `${path}/${index}` : path;
    if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean')
      found.push([String(item), at]);
    else check.fault(at, 'invalid-condition-value', 'A condition value must be a string, a number or a boolean.');
  }
  return found;
}
