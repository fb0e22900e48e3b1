/** Shared parts of the linter's rules: a statement with its path, and functions that inspect it. */
import { pointerStep } from '../../kernel/json.ts';
import type { CompiledCondition } from '../conditions.ts';
import type { Finding, Json, PatchOperation } from '../decision.ts';
import type { CompiledPolicy } from '../document.ts';
import { valueAt } from '../explain/patch.ts';
import { matchWildcard } from '../match.ts';
import type { CompiledStatement } from '../statement.ts';
import { issuerOf } from '../trust-policy-checks.ts';

export const webIdentity = 'sts:assumerolewithwebidentity';

/** A statement with its policy and path. */
export interface LintCase {
  readonly policy: CompiledPolicy;
  readonly statement: CompiledStatement;
  /** JSON Pointer of the statement. */
  readonly path: string;
}

export type FindingDetails = Omit<Finding, 'code' | 'severity'>;

export interface LintRule {
  readonly code: string;
  readonly severity: Finding['severity'];
  readonly check: (one: LintCase) => readonly FindingDetails[];
}

export const rule = (code: string, severity: Finding['severity'], check: LintRule['check']): LintRule => ({
  code,
  severity,
  check,
});

/** Patch that adds one key under an operator; creates the operator and the Condition block when they are missing. */
export function addCondition(one: LintCase, operator: string, key: string, value: Json): readonly PatchOperation[] {
  const { document } = one.policy;
  const block = `${one.path}/Condition`;
  if (valueAt(document, block) === undefined)
    return [{ op: 'add', path: block, value: { [operator]: { [key]: value } } }];
  const target = `${block}/${operator}`;
  if (valueAt(document, target) === undefined) return [{ op: 'add', path: target, value: { [key]: value } }];
  return [{ op: 'add', path: target + pointerStep(key), value }];
}

export const isAllow = ({ statement }: LintCase): boolean => statement.effect === 'Allow';
export const isActionAllowed = ({ statement }: LintCase, action: string): boolean =>
  statement.actions?.written.some(pattern => matchWildcard(pattern.toLowerCase(), action)) === true;
/** Caches a result per statement: rules ask for it once for each condition, and there may be thousands. */
export function cachePerStatement<T>(find: (statement: CompiledStatement) => T): (one: LintCase) => T {
  const found = new WeakMap<CompiledStatement, { readonly answer: T }>();
  return ({ statement }) => {
    const known = found.get(statement) ?? { answer: find(statement) };
    found.set(statement, known);
    return known.answer;
  };
}

/** Issuers that the statement trusts by OIDC provider ARN or domain. */
export const trustedIssuers = cachePerStatement(({ principals }): readonly string[] =>
  [...(principals?.federated ?? [])]
    .filter(name => !name.includes(':saml-provider/'))
    .map(name => issuerOf(name).replace(/^https?:\/\//i, '')),
);

/** Whether the condition restricts the key to certain strings. */
export const isRestricting = ({ operator, ifExists, values }: CompiledCondition): boolean =>
  operator.family === 'string' &&
  !operator.negated &&
  !ifExists &&
  !(operator.name === 'StringLike' && values.some(value => /^\*+$/.test(value)));

/** Lower-case keys that the statement restricts to certain strings. */
export const restrictedKeys = cachePerStatement(
  ({ conditions }): ReadonlySet<string> => new Set(conditions.filter(isRestricting).map(({ lowerKey }) => lowerKey)),
);
