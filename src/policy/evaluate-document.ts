/** The evaluator for a JSON body (`POST /_rolecall/evaluate`): parses the request and the policies, evaluates, explains. */
import { isObject, pointerStep } from '../kernel/json.ts';
import type { Decision, EvaluationRequest, Json, JsonObject, PolicyError, PolicyKind, Principal } from './decision.ts';
import { type CompiledPolicy, parsePolicy } from './document.ts';
import { evaluate, type PolicySet } from './evaluate.ts';
import { explain } from './explain/explain.ts';
import { type JsonResult, readJson } from './json.ts';
import { isUniqueId } from './principal-element.ts';
import { principalOf, requestContext } from './request.ts';

export type DocumentDecision = Omit<Decision, 'id' | 'at'>;

export type DocumentResult =
  | { readonly ok: true; readonly decision: DocumentDecision }
  | { readonly ok: false; readonly problems: readonly PolicyError[] };

/**
 * Evaluates `{request: {principal, action, resource, context?}, policies: {resource?, identity?, boundary?, session?, scp?, rcp?, kind?}, unwanted?}`.
 * `principal` is an ARN, `*`, an account number, a service name or `{federated: provider ARN}`; a context value is a scalar, or an
 * array for a multivalued key; a policy is an object or its JSON text; a list of policies may be a single policy. No key is added to
 * the context; its `aws:PrincipalArn` and `aws:userid` give the path of a role and the unique id of the caller. `unwanted: true` explains
 * an allow as one that should not be, with the changes that keep the caller out. Returns the decision, or every problem of the body with its JSON Pointer. Never throws.
 */
export function evaluateDocument(body: unknown): DocumentResult {
  const problems: PolicyError[] = [];
  const read = readBody(body);
  if (!read.ok) return { ok: false, problems: [{ path: '', code: read.code, message: read.message }] };
  const tree = read.value;
  if (!isObject(tree)) return { ok: false, problems: [{ path: '', ...notAnObject }] };
  const problem = (path: string, code: string, message: string): undefined => {
    problems.push({ path, code, message });
    return undefined;
  };
  refuseUnknown(tree, '', ['request', 'policies', 'unwanted'], problem);
  const request = readRequest(tree['request'], problem);
  const policies = readPolicies(tree['policies'], problem);
  const unwanted = tree['unwanted'] ?? false;
  if (typeof unwanted !== 'boolean') problem('/unwanted', 'invalid-unwanted', 'unwanted must be true or false.');
  if (request === undefined || problems.length > 0) return { ok: false, problems };
  const evaluation = evaluate(request, policies);
  const explained = explain(evaluation, { request, policies, unwanted: unwanted === true });
  return { ok: true, decision: { ...evaluation, steps: [], ...explained } };
}

type Problem = (path: string, code: string, message: string) => undefined;

const notAnObject = { code: 'not-an-object', message: 'The body must be a JSON object.' };

/** The body, parsed by the strict JSON reader. */
function readBody(body: unknown): JsonResult {
  let text: string | undefined;
  try {
    text = JSON.stringify(body);
  } catch {
    // A circular structure or a BigInt cannot be JSON.
    return { ok: false, ...notAnObject };
  }
  return text === undefined ? { ok: false, ...notAnObject } : readJson(text, bodyLimit);
}

/** Maximum size of the body, in characters: a dozen policies of the maximum size. */
const bodyLimit = 2_000_000;

function refuseUnknown(object: JsonObject, path: string, known: readonly string[], problem: Problem): void {
  for (const name of Object.keys(object)) {
    if (!known.includes(name)) problem(path + pointerStep(name), 'unknown-member', `Unknown member ${name}.`);
  }
}

function readRequest(value: Json | undefined, problem: Problem): EvaluationRequest | undefined {
  if (!isObject(value)) return problem('/request', 'missing-request', 'request must be an object.');
  refuseUnknown(value, '/request', ['principal', 'action', 'resource', 'context', 'resourceAccount'], problem);
  const {
    action,
    resource = '*',
    resourceAccount,
  } = {
    action: value['action'],
    resource: value['resource'],
    resourceAccount: value['resourceAccount'],
  };
  if (typeof action !== 'string' || !/^[^:\s]+:[^:\s]+$/.test(action)) {
    return problem('/request/action', 'invalid-action', 'action must be "service:Name".');
  }
  if (typeof resource !== 'string')
    return problem('/request/resource', 'invalid-resource', 'resource must be an ARN or "*".');
  if (resourceAccount !== undefined && typeof resourceAccount !== 'string') {
    return problem('/request/resourceAccount', 'invalid-account', 'resourceAccount must be an account number.');
  }
  const context = readContext(value['context'], problem);
  const arn = context.get('aws:principalarn');
  const principal = readPrincipal(value['principal'], typeof arn === 'string' ? arn : undefined, problem);
  if (principal === undefined) return undefined;
  return { principal: withUniqueId(principal, context.get('aws:userid')), action, resource, context, resourceAccount };
}

