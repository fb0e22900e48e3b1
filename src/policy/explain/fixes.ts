/**
 * Finds fixes: what to change so that the whole decision allows the request. Every edit is confirmed by the evaluator, and evaluated for
 * the neighbours of the caller: what lets in others comes last and says so, what lets in strangers is not proposed.
 */
import { readPointer } from '../../kernel/json.ts';
import type { Evaluation, Fix, LayerName, PatchOperation } from '../decision.ts';
import { evaluate, type PolicySet } from '../evaluate.ts';
import { describeSubject, parseSubject } from '../issuer-subjects.ts';
import { sentenceOfEdit, titleOfCorrection } from './edit-sentences.ts';
import { allowsNeighbour, applyEdit, replacePolicy, targets } from './edited.ts';
import { adviceFor, lastResort, missingPermission, mistakeAdvice, TITLES } from './fix-words.ts';
import { tokenCaller } from './key-roles.ts';
import type { Edit, NearMiss } from './near-miss.ts';
import { nearMisses, policiesOf } from './near-misses.ts';
import type { Neighbour } from './neighbour.ts';
import { neighboursOf } from './neighbours.ts';
import { newStatement, pinTo } from './pin.ts';
import { SESSION_PRINCIPAL } from './principal-neighbours.ts';
import type { Question } from './question.ts';
import { sendFix } from './send-fix.ts';

/** Maximum number of fixes of one decision, and of edits that are tried. */
const maxFixes = 5;
const maxTrials = 8;
/** Maximum number of statements that are edited: those with the fewest elements that do not match. */
const maxStatements = 4;
/** Maximum number of session actions that are added to an edit. */
const maxActions = 3;

/** A set of edits of one policy that can be sufficient, one for each element that does not match. */
interface Candidate {
  readonly misses: readonly NearMiss[];
  readonly edits: readonly Edit[];
}

/** A confirmed edit of a policy. */
interface Confirmed {
  readonly fix: Fix;
  /** Whether it only corrects a mistake, and lets in nobody else. */
  readonly isCorrection: boolean;
}

/** What to change, in the order in which to consider it. Empty when the request is allowed. */
export function findFixes(
  evaluation: Evaluation,
  misses: readonly NearMiss[],
  { request, policies, actions = [request.action], audiences }: Question,
): readonly Fix[] {
  if (evaluation.allowed) return [];
  const statements = groups(misses).slice(0, maxStatements);
  const keys = keysOf(policies);
  const neighbours = neighboursOf(request, policies, audiences).filter(({ key }) => key === undefined || keys.has(key));
  const outside = neighbours.filter(one => !allowsNeighbour(one, callOf(one, actions), policies));
  const inside = neighbours.filter(one => !one.isMistake && !one.isNamed && !outside.includes(one));
  const search: Search = { request, policies, actions, audiences, outside, inside, trials: 0 };
  const confirmed: Confirmed[] = statements.flatMap(group => candidatesOf(group).flatMap(one => confirm(one, search)));
  const corrections = confirmed.filter(one => one.isCorrection).map(({ fix }) => fix);
  const widening = confirmed.filter(one => !one.isCorrection).map(({ fix }) => fix);
  const sent = statements.flatMap(group => sendFix(group, search));
  const advice = statements.flatMap(group => adviceFor(group));
  const permission = corrections.length > 0 ? [] : missingPermission(evaluation, misses, request, policies);
  const ordered = [...corrections, ...sent, ...advice, ...permission];
  if (statements.every(isForOtherProvider)) widening.push(...addedStatement(evaluation, search));
  // A change that widens is never the first.
  const first = ordered.length === 0 ? [mistakeAdvice(misses) ?? lastResort(evaluation)] : ordered;
  const byAdmits = widening.toSorted((a, b) => a.admits.length - b.admits.length);
  // One edit for the same newcomers is enough.
  const narrowest = byAdmits.filter(
    (fix, at) => at === byAdmits.findIndex(one => one.admits.join() === fix.admits.join()),
  );
  return distinct([...first, ...narrowest]).slice(0, maxFixes);
}

/** Whether the conditions of the statement are right for another provider that it trusts. */
const isForOtherProvider = (group: readonly NearMiss[]): boolean =>
  group.some(({ why, send }) => why.code === 'key-of-other-issuer' && send !== undefined);

/** A new statement for this caller, where none is near or all are for other providers. */
function addedStatement(evaluation: Evaluation, search: Search): readonly Fix[] {
  const added = newStatement(evaluation, search);
  return added === undefined
    ? []
    : confirm({ misses: [added], edits: added.edits ?? [] }, search).map(({ fix }) => fix);
}

interface Search extends Pick<Question, 'request' | 'policies' | 'audiences'> {
  readonly actions: readonly string[];
  /** The neighbours whom the policies deny today, and those whom they allow. */
  readonly outside: readonly Neighbour[];
  readonly inside: readonly Neighbour[];
  trials: number;
}

