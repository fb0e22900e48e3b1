/**
 * Explains an allow that should not be: which value lets the caller in, and the smallest changes that keep it out and keep the others in.
 * Every change is confirmed by the evaluator and evaluated for the neighbours of the caller.
 */
import { pointerStep } from '../../../kernel/json.ts';
import type {
  ConditionVerdict,
  Evaluation,
  Fix,
  Json,
  JsonObject,
  LayerName,
  LayerVerdict,
  PatchOperation,
  Principal,
  StatementVerdict,
} from '../../decision.ts';
import { evaluate, type PolicySet } from '../../evaluate.ts';
import { matchWildcard } from '../../match.ts';
import { allowsAll, applyEdit, replacePolicy, targets } from '../edited.ts';
import { callerIssuer, issuerFact } from '../key-roles.ts';
import { policiesOf } from '../near-misses.ts';
import type { Neighbour } from '../neighbour.ts';
import { neighboursOf } from '../neighbours.ts';
import { valueAt } from '../patch.ts';
import { SESSION_PRINCIPAL } from '../principal-neighbours.ts';
import type { Question } from '../question.ts';
import { removePrincipal, wholePrincipal } from './principals.ts';
import { closedPattern, type Exclusion, exclusionsOf, narrowerPatterns } from './subjects.ts';

/** Maximum number of changes that are proposed. */
const maxFixes = 3;

/** A statement that lets the caller in, with its place in the document. */
interface Grant {
  readonly layer: LayerName;
  readonly verdict: StatementVerdict;
  readonly document: Json;
  readonly path: string;
}

/** A change of one statement or policy: of the value that lets the caller in, by an exclusion, or by a statement that denies. */
interface Change {
  readonly kind: 'value' | 'exclusion' | 'deny';
  readonly sentence: string;
  readonly patch: readonly PatchOperation[];
  readonly caution?: string;
}

/** The layer whose policies let the caller in: the policy of the resource, else the identity policies. */
function grantsOf({ layers }: Evaluation, policies: PolicySet): readonly Grant[] {
  const applies = (one: StatementVerdict): boolean => one.applies && one.effect === 'Allow';
  const isGranting = (name: LayerName) => (one: LayerVerdict) => one.layer === name && one.statements.some(applies);
  const names: readonly LayerName[] = ['trust', 'resource', 'identity'];
  const layer = names.map(name => layers.find(isGranting(name))).find(one => one !== undefined);
  return (layer?.statements ?? []).filter(applies).flatMap(verdict => {
    const document = layer && policiesOf(policies, layer.layer)[verdict.policy]?.document;
    if (layer === undefined || document === undefined) return [];
    const path = Array.isArray(document['Statement']) ? `/Statement/${verdict.index}` : '/Statement';
    return [{ layer: layer.layer, verdict, document, path }];
  });
}

/** Which values let the caller in, one sentence for each statement. */
export function grantSentences(evaluation: Evaluation, { request, policies }: Question): readonly string[] {
  const issuer = callerIssuer(request);
  return grantsOf(evaluation, policies).map(({ verdict }) => {
    const name = verdict.sid === undefined ? `Statement ${verdict.index + 1}` : `Statement "${verdict.sid}"`;
    const matched = verdict.conditions.flatMap(condition => {
      const value = matchedValue(condition);
      const why =
        value === undefined
          ? absenceOf(condition)
          : ` has ${JSON.stringify(value)}, which matches ${JSON.stringify(condition.actual?.[0] ?? '')}`;
      return why === undefined ? [] : [`${operatorOf(condition)} ${condition.key}${why}`];
    });
    const open = isOpen(verdict, request)
      ? [`no condition limits the subject, so every subject of ${issuer} is let in`]
      : [];
    const reasons = [...principalReason(verdict, request.principal), ...matched, ...open];
    return reasons.length === 0
      ? `${name} lets this caller in without a condition.`
      : `${name} lets this caller in: ${reasons.join('; ')}.`;
  });
}

/** A principal that stands for many. */
const principalReason = ({ principal: { why } }: StatementVerdict, principal: Principal): readonly string[] => {
  if (why['by'] === 'account' && 'account' in principal)
    return [`Principal has account ${principal.account} as a whole`];
  return why['by'] === 'everyone' ? ['Principal has "*"'] : [];
};

