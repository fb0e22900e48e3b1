/** Finds near misses: compares every element that decided with what would have matched, and proposes edits. Sentences: sentences.ts. */

import { isObject } from '../../kernel/json.ts';
import { nearest } from '../../kernel/text.ts';
import type { EvaluationRequest, LayerName, LayerVerdict, StatementVerdict } from '../decision.ts';
import type { CompiledPolicy } from '../document.ts';
import type { PolicySet } from '../evaluate.ts';
import { conditionMiss } from './near-conditions.ts';
import { addValue, replaceValue } from './near-edits.ts';
import type { ElementMiss, NearMiss, StatementCase } from './near-miss.ts';
import { principalMiss } from './near-principals.ts';
import { valueMiss } from './near-values.ts';

/** The policies of a layer. */
export function policiesOf(policies: PolicySet, layer: LayerName): readonly CompiledPolicy[] {
  if (layer === 'trust' || layer === 'resource') return policies.resource === undefined ? [] : [policies.resource];
  if (layer === 'boundary') return policies.boundary === undefined ? [] : [policies.boundary];
  return policies[layer] ?? [];
}

/** Near misses of one layer: what kept Allow statements from applying, and what made Deny statements apply. */
export function nearMisses(
  { layer, statements }: LayerVerdict,
  request: EvaluationRequest,
  policies: PolicySet,
): readonly NearMiss[] {
  const found: NearMiss[] = [];
  for (const verdict of statementsToSearch(statements)) {
    const policy = policiesOf(policies, layer)[verdict.policy];
    if (policy === undefined) continue;
    const single = isObject(policy.document['Statement']);
    const path = single ? '/Statement' : `/Statement/${verdict.index}`;
    const mismatchCount = verdict.effect === 'Allow' ? countMismatches(verdict) : 1;
    const place = {
      layer,
      policy: verdict.policy,
      statement: verdict.index,
      effect: verdict.effect,
      mismatchCount,
    };
    for (const miss of statementMisses({ verdict, policy, path, request })) found.push({ ...place, ...miss });
  }
  return found;
}

/** Limits that keep an explanation cheap, whatever the size of the policies. */
const maxStatements = 12;
const maxConditions = 12;
/** Maximum number of values of each side that are compared pairwise. */
const maxValues = 10;
/** Maximum number of names that are compared with a misspelled one. */
const maxNames = 200;

/** How many elements of a statement do not match. */
export const countMismatches = ({ principal, action, resource, conditions }: StatementVerdict): number =>
  [principal, action, resource, ...conditions].filter(verdict => !verdict.ok).length;

/** Deny statements that apply, and the Allow statements with the fewest elements that do not match. */
function statementsToSearch(statements: readonly StatementVerdict[]): readonly StatementVerdict[] {
  const denies = statements.filter(one => one.effect === 'Deny' && one.applies).slice(0, maxStatements);
  const allows = statements
    .filter(one => one.effect === 'Allow')
    .map(one => ({ one, count: countMismatches(one) }))
    .sort((a, b) => a.count - b.count)
    .slice(0, maxStatements)
    .map(({ one }) => one);
  return [...allows, ...denies];
}

function statementMisses(one: StatementCase): readonly ElementMiss[] {
  const { verdict } = one;
  const found: (ElementMiss | undefined)[] = [];
  if (verdict.effect === 'Allow') {
    if (!verdict.principal.ok) found.push(principalMiss(one));
    if (!verdict.action.ok) found.push(actionMiss(one));
    if (!verdict.resource.ok) found.push(resourceMiss(one));
  }
  for (const condition of verdict.conditions.slice(0, maxConditions)) found.push(conditionMiss(one, condition));
  return found.filter(miss => miss !== undefined);
}

const assumeActions: ReadonlySet<string> = new Set([
  'sts:assumerole',
  'sts:assumerolewithwebidentity',
  'sts:assumerolewithsaml',
]);
const sessionActions: ReadonlySet<string> = new Set(['sts:tagsession', 'sts:setsourceidentity', 'sts:setcontext']);

function actionMiss({ policy, path, verdict, request }: StatementCase): ElementMiss | undefined {
  const { code, expected } = verdict.action.why;
  if (code !== 'action-not-listed' || !Array.isArray(expected)) return undefined;
  const at = `${path}/Action`;
  const wanted = request.action;
  const lower = wanted.toLowerCase();
  const written: readonly string[] = expected;
  const other = written.find(action => assumeActions.has(action.toLowerCase()));
  if (other !== undefined && assumeActions.has(lower)) {
    const patch = replaceValue(policy.document, at, other, wanted);
    return { path: at, why: { code: 'wrong-assume-action', expected: other, actual: wanted }, patch };
  }
  if (other !== undefined && sessionActions.has(lower)) {
    const patch = addValue(policy.document, at, wanted);
    return { path: at, why: { code: 'session-action-missing', expected: other, actual: wanted }, patch };
  }
  const close = nearest(wanted, written.slice(0, maxNames), 2);
  if (close === undefined) return undefined;
  const patch = replaceValue(policy.document, at, close, wanted);
  return { path: at, why: { code: 'action-spelling', expected: close, actual: wanted }, patch };
}

function resourceMiss({ policy, path, verdict, request }: StatementCase): ElementMiss | undefined {
  const { code, expected } = verdict.resource.why;
  if (code !== 'resource-not-listed' || !Array.isArray(expected)) return undefined;
  const at = `${path}/Resource`;
  for (const written of expected.slice(0, maxValues)) {
    const miss = valueMiss({ expected: String(written), actual: request.resource, wildcards: true });
    if (miss === undefined) continue;
    const { remedy } = miss;
    const value = remedy === undefined || remedy.type === 'like' ? request.resource : remedy.value;
    const patch =
      remedy?.type === 'add'
        ? addValue(policy.document, at, value)
        : replaceValue(policy.document, at, String(written), value);
    return { path: at, why: miss.why, patch };
  }
  return undefined;
}
