/**
 * Explains an allow that should not be: which value lets the caller in, and the smallest changes that keep it out and keep the others in.
 * Every change is confirmed by the evaluator and evaluated for the neighbours of the caller.
 */
import { pointerStep } from '../../../kernel/json.ts';
import type {
  ConditionVerdict,
  Evaluation,
  EvaluationRequest,
  Fix,
  Json,
  LayerName,
  PatchOperation,
  StatementVerdict,
} from '../../decision.ts';
import { evaluate } from '../../evaluate.ts';
import { matchWildcard } from '../../match.ts';
import { allowsNeighbour, applyEdit, replacePolicy, targets } from '../edited.ts';
import { callerIssuer, issuerFact } from '../key-roles.ts';
import { policiesOf } from '../near-misses.ts';
import type { Neighbour } from '../neighbour.ts';
import { neighboursOf } from '../neighbours.ts';
import { valueAt } from '../patch.ts';
import { SESSION_PRINCIPAL } from '../principal-neighbours.ts';
import type { Question } from '../question.ts';
import type { Change, Grant } from './change.ts';
import { denyStatement, EXCLUSION, excluding, exclusionsOf } from './exclusions.ts';
import { absenceOf, grantsOf, looseClaim, matchedValue, openTo, operatorOf } from './grants.ts';
import { closedArns } from './names.ts';
import { removePrincipal, wholePrincipal } from './principals.ts';
import { closedPattern, narrowerPatterns } from './subjects.ts';

/** Maximum number of changes that are proposed. */
const maxFixes = 3;

/** The smallest changes that keep the caller out, those that keep most others in first. */
export function findNarrowing(evaluation: Evaluation, question: Question): readonly Fix[] {
  const { request, policies, actions = [request.action], audiences } = question;
  const grants = grantsOf(evaluation, policies);
  const [first] = grants;
  if (!evaluation.allowed || first === undefined) return [];
  const changes = grants.map(grant => changesOf(grant, question));
  // Where several statements let the caller in, each of them is changed.
  const sets =
    changes.length === 1 ? (changes[0] ?? []).map(change => [change]) : [changes.flatMap(list => list.slice(0, 1))];
  const deny = denyStatement(first, question);
  const call = actions.slice(0, 1);
  const { layer } = first;
  const inside = neighboursOf(request, policies, audiences).filter(
    one => isOtherCaller(one, layer) && allowsNeighbour(one, call, policies),
  );
  const { policy } = first.verdict;
  const old = policiesOf(policies, layer)[policy];
  const confirmed = [...sets, ...(deny === undefined ? [] : [[deny]])].flatMap(set => {
    const patch = set.flatMap(change => change.patch);
    const edited = old === undefined ? undefined : applyEdit(old, patch);
    if (edited === undefined) return [];
    const after = replacePolicy(policies, layer, policy, edited);
    if (evaluate({ ...request, action: call[0] ?? request.action }, after).allowed) return [];
    const lost = inside.filter(one => !allowsNeighbour(one, call, after));
    const also = lost.length === 0 ? '' : ` It also keeps out ${[...new Set(lost.map(({ who }) => who))].join('; ')}.`;
    const cautions = set.flatMap(change => change.caution ?? []);
    const fix: Fix = {
      side: 'policy',
      title: layer === 'identity' ? 'Refuse this call' : 'Keep this caller out',
      sentence: set.map(change => change.sentence).join(' ') + also,
      admits: [],
      target: targets[layer],
      policy,
      patch,
      ...(cautions.length === 0 ? {} : { caution: [...new Set(cautions)].join(' ') }),
    };
    return [
      {
        fix,
        lost: new Set(lost.map(({ who }) => who)).size,
        losesNamed: lost.some(one => one.isNamed),
        kind: Math.max(...set.map(change => kinds.indexOf(change.kind))),
      },
    ];
  });
  // Whom the policy names is meant.
  const safe = confirmed.filter(one => !one.losesNamed);
  const ordered = (safe.length > 0 ? safe : confirmed).toSorted(
    (one, other) => one.kind - other.kind || one.lost - other.lost,
  );
  const hasValue = ordered.some(one => one.kind === kinds.indexOf('value'));
  return [...nameCallers(evaluation, question, hasValue), ...ordered.map(({ fix }) => fix)].slice(0, maxFixes);
}