const operatorOf = ({ qualifier, operator }: ConditionVerdict): string =>
  qualifier === null ? operator : `${qualifier}:${operator}`;

/** The policy value that matches the value of the request. */
const matchedValue = ({ expected, actual, operator }: ConditionVerdict): string | undefined =>
  /Not/.test(operator) || actual === null
    ? undefined
    : expected.find(value =>
        actual.some(one => (/Like|Arn/.test(operator) ? matchWildcard(value, one) : value === one)),
      );

const absenceOf = ({ actual, why }: ConditionVerdict): string | undefined =>
  actual === null && /^key-absent-(?:if-exists|for-all-values|negated)$/.test(why.code)
    ? ' is true because the request context does not contain the key'
    : undefined;

const limitsSubject = (condition: ConditionVerdict, request: Question['request']): boolean => {
  const fact = issuerFact(condition.key, request);
  return fact !== undefined && fact.claim !== 'aud' && fact.claim !== 'oaud' && condition.actual !== null;
};

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
    one => isOtherCaller(one, layer) && allowsAll(one.request, call, policies),
  );
  const { policy } = first.verdict;
  const old = policiesOf(policies, layer)[policy];
  const confirmed = [...sets, ...(deny === undefined ? [] : [[deny]])].flatMap(set => {
    const patch = set.flatMap(change => change.patch);
    const edited = old === undefined ? undefined : applyEdit(old, patch);
    if (edited === undefined) return [];
    const after = replacePolicy(policies, layer, policy, edited);
    if (evaluate({ ...request, action: call[0] ?? request.action }, after).allowed) return [];
    const lost = inside.filter(one => !allowsAll(one.request, call, after));
    const also = lost.length === 0 ? '' : ` It also keeps out ${lost.map(({ who }) => who).join('; ')}.`;
    const cautions = set.flatMap(change => change.caution ?? []);
    const fix: Fix = {
      side: 'policy',
      title: 'Keep this caller out',
      sentence: set.map(change => change.sentence).join(' ') + also,
      admits: [],
      target: targets[layer],
      policy,
      patch,
      ...(cautions.length === 0 ? {} : { caution: [...new Set(cautions)].join(' ') }),
    };
    return [{ fix, lost: lost.length, kind: Math.max(...set.map(change => kinds.indexOf(change.kind))) }];
  });
  const ordered = confirmed.toSorted((one, other) => one.kind - other.kind || one.lost - other.lost);
  return [...nameCallers(evaluation, question), ...ordered.map(({ fix }) => fix)].slice(0, maxFixes);
}

const kinds: readonly Change['kind'][] = ['value', 'exclusion', 'deny'];

/** Words for a statement that limits no subject, or names this one alone: only its owner knows whom it is meant for. */
function nameCallers(evaluation: Evaluation, { request, policies }: Question): readonly Fix[] {
  const issuer = callerIssuer(request);
  const fixes = grantsOf(evaluation, policies).flatMap((grant): Fix[] => {
    const { layer, verdict } = grant;
    const where = `Statement ${verdict.index + 1}: `;
    const base = { side: 'policy', admits: [], target: targets[layer], policy: verdict.policy } as const;
    const title = 'Name the callers that you want';
    const whole = wholePrincipal(verdict, request.principal);
    const isInList = removePrincipal(verdict, grant.document, grant.path, request.principal) !== undefined;
    if (whole !== undefined && layer !== 'identity' && !isInList) return [{ ...base, title, sentence: where + whole }];
    if (isOpen(verdict, request))
      return [
        { ...base, title, sentence: `${where}add a condition on ${issuer}:sub that names the subjects that you want.` },
      ];
    if (namesExactly(verdict, request) && removal(grant, where).length === 0)
      return [
        { ...base, title, sentence: `${where}replace the value of ${issuer}:sub, which names this caller alone.` },
      ];
    return [];
  });
  return fixes.slice(0, 1);
}

const isOpen = ({ conditions }: StatementVerdict, request: Question['request']): boolean =>
  callerIssuer(request) !== undefined && !conditions.some(one => limitsSubject(one, request));

