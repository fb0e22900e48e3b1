/** Finds near misses: compares every element that decided with what would have matched, and proposes edits. Sentences: near-miss-sentences.table.ts. */

import { isObject } from '../../kernel/json.ts';
import { nearest } from '../../kernel/text.ts';
import type { EvaluationRequest, LayerName, LayerVerdict, StatementVerdict, Why } from '../decision.ts';
import type { CompiledPolicy } from '../document.ts';
import type { PolicySet } from '../evaluate.ts';
import { parseTemplate, resolveTemplate } from '../variables.ts';
import { assessValue } from './assess-value.ts';
import { conditionMiss } from './near-conditions.ts';
import { addValue, replaceValue } from './near-edits.ts';
import type { Edit, ElementMiss, NearMiss, Send, StatementCase } from './near-miss.ts';
import { principalMiss } from './near-principals.ts';
import { valueMiss } from './near-values.ts';
import { phrase, variableIn } from './sends.ts';
import { editsFor } from './value-edits.ts';

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
  audiences?: readonly string[],
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
    for (const miss of statementMisses({ verdict, policy, path, request, audiences }))
      found.push({ ...place, ...miss });
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

/** The actions that a trust policy can have (IAM refuses others): a written one that is not among them is a typo. */
const assumeActions: ReadonlySet<string> = new Set([
  'sts:assumerole',
  'sts:assumerolewithwebidentity',
  'sts:assumerolewithsaml',
]);
const sessionActions: ReadonlySet<string> = new Set(['sts:tagsession', 'sts:setsourceidentity', 'sts:setcontext']);
const isTrustAction = (action: string): boolean =>
  assumeActions.has(action.toLowerCase()) || sessionActions.has(action.toLowerCase());

function actionMiss({ policy, path, verdict, request }: StatementCase): ElementMiss | undefined {
  const { code, expected } = verdict.action.why;
  if (code !== 'action-not-listed' || !Array.isArray(expected)) return undefined;
  const at = `${path}/Action`;
  const wanted = request.action;
  const lower = wanted.toLowerCase();
  const written: readonly string[] = expected;
  const add: Edit = { patch: addValue(policy.document, at, wanted), widens: !sessionActions.has(lower) };
  const other = written.find(action => assumeActions.has(action.toLowerCase()));
  if (other !== undefined && assumeActions.has(lower)) {
    const patch = replaceValue(policy.document, at, other, wanted);
    const why: Why = { code: 'wrong-assume-action', expected: other, actual: wanted };
    return { path: at, why, edits: [{ patch, widens: false }] };
  }
  if (other !== undefined && sessionActions.has(lower)) {
    return { path: at, why: { code: 'session-action-missing', expected: other, actual: wanted }, edits: [add] };
  }
  // Two actions of a service may differ in a few letters (Get, Put, Set), but rarely in one.
  const close = nearest(wanted, written.slice(0, maxNames), isTrustAction(wanted) ? 2 : 1);
  if (close === undefined) {
    const why: Why = { code: 'other-action', expected: written.slice(0, maxValues), actual: wanted };
    return { path: at, why, edits: [add] };
  }
  const why: Why = { code: 'action-spelling', expected: close, actual: wanted };
  // Only a trust policy has few enough actions to know a typo.
  if (!isTrustAction(wanted) || isTrustAction(close)) return { path: at, why, unclear: true };
  return { path: at, why, edits: [{ patch: replaceValue(policy.document, at, close, wanted), widens: false }] };
}

function resourceMiss({ policy, path, verdict, request }: StatementCase): ElementMiss | undefined {
  const { code, expected } = verdict.resource.why;
  if (code !== 'resource-not-listed' || !Array.isArray(expected)) return undefined;
  const at = `${path}/Resource`;
  const { resource: actual } = request;
  const assessed = expected.slice(0, maxValues).map(written => {
    const template = parseTemplate(String(written), policy.version === '2012-10-17');
    const resolved = resolveTemplate(template, request.context) ?? String(written);
    const miss = valueMiss({ expected: resolved, actual, wildcards: true });
    const value = { expected: resolved, actual, wildcards: true, key: undefined, fact: undefined };
    return {
      written: String(written),
      resolved,
      miss,
      assessment: assessValue({ ...value, audiences: undefined, miss }),
    };
  });
  const [best] = assessed.toSorted((a, b) => Number(b.miss !== undefined) - Number(a.miss !== undefined));
  if (best === undefined) return undefined;
  const { written, resolved, miss, assessment } = best;
  const why: Why = miss?.why ?? { code: 'other-value', expected: resolved, actual };
  const edits = editsFor(assessment, { document: policy.document, path: at, written });
  const unresolved = variableIn(resolved, request);
  if (unresolved !== undefined) return { path: at, why: { code: 'variable-without-value', ...unresolved } };
  const send: Send = { side: 'caller', how: `Make the call for ${phrase(resolved, undefined)}` };
  return {
    path: at,
    why,
    edits,
    unclear: assessment.type === 'unclear',
    ...(assessment.type === 'mistake' ? {} : { send }),
  };
}