const kinds: readonly Change['kind'][] = ['value', 'exclusion', 'deny'];

/** Words for a statement that limits no subject, or names this one alone: only its owner knows whom it is meant for. */
function nameCallers(evaluation: Evaluation, { request, policies }: Question, hasValue: boolean): readonly Fix[] {
  const issuer = callerIssuer(request);
  const fixes = grantsOf(evaluation, policies).flatMap((grant): Fix[] => {
    const { layer, verdict } = grant;
    const where = `Statement ${verdict.index + 1}: `;
    const base = { side: 'policy', admits: [], target: targets[layer], policy: verdict.policy } as const;
    const title = 'Name the callers that you want';
    const whole = wholePrincipal(verdict, request.principal);
    const isInList = removePrincipal(grant, request.principal) !== undefined;
    // A value of the condition that can be narrowed is the smaller change.
    if (whole !== undefined && layer !== 'identity' && !isInList && !(whole.isLimited && hasValue))
      return [{ ...base, title, sentence: where + whole.advice }];
    const open = openTo(verdict, request);
    if (open !== undefined)
      return [
        {
          ...base,
          title,
          sentence: `${where}add a condition on ${open.keys} that names the ${open.who}s that you want.`,
        },
      ];
    const loose = hasValue ? undefined : looseClaim(verdict, request);
    if (loose !== undefined) {
      const [value, actual] = [matchedValue(loose), loose.actual?.[0]].map(one => JSON.stringify(one));
      return [
        {
          ...base,
          title,
          sentence: `${where}narrow ${value} in ${operatorOf(loose)} ${loose.key}: it matches ${actual}.`,
        },
      ];
    }
    if (namesExactly(verdict, request) && removal(grant, where).length === 0)
      return [
        { ...base, title, sentence: `${where}replace the value of ${issuer}:sub, which names this caller alone.` },
      ];
    return [];
  });
  return fixes.slice(0, 1);
}

/** Whether the neighbour is somebody else, and not the caller with another parameter; identity policies are of one caller only. */
const isOtherCaller = ({ key, element, isMistake, otherPrincipal }: Neighbour, layer: LayerName): boolean =>
  (key === undefined || key === SESSION_PRINCIPAL) &&
  element === undefined &&
  isMistake !== true &&
  !(layer === 'identity' && otherPrincipal === true);

/** Whether the key is the resource for which a service calls. */
const isSource = ({ key }: ConditionVerdict): boolean => key.toLowerCase() === 'aws:sourcearn';