/** Whether the neighbour is somebody else, and not the caller with another parameter; identity policies are of one caller only. */
const isOtherCaller = ({ key, element, isMistake, otherPrincipal }: Neighbour, layer: LayerName): boolean =>
  (key === undefined || key === SESSION_PRINCIPAL) &&
  element === undefined &&
  isMistake !== true &&
  !(layer === 'identity' && otherPrincipal === true);

const EXCLUSION = 'An exclusion lets in everybody else. To name the callers that you want is safer.';

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
    } else if (value !== undefined && fact?.claim === 'sub' && fact.subjects !== undefined) {
      const subject = condition.actual?.[0] ?? '';
      const closed = closedPattern(value, subject, fact.subjects);
      const narrower = closed === undefined ? narrowerPatterns(value, subject, fact.subjects) : [closed];
      const values = written.flatMap(one => (one === value ? narrower : [one]));
      if (narrower.length > 0 && /Like/.test(condition.operator))
        changes.push({
          kind: 'value',
          sentence: `${where}replace ${JSON.stringify(value)} with ${narrower.map(one => JSON.stringify(one)).join(', ')} in ${shown}.`,
          patch: [{ op: 'replace', path: at, value: values }],
        });
    }
  }
  if (grant.layer === 'identity') return changes;
  const named = removePrincipal(verdict, document, path, request.principal);
  if (named !== undefined) changes.unshift({ kind: 'value', ...named, sentence: where + named.sentence });
  if (namesExactly(verdict, request)) return [...changes, ...removal(grant, where)];
  const exclusions = exclusionsOf(request).map(one => excluding(grant, one));
  return [...changes, ...exclusions.map(one => ({ ...one, sentence: where + one.sentence, caution: EXCLUSION }))];
}

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

/** A condition that excludes callers from the statement. */
function excluding({ path, document }: Grant, { operator, key, value }: Exclusion): Change {
  const block = `${path}/Condition`;
  const target = block + pointerStep(operator);
  const sentence = `add ${operator} ${key} ${JSON.stringify(value)}.`;
  if (valueAt(document, block) === undefined)
    return {
      kind: 'exclusion',
      sentence,
      patch: [{ op: 'add', path: block, value: { [operator]: { [key]: value } } }],
    };
  if (valueAt(document, target) === undefined)
    return { kind: 'exclusion', sentence, patch: [{ op: 'add', path: target, value: { [key]: value } }] };
  const old = valueAt(document, target + pointerStep(key));
  if (old === undefined)
    return { kind: 'exclusion', sentence, patch: [{ op: 'add', path: target + pointerStep(key), value }] };
  return {
    kind: 'exclusion',
    sentence,
    patch: [{ op: 'replace', path: target + pointerStep(key), value: [...[old].flat(), value] }],
  };
}

/** An explicit deny for this caller; of an identity policy, for this action on this resource. */
function denyStatement({ layer, document, verdict }: Grant, { request }: Question): Change | undefined {
  const [who] = exclusionsOf(request);
  const { principal, action, resource } = request;
  const base = { Effect: 'Deny', Action: action, ...(layer === 'trust' ? {} : { Resource: resource }) };
  if (layer !== 'identity' && who === undefined) return undefined;
  const caller: JsonObject =
    layer === 'identity' || who === undefined
      ? {}
      : principal.type === 'federated'
        ? {
            Principal: { Federated: principal.provider },
            Condition: { [who.operator.replace('Not', '')]: { [who.key]: who.value } },
          }
        : { Principal: { AWS: who.value } };
  const statement: Json = { ...base, ...caller };
  const whom =
    layer === 'identity' || who === undefined ? `on ${resource}` : `to ${JSON.stringify(who.value)} (${who.key})`;
  const old = valueAt(document, '/Statement') ?? [];
  const patch: PatchOperation = Array.isArray(old)
    ? { op: 'add', path: '/Statement/-', value: statement }
    : { op: 'replace', path: '/Statement', value: [old, statement] };
  const place = verdict.policy === 0 ? '' : ` to policy ${verdict.policy + 1}`;
  return {
    kind: 'deny',
    sentence: `Add a statement${place} that denies ${action} ${whom}.`,
    patch: [patch],
    caution: EXCLUSION,
  };
}