/** A neighbour is let in by the action of the call; session tags are a matter of its own token. */
const callOf = ({ element, request }: Neighbour, actions: readonly string[]): readonly string[] =>
  element === 'Action' ? [request.action] : actions.slice(0, 1);

/** The condition keys of all policies, in lower case, and whether principals are sessions. */
function keysOf(policies: PolicySet): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { statements } of layerNames.flatMap(layer => policiesOf(policies, layer))) {
    for (const { conditions, principals } of statements) {
      for (const { lowerKey } of conditions) keys.add(lowerKey);
      const names = [...(principals?.aws ?? []), ...conditions.flatMap(({ values }) => values)];
      if (names.some(name => /:assumed-role\/[^/]+\/[^*]/.test(name))) keys.add(SESSION_PRINCIPAL);
    }
  }
  return keys;
}
const layerNames = ['resource', 'identity', 'boundary', 'session', 'scp', 'rcp'] as const;

/** Near misses by statement, in order. */
function groups(misses: readonly NearMiss[]): readonly (readonly NearMiss[])[] {
  const found = new Map<string, NearMiss[]>();
  for (const miss of misses) {
    const place = `${miss.layer} ${miss.policy} ${miss.statement}`;
    const group = found.get(place) ?? [];
    group.push(miss);
    found.set(place, group);
  }
  return [...found.values()];
}

/** The edits of one statement that can be sufficient, the narrowest first. A change of Version may correct several elements. */
function candidatesOf(group: readonly NearMiss[]): readonly Candidate[] {
  if (group.some(miss => miss.unclear === true)) return [];
  const version = group.find(miss => miss.why.code === 'variables-need-version');
  const alone = version === undefined ? [] : [{ misses: [version], edits: (version.edits ?? []).slice(0, 1) }];
  const isComplete = group.length >= (group[0]?.mismatchCount ?? 0);
  const edits = group.map(miss => miss.edits ?? []);
  if (!isComplete || edits.some(list => list.length === 0)) return alone;
  const narrowest = { misses: group, edits: edits.flatMap(list => list.slice(0, 1)) };
  const widest = { misses: group, edits: edits.flatMap(list => list.slice(-1)) };
  return edits.some(list => list.length > 1) ? [...alone, narrowest, widest] : [...alone, narrowest];
}

/** The fixes of a candidate: the edit, and before it the same edit for this caller only if it lets in others. */
function confirm(candidate: Candidate, search: Search): readonly Confirmed[] {
  const found = tryEdit(candidate, [], search);
  if (found === undefined || found.locksOut) return [];
  const widens = candidate.edits.some(edit => edit.widens);
  if (widens) return found.hasStrangers ? [] : [{ fix: found.fix(TITLES.widening), isCorrection: false }];
  const title = titleOfCorrection(candidate.misses);
  if (found.admits.length === 0) return [{ fix: found.fix(title), isCorrection: true }];
  const pinned = tryEdit(candidate, pinTo(candidate.misses[0], search), search);
  const narrow =
    pinned?.admits.length === 0 && !pinned.locksOut ? [{ fix: pinned.fix(title), isCorrection: true }] : [];
  return found.hasStrangers ? narrow : [...narrow, { fix: found.fix(TITLES.widening), isCorrection: false }];
}

/** An edit with which the whole decision allows the request. */
interface Tried {
  readonly admits: readonly string[];
  readonly hasStrangers: boolean;
  /** Whether a neighbour whom the policies allow today would be denied. */
  readonly locksOut: boolean;
  fix(title: string): Fix;
}

function tryEdit(
  { misses, edits }: Candidate,
  more: readonly PatchOperation[] | undefined,
  search: Search,
): Tried | undefined {
  const [first] = misses;
  if (first === undefined || more === undefined || search.trials >= maxTrials) return undefined;
  search.trials += 1;
  const { layer, policy } = first;
  const old = policiesOf(search.policies, layer)[policy];
  if (old === undefined) return undefined;
  let patch = [...edits.flatMap(edit => edit.patch), ...more];
  for (let round = 0; round <= maxActions; round += 1) {
    const edited = applyEdit(old, patch);
    if (edited === undefined) return undefined;
    const policies = replacePolicy(search.policies, layer, policy, edited);
    const next = sessionAction(first, policies, search);
    if (next === undefined) return undefined;
    if (next.length === 0) return tried({ misses, edits }, patch, policies, search);
    patch = [...patch, ...next];
  }
  return undefined;
}

/**
 * The edit that the first action that is still denied needs in the same statement: empty when all are allowed, undefined when the
 * edit does not help.
 */