/** The changes of one statement, the smallest first. */
function changesOf(grant: Grant, { request }: Question): readonly Change[] {
  const { verdict, document, path } = grant;
  const where = `Statement ${verdict.index + 1}: `;
  const changes: Change[] = [];
  for (const condition of verdict.conditions) {
    const at = `${path}/Condition${pointerStep(operatorOf(condition))}${pointerStep(condition.key)}`;
    const written = [valueAt(document, at) ?? []].flat().map(String);
    const value = matchedValue(condition);
    const fact = issuerFact(condition.key, request);
    const shown = `${operatorOf(condition)} ${condition.key}`;
    if (absenceOf(condition) !== undefined) changes.push(presenceChange(where, path, document, condition));
    else if (value !== undefined && fact?.claim !== 'aud' && written.length > 1 && !/[*?]/.test(value)) {
      const left = written.filter(one => one !== value);
      changes.push({
        kind: 'value',
        sentence: `${where}remove ${JSON.stringify(value)} from ${shown}.`,
        patch: [{ op: 'replace', path: at, value: left.length === 1 ? (left[0] ?? '') : left }],
      });
    } else if (value !== undefined && (isSource(condition) || condition.key.toLowerCase() === 'aws:principalarn')) {
      const names = closedArns(value, condition.actual?.[0] ?? '');
      const change = names && replacement(where, shown, at, written, value, names);
      if (change !== undefined) changes.push(isSource(condition) ? withOthers(change, names?.[0]) : change);
    } else if (value !== undefined && fact?.claim === 'sub' && fact.subjects !== undefined) {
      const subject = condition.actual?.[0] ?? '';
      const closed = closedPattern(value, subject, fact.subjects);
      const narrower = closed === undefined ? narrowerPatterns(value, subject, fact.subjects) : [closed];
      if (narrower.length > 0 && /Like/.test(condition.operator))
        changes.push(replacement(where, shown, at, written, value, narrower));
    }
  }
  if (grant.layer === 'identity') return [...resourceChange(grant, request, where), ...changes];
  const isOpen = openTo(verdict, request) !== undefined;
  const named =
    request.principal.type === 'federated' && !isOpen ? undefined : removePrincipal(grant, request.principal);
  if (named !== undefined) changes.unshift({ kind: 'value', ...named, sentence: where + named.sentence });
  if (namesExactly(verdict, request)) return [...changes, ...removal(grant, where)];
  const exclusions = exclusionsOf(request).map(one => excluding(grant, one));
  return [...changes, ...exclusions.map(one => ({ ...one, sentence: where + one.sentence, caution: EXCLUSION }))];
}

/** A value of a list becomes narrower ones. */
function replacement(
  where: string,
  element: string,
  path: string,
  written: readonly string[],
  value: string,
  narrower: readonly string[],
): Change {
  const values = written.flatMap(one => (one === value ? narrower : [one]));
  return {
    kind: 'value',
    sentence: `${where}replace ${JSON.stringify(value)} with ${narrower.map(one => JSON.stringify(one)).join(', ')} in ${element}.`,
    patch: [{ op: 'replace', path, value: values }],
  };
}

/** The resources of an identity policy by their whole names. */
function resourceChange({ document, path }: Grant, { resource }: EvaluationRequest, where: string): readonly Change[] {
  const at = `${path}/Resource`;
  const written = [valueAt(document, at) ?? []].flat().map(String);
  const value = written.find(one => matchWildcard(one, resource)) ?? '';
  const names = closedArns(value, resource);
  if (names === undefined) return [];
  return [withOthers(replacement(where, 'Resource', at, written, value, names), names[0])];
}

/** The change with what else it refuses: other names that begin like this one. */
const withOthers = (change: Change, name: string | undefined): Change => ({
  ...change,
  sentence: `${change.sentence} Other resources whose names begin with ${JSON.stringify(name)} are refused as well.`,
});

/** Whether the statement is for this subject alone: to exclude the subject would leave a statement for nobody. */
const namesExactly = ({ conditions }: StatementVerdict, request: Question['request']): boolean =>
  conditions.some(
    one =>
      issuerFact(one.key, request)?.claim === 'sub' &&
      one.expected.length === 1 &&
      !/[*?]/.test(matchedValue(one) ?? '*'),
  );

function removal({ document, path, verdict }: Grant, where: string): readonly Change[] {
  const statements = valueAt(document, '/Statement');
  if (!Array.isArray(statements) || statements.length < 2) return [];
  const sentence = `${where}remove the statement${verdict.sid === undefined ? '' : ` "${verdict.sid}"`}: it names this caller alone.`;
  return [{ kind: 'value', sentence, patch: [{ op: 'remove', path }] }];
}

/** A condition that is true for an absent key becomes one that requires it. */
function presenceChange(where: string, path: string, document: Json, { key }: ConditionVerdict): Change {
  const block = `${path}/Condition/Null`;
  const patch: PatchOperation =
    valueAt(document, block) === undefined
      ? { op: 'add', path: block, value: { [key]: 'false' } }
      : { op: 'add', path: block + pointerStep(key), value: 'false' };
  return { kind: 'value', sentence: `${where}add Null ${key} "false": the key must be present.`, patch: [patch] };
}
