/** Shared parts of the linter's rules: a statement with its path, and functions that inspect it. */
import { pointerStep } from '../../kernel/json.ts';
import type { CompiledCondition } from '../conditions.ts';
import type { Finding, Json, PatchOperation } from '../decision.ts';
import type { CompiledPolicy } from '../document.ts';
import { type ConditionPlace, moveCondition } from '../explain/near-edits.ts';
import { valueAt } from '../explain/patch.ts';
import { hasWildcard, matchWildcard } from '../match.ts';
import type { ServiceTable } from '../service-table.ts';
import type { CompiledStatement } from '../statement.ts';
import { issuerOf } from '../trust-policy-checks.ts';

export const webIdentity = 'sts:assumerolewithwebidentity';

/** A statement with its policy and path. */
export interface LintCase {
  readonly policy: CompiledPolicy;
  readonly statement: CompiledStatement;
  /** JSON Pointer of the statement. */
  readonly path: string;
  readonly services: ServiceTable;
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

/** Patch that adds one key under an operator, and what is missing around it; undefined if the key is there, with values that it would replace. */
export function addCondition(
  one: LintCase,
  operator: string,
  key: string,
  value: Json,
): readonly PatchOperation[] | undefined {
  const { document } = one.policy;
  const block = `${one.path}/Condition`;
  if (valueAt(document, block) === undefined)
    return [{ op: 'add', path: block, value: { [operator]: { [key]: value } } }];
  const target = `${block}/${operator}`;
  if (valueAt(document, target) === undefined) return [{ op: 'add', path: target, value: { [key]: value } }];
  const isThere = one.statement.conditions.some(
    condition => condition.spelling === operator && condition.lowerKey === key.toLowerCase(),
  );
  return isThere ? undefined : [{ op: 'add', path: target + pointerStep(key), value }];
}

/** A fix with the patch, if there is one. */
export const fixOf = (sentence: string, patch: readonly PatchOperation[] | undefined): Pick<FindingDetails, 'fix'> =>
  patch === undefined ? {} : { fix: { sentence, patch } };

/** A fix that moves a condition to another operator or key; empty when the target exists already. */
export function moveFix(
  one: LintCase,
  from: CompiledCondition,
  to: ConditionPlace,
  sentence: string,
): Pick<FindingDetails, 'fix'> {
  return fixOf(sentence, moveCondition(one.policy.document, `${one.path}/Condition`, from, to));
}

/** Whether a value that begins to match lets in callers: an Allow of it, or an exception from a Deny. */
export const letsIn = (one: LintCase, { operator }: CompiledCondition): boolean => isAllow(one) !== operator.negated;

/** One finding, or none. */
export const when = (isFound: boolean, path: string, message: string): readonly FindingDetails[] =>
  isFound ? [{ path, message }] : [];

export const isAllow = ({ statement }: LintCase): boolean => statement.effect === 'Allow';
export const isActionAllowed = ({ statement }: LintCase, action: string): boolean =>
  statement.actions?.written.some(pattern => matchWildcard(pattern.toLowerCase(), action)) === true;
/** `*`, or `*:*`. */
export const isEveryAction = ({ statement }: LintCase): boolean =>
  statement.actions?.element === 'Action' && statement.actions.written.some(text => /^\*+(?::\*+)?$/.test(text));
/** Caches a result per statement: rules ask for it once for each condition, and there may be thousands. */
export function cachePerStatement<T>(find: (statement: CompiledStatement, one: LintCase) => T): (one: LintCase) => T {
  const found = new WeakMap<CompiledStatement, { readonly answer: T }>();
  return one => {
    const { statement } = one;
    const known = found.get(statement) ?? { answer: find(statement, one) };
    found.set(statement, known);
    return known.answer;
  };
}

/** Issuers that the statement trusts by OIDC provider ARN or domain. */
export const trustedIssuers = cachePerStatement(({ principals }): readonly string[] =>
  [...(principals?.federated ?? [])]
    .filter(name => !name.includes(':saml-provider/') && !hasWildcard(name))
    .map(name => issuerOf(name).replace(/^https?:\/\//i, '')),
);

export const keyPath = ({ path }: LintCase, { spelling, key }: CompiledCondition): string =>
  `${path}/Condition${pointerStep(spelling)}${pointerStep(key)}`;

/** Limit per rule and statement: a statement may have ten thousand conditions or actions, and each costs a search for a suggestion. */
export const MAX_FINDINGS = 100;

/** A rule that checks each condition of an Allow or Deny. */
export const conditionRule = (
  code: string,
  severity: Finding['severity'],
  check: (condition: CompiledCondition, one: LintCase) => Omit<FindingDetails, 'path'> | undefined,
): LintRule =>
  rule(code, severity, one => {
    const findings: FindingDetails[] = [];
    for (const condition of one.statement.conditions) {
      const finding = check(condition, one);
      if (finding !== undefined) findings.push({ path: keyPath(one, condition), ...finding });
      if (findings.length === MAX_FINDINGS) break;
    }
    return findings;
  });

/** A string, or the strings of a list, with the JSON Pointer of each. */
export function textsAt({ policy }: LintCase, path: string): readonly (readonly [text: string, path: string])[] {
  const value = valueAt(policy.document, path);
  if (typeof value === 'string') return [[value, path]];
  if (!Array.isArray(value)) return [];
  return value.flatMap((text, index) => (typeof text === 'string' ? [[text, `${path}/${index}`] as const] : []));
}