function sessionAction(
  { layer, policy, statement }: NearMiss,
  policies: PolicySet,
  { request, actions }: Search,
): readonly PatchOperation[] | undefined {
  for (const action of actions) {
    const wanted = { ...request, action };
    const evaluation = evaluate(wanted, policies);
    if (evaluation.allowed) continue;
    const misses = evaluation.layers.flatMap(one => (one.layer === layer ? nearMisses(one, wanted, policies) : []));
    const own = misses.filter(miss => miss.policy === policy && miss.statement === statement);
    const [only] = own;
    return own.length === 1 && only?.why.code === 'session-action-missing' ? only.edits?.[0]?.patch : undefined;
  }
  return [];
}

function tried(candidate: Candidate, patch: readonly PatchOperation[], policies: PolicySet, search: Search): Tried {
  const [first] = candidate.misses as readonly [NearMiss];
  const { request, actions } = search;
  const isAllowed = (one: Neighbour): boolean => allowsNeighbour(one, callOf(one, actions), policies);
  const widens = candidate.edits.some(edit => edit.widens);
  // Whom the policy names is meant by a correction.
  const isNew = (one: Neighbour): boolean => concerns(one, candidate) && (widens || one.isNamed !== true);
  const newcomers = search.outside.filter(one => isNew(one) && isAllowed(one));
  const isForCaller = candidate.edits.some(edit => edit.widens && edit.isPattern !== true);
  const own = isForCaller ? callersLike(request, first) : [];
  const others = own.length > 0 ? newcomers.filter(({ key }) => key !== SESSION_PRINCIPAL) : newcomers;
  const known = [...new Set([...own, ...others.map(({ who }) => who)])];
  const admits = widens && known.length === 0 ? ['whoever else matches the changed element'] : known;
  const cautions = [...new Set(candidate.edits.flatMap(({ caution }) => caution ?? []))];
  return {
    admits,
    hasStrangers: newcomers.some(({ stranger }) => stranger),
    locksOut: search.inside.some(one => !isAllowed(one)),
    fix: title => ({
      side: 'policy',
      title,
      sentence: sentenceOfEdit(candidate, patch, admits),
      admits,
      target: targets[first.layer],
      policy: first.policy,
      patch,
      ...(cautions.length === 0 ? {} : { caution: cautions.join(' ') }),
    }),
  };
}

/** Whether an edit can let in the neighbour: identity policies are those of the caller, and of its own calls only the edited part changes. */
function concerns({ element, otherPrincipal }: Neighbour, { misses }: Candidate): boolean {
  if (otherPrincipal === true && misses.some(({ layer }) => ownPolicies.has(layer))) return false;
  return element === undefined || misses.some(({ path, layer }) => edited(path, layer).has(element));
}

/** The elements to which an edit gives access: an action that is added is allowed on every resource of its statement. */
function edited(path: string, layer: LayerName): ReadonlySet<string> {
  const elements = new Set(readPointer(path));
  return layer !== 'trust' && elements.has('Action') ? elements.add('Resource') : elements;
}

const ownPolicies: ReadonlySet<string> = new Set(['identity', 'boundary', 'session']);

/** What a service acts for, by condition key. */
const serviceFacts: ReadonlyMap<string, string> = new Map([
  ['aws:sourcearn', 'the resource'],
  ['aws:sourceaccount', 'every resource of account'],
  ['aws:sourceorgid', 'every resource of the organization'],
]);

/** The caller in words, with everybody who is the same caller for the policy; for a policy of its own, what it may do. */
function callersLike(
  { principal, context, action, resource }: Question['request'],
  { layer, why }: NearMiss,
): readonly string[] {
  if (ownPolicies.has(layer)) return [`${action} on ${resource} by this caller`];
  if (principal.type === 'role-session') return [`every session of ${principal.roleArn}`];
  if (principal.type === 'root') return [`everybody in account ${principal.account}`];
  if ('arn' in principal) return [principal.arn];
  if (principal.type === 'account') return [`everybody in account ${principal.account}`];
  if (principal.type === 'service') {
    const key = String(why['key'] ?? '').toLowerCase();
    const of = serviceFacts.get(key);
    return [of === undefined ? principal.service : `${principal.service}, for ${of} ${String(context.get(key))}`];
  }
  if (principal.type === 'federated' && principal.provider.includes(':saml-provider/')) {
    const key =
      typeof why['key'] === 'string' ? ` with ${why['key']} ${String(context.get(why['key'].toLowerCase()))}` : '';
    return [`everybody who signs in by ${principal.provider}${key}`];
  }
  const caller = tokenCaller({ principal, context });
  if (caller === undefined) return ['everybody whom its condition matches'];
  const { subject, subjects } = caller;
  const parsed = subjects === undefined ? undefined : parseSubject(subject, subjects);
  return [parsed === undefined ? `every token with the subject ${JSON.stringify(subject)}` : describeSubject(parsed)];
}

/** Without the fixes that say the same. */
const distinct = (fixes: readonly Fix[]): readonly Fix[] => [
  ...new Map(fixes.map(fix => [JSON.stringify([fix.target, fix.patch, fix.sentence]), fix] as const)).values(),
];
