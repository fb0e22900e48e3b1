/** Policy documents: parsed, validated in full, and compiled once. Source: IAM User Guide, reference_policies_grammar. */

import { isObject, pointerStep } from '../kernel/json.ts';
import type { Json, JsonObject, PolicyError, PolicyKind } from './decision.ts';
import { type Check, checkStatement } from './elements.ts';
import { maxText, readJson } from './json.ts';
import type { CompiledStatement } from './statement.ts';

/** A policy ready for evaluation. Its statements hold compiled patterns; `document` is the parsed JSON. */
export interface CompiledPolicy {
  readonly kind: PolicyKind;
  readonly version: '2008-10-17' | '2012-10-17';
  readonly id?: string | undefined;
  readonly document: JsonObject;
  readonly statements: readonly CompiledStatement[];
}

export interface ParseOptions {
  readonly kind: PolicyKind;
  /** Maximum number of characters without white space; see `policyQuotas`. */
  readonly maxLength?: number | undefined;
  /**
   * `stored` (default): everything AWS checks when a policy is saved. `evaluated`: values of the wrong type are allowed, as STS
   * allows them in session policies, a Resource in a trust policy is evaluated, and outside session policies a Sid may be any text and
   * Statement may be empty. `names`: only what GetContextKeysForCustomPolicy checks (recorded): elements may be missing.
   */
  readonly strictness?: 'stored' | 'evaluated' | 'names' | undefined;
}

export type ParseResult =
  | { readonly ok: true; readonly policy: CompiledPolicy }
  | { readonly ok: false; readonly faults: readonly PolicyError[] };

/** AWS's quotas in characters without white space. Source: reference_iam-quotas. `quota` is the name in "Cannot exceed quota for …". */
export const policyQuotas = {
  trust: { quota: 'ACLSizePerRole', max: 2048 },
  managed: { quota: 'PolicySize', max: 6144 },
  inlineUser: { quota: 'UserPolicySize', max: 2048 },
  inlineRole: { quota: 'RolePolicySize', max: 10_240 },
  inlineGroup: { quota: 'GroupPolicySize', max: 5120 },
  session: { quota: 'SessionPolicySize', max: 2048 },
  scp: { quota: 'SCPSize', max: 5120 },
  document: { quota: 'PolicyDocument', max: maxText },
} as const;

/** Length as AWS counts it: without white space. */
export function policySize(text: string): number {
  let size = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) size += 1;
  }
  return size;
}

/** A value or a list of values as a list: Statement may be either. */
export const listOf = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Kinds that IAM stores, and whose condition values it checks by type; session policies are not stored. */
const typedKinds: ReadonlySet<PolicyKind> = new Set(['identity', 'boundary', 'trust', 'scp', 'rcp']);

/**
 * Parses, validates and compiles a policy. Returns all errors, at most a thousand (paths are JSON Pointers). Never throws.
 */
export function parsePolicy(text: string, options: ParseOptions): ParseResult {
  const read = readJson(text);
  if (!read.ok) return { ok: false, faults: [{ path: '', code: read.code, message: read.message }] };
  const faults: PolicyError[] = read.duplicates.map(({ path, name, line, column }) => ({
    path,
    code: 'duplicate-key',
    message: `Duplicate member ${JSON.stringify(name)} at line ${line}, column ${column}.`,
  }));
  if (options.maxLength !== undefined) {
    const size = policySize(text);
    if (size > options.maxLength) {
      faults.push({
        path: '',
        code: 'policy-too-large',
        message: `The policy has ${size} characters without white space; ${options.maxLength} are allowed.`,
      });
    }
  }
  const policy = compile(read.value, options, faults);
  return policy === undefined || faults.length > 0 ? { ok: false, faults } : { ok: true, policy };
}

/** Maximum number of reported errors. */
const maxErrors = 1000;

const rootMembers: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);

function compile(value: Json, options: ParseOptions, faults: PolicyError[]): CompiledPolicy | undefined {
  const fault = (path: string, code: string, message: string): void => {
    if (faults.length < maxErrors) faults.push({ path, code, message });
  };
  if (!isObject(value)) {
    fault('', 'not-an-object', 'A policy must be a JSON object.');
    return undefined;
  }
  for (const name of Object.keys(value)) {
    if (!rootMembers.has(name)) fault(pointerStep(name), 'unknown-element', `A policy has no element ${name}.`);
  }
  const version = value['Version'] ?? '2008-10-17';
  const known = version === '2008-10-17' || version === '2012-10-17';
  if (!known) fault('/Version', 'invalid-version', 'Version must be 2012-10-17 or 2008-10-17.');
  const id = value['Id'];
  if (id !== undefined && typeof id !== 'string') fault('/Id', 'invalid-id', 'Id must be a string.');

  const strictness = options.strictness ?? 'stored';
  const check: Check = {
    kind: options.kind,
    variables: version === '2012-10-17',
    complete: strictness !== 'names',
    stored: strictness === 'stored',
    written: strictness === 'stored' || (strictness === 'evaluated' && options.kind === 'session'),
    typed: strictness === 'stored' && typedKinds.has(options.kind),
    fault,
  };
  const statements = compileStatements(value['Statement'], check, () => faults.length >= maxErrors);
  checkSids(statements, fault);
  return {
    kind: options.kind,
    version: version === '2012-10-17' ? version : '2008-10-17',
    ...(typeof id === 'string' ? { id } : {}),
    document: value,
    statements,
  };
}

function compileStatements(
  value: Json | undefined,
  check: Check,
  isEnough: () => boolean,
): readonly CompiledStatement[] {
  if (value === undefined) {
    check.fault('/Statement', 'missing-statement', 'A policy needs a Statement.');
    return [];
  }
  const single = isObject(value);
  if (!single && !Array.isArray(value)) {
    check.fault('/Statement', 'invalid-statement', 'Statement must be an object or a list of objects.');
    return [];
  }
  const list = listOf(value);
  if (list.length === 0 && check.written) check.fault('/Statement', 'no-statements', 'Statement must not be empty.');
  const statements: CompiledStatement[] = [];
  for (const [index, item] of list.entries()) {
    if (isEnough()) break;
    const path = single ? '/Statement' : `/Statement/${index}`;
    if (isObject(item)) statements.push(checkStatement(item, path, index, check));
    else check.fault(path, 'invalid-statement', 'A statement must be an object.');
  }
  return statements;
}

function checkSids(statements: readonly CompiledStatement[], fault: Check['fault']): void {
  const seen = new Set<string>();
  for (const { sid, index } of statements) {
    if (sid === undefined || sid === '') continue;
    if (seen.has(sid)) fault(`/Statement/${index}/Sid`, 'duplicate-sid', `Sid ${JSON.stringify(sid)} is used twice.`);
    seen.add(sid);
  }
}

/** Serializes the policy; parsing the text gives the same policy. `indent` as in JSON.stringify. */
export function printPolicy(policy: CompiledPolicy, indent = 2): string {
  return JSON.stringify(policy.document, null, indent);
}