/** `aws:userid` is the unique id of a user; for a role session, the unique id of the role, a colon and the session name. */
function withUniqueId(principal: Principal, userId: string | readonly string[] | undefined): Principal {
  const [uniqueId = ''] = typeof userId === 'string' ? userId.split(':') : [];
  const entity = principal.type === 'user' || principal.type === 'role-session';
  return entity && isUniqueId(uniqueId) ? { ...principal, uniqueId } : principal;
}

function readPrincipal(value: Json | undefined, roleArn: string | undefined, problem: Problem): Principal | undefined {
  if (typeof value === 'string') {
    const principal = principalOf(value, roleArn);
    if (principal !== undefined) return principal;
  }
  if (isObject(value)) {
    const [[type, name] = [], ...more] = Object.entries(value);
    if (more.length === 0 && typeof name === 'string' && name !== '') {
      if (type === 'federated' || type === 'Federated') return federated(name);
      if (type === 'service' || type === 'Service') return { type: 'service', service: name };
      if (type === 'aws' || type === 'AWS') return readPrincipal(name, roleArn, problem);
    }
  }
  const message =
    'principal must be an ARN, "*", an account number, a service name or {"federated": "<provider ARN>"}.';
  return problem('/request/principal', 'invalid-principal', message);
}

function federated(provider: string): Principal {
  const known = principalOf(provider);
  return known?.type === 'federated' ? known : { type: 'federated', provider };
}

function readContext(value: Json | undefined, problem: Problem): EvaluationRequest['context'] {
  if (value === undefined || value === null) return new Map();
  if (!isObject(value)) {
    problem('/request/context', 'invalid-context', 'context must be an object of condition keys.');
    return new Map();
  }
  const entries: Record<string, string | string[]> = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    if (item === null) continue;
    const list = Array.isArray(item);
    const items: readonly Json[] = list ? item : [item];
    if (items.every(isScalar)) entries[key] = list ? items.map(String) : String(item);
    else {
      const path = `/request/context${pointerStep(key)}`;
      problem(path, 'invalid-context-value', 'A context value must be a string, number or boolean, or a list of them.');
    }
  }
  return requestContext(entries);
}

const isScalar = (value: Json): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function readPolicies(value: Json | undefined, problem: Problem): PolicySet {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) return problem('/policies', 'invalid-policies', 'policies must be an object.') ?? {};
  const lists = ['identity', 'session', 'scp', 'rcp'] as const;
  refuseUnknown(value, '/policies', ['resource', 'boundary', 'kind', ...lists], problem);
  const kind = value['kind'];
  if (kind !== undefined && kind !== 'trust' && kind !== 'resource') {
    problem('/policies/kind', 'invalid-kind', 'kind must be "trust" or "resource".');
  }
  const one = (name: string, as: PolicyKind): CompiledPolicy | undefined => {
    const item = value[name];
    return item === undefined || item === null ? undefined : readPolicy(item, `/policies/${name}`, as, problem);
  };
  const many = (name: (typeof lists)[number]): readonly CompiledPolicy[] | undefined => {
    const item = value[name];
    if (item === undefined || item === null) return undefined;
    const items: readonly Json[] = Array.isArray(item) ? item : [item];
    return items
      .map((policy, index) => {
        const path = Array.isArray(item) ? `/policies/${name}/${index}` : `/policies/${name}`;
        return readPolicy(policy, path, name, problem);
      })
      .filter(policy => policy !== undefined);
  };
  return {
    resource: one('resource', kind === 'trust' ? 'trust' : 'resource'),
    boundary: one('boundary', 'boundary'),
    identity: many('identity'),
    session: many('session'),
    scp: many('scp'),
    rcp: many('rcp'),
    ...(kind === 'trust' || kind === 'resource' ? { kind } : {}),
  };
}

function readPolicy(value: Json, path: string, kind: PolicyKind, problem: Problem): CompiledPolicy | undefined {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const result = parsePolicy(text, { kind, strictness: 'evaluated' });
  if (result.ok) return result.policy;
  for (const fault of result.faults) problem(path + fault.path, fault.code, fault.message);
  return undefined;
}
