/** Near misses of condition values: of another type, outside a period, without a value, or different. */
import type { Why } from '../decision.ts';
import { areOpposed } from '../fixed-values.table.ts';
import { matchWildcard } from '../match.ts';
import { type Assessment, assessValue } from './assess-value.ts';
import { type ConditionCase, hasOpposite, holdsAs, move, sendAs } from './condition-case.ts';
import { isChosenByCaller } from './key-roles.ts';
import { principalArnMiss } from './near-arns.ts';
import type { ElementMiss } from './near-miss.ts';
import { operatorMiss, periodMiss } from './near-operators.ts';
import { choiceMiss, idMiss, subjectSend } from './near-subjects.ts';
import { type ValueMiss, valueMiss } from './near-values.ts';
import { variableIn } from './sends.ts';
import { editsFor } from './value-edits.ts';

/** Maximum number of values of each side that are compared pairwise. */
const maxValues = 10;

/** The value decided: compared with an operator for other values, outside a period, or different. */
export const valuesMiss = (one: ConditionCase): ElementMiss | undefined =>
  operatorMiss(one) ?? periodMiss(one) ?? variableMiss(one) ?? pairMiss(one);

/** A variable that the request has no value for. */
function variableMiss({ condition, keyPath, spelling, request }: ConditionCase): ElementMiss | undefined {
  if (condition.why.code !== 'variable-without-value') return undefined;
  const unresolved = variableIn(condition.expected.find(value => value.includes('${')) ?? '', request);
  const why: Why = { code: 'variable-without-value', key: condition.key, operator: spelling, ...unresolved };
  return { path: keyPath, why };
}

const likeOperators: ReadonlyMap<string, string> = new Map([
  ['StringEquals', 'StringLike'],
  ['StringNotEquals', 'StringNotLike'],
]);

/** A policy value compared with a value of the request. */
interface Pair {
  readonly expected: string;
  readonly actual: string;
  readonly miss: ValueMiss | undefined;
  readonly assessment: Assessment;
}

/** What decides about a list of values: a mistake that can be corrected, else a value that is easily confused, else one for others. */
const ranks: readonly Assessment['type'][] = ['mistake', 'unclear', 'others'];

function pairMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, written, keyPath, spelling, verdict, policy, blockPath, fact } = one;
  const { key } = condition;
  const { family, name, negated } = written.operator;
  const send = sendAs(one, condition.expected[0] ?? '');
  const base = { key, operator: spelling, expected: condition.expected[0] ?? '', actual: condition.actual?.[0] ?? '' };
  // A matching value decided, not a differing one.
  if (negated === (verdict.effect === 'Allow'))
    return {
      path: keyPath,
      why: { code: 'excluded-value', ...base },
      ...(hasOpposite(written.operator) ? { send } : {}),
    };
  if (family !== 'string' && family !== 'arn') return { path: keyPath, why: { code: 'not-near', ...base }, send };
  const pairs = pairsOf(one);
  const best = pairs.toSorted((a, b) => ranks.indexOf(a.assessment.type) - ranks.indexOf(b.assessment.type))[0];
  if (best === undefined) return { path: keyPath, why: { code: 'other-value', ...base }, send };
  const isLive = ({ assessment }: Pair): boolean => assessment.type !== 'others' || assessment.isDead !== true;
  const live = pairs.some(isLive) ? pairs.filter(isLive) : pairs;
  const told =
    best.assessment.type === 'others' ? (live.find(pair => pair.miss !== undefined) ?? live[0] ?? best) : best;
  const like = name.endsWith('Like') || family === 'arn' ? name : likeOperators.get(name);
  const why: Why = {
    ...(told.miss?.why ?? { code: 'other-value', expected: told.expected, actual: told.actual }),
    key,
    operator: spelling,
    better: spelling.replace(name, like ?? 'StringLike'),
  };
  const likeSpelling = like === undefined ? undefined : spelling.replace(name, like);
  // A wildcard under an operator without wildcards: no request has such a value, and the policy has to be corrected before.
  const isStarred = /[*?]/.test(told.expected) && likeSpelling !== undefined && likeSpelling !== spelling;
  const instead = isStarred ? sendAs(one, told.expected, { spelling: likeSpelling }) : sendAs(one, told.expected);
  // A value that the caller chooses is no proof: whoever knows it is let in.
  if (fact === undefined && isChosenByCaller(key)) {
    const isMeant = isStarred && holdsAs(one, likeSpelling);
    return {
      path: keyPath,
      why,
      ...(isMeant ? { edits: move(one, likeSpelling, key), dead: true } : { send: instead }),
    };
  }
  const place = {
    document: policy.document,
    path: keyPath,
    condition: { block: blockPath, place: { spelling, key }, like: likeSpelling },
  };
  const edits = editsFor(best.assessment, { ...place, written: best.expected });
  const { assessment } = best;
  // A value for others beside it is right: the job can be changed to that one.
  const isDead = pairs.every(pair => pair.assessment.type === 'others' && pair.assessment.isDead === true);
  const isWildcard = family === 'arn' || name.endsWith('Like');
  const job = subjectSend(one, told.actual, isWildcard, { ...place, written: told.expected });
  const isAccepted = fact?.claim !== 'aud' || one.audiences === undefined || one.audiences.includes(told.expected);
  return {
    path: keyPath,
    why,
    edits,
    unclear: assessment.type === 'unclear',
    dead: isDead,
    ...(assessment.type === 'mistake' || isDead || !isAccepted ? {} : { send: job ?? instead }),
  };
}

function pairsOf({ condition, written, fact, audiences }: ConditionCase): readonly Pair[] {
  const { family, name } = written.operator;
  const wildcards = family === 'arn' || name.endsWith('Like');
  const isMatch = (expected: string, actual: string): boolean =>
    wildcards ? matchWildcard(expected, actual) : expected === actual;
  const values = condition.expected.slice(0, maxValues);
  const actuals = (condition.actual ?? []).slice(0, maxValues);
  // Of several values of the request, those that none of the policy matches decided.
  const others = actuals.filter(actual => !values.some(expected => isMatch(expected, actual)));
  const pairs: Pair[] = [];
  for (const expected of values) {
    for (const actual of others.length > 0 ? others : actuals) {
      const found =
        principalArnMiss(condition.key, expected, actual) ??
        idMiss(fact, expected, actual) ??
        choiceMiss(fact, expected, actual, wildcards) ??
        valueMiss({ expected, actual, wildcards });
      const isOther = areOpposed(condition.key, expected, actual) && found?.why.code === 'close-spelling';
      const miss = isOther || (name.includes('IgnoreCase') && found?.why.code === 'letter-case') ? undefined : found;
      const assessment = assessValue({ expected, actual, wildcards, key: condition.key, fact, audiences, miss });
      pairs.push({ expected, actual, miss, assessment });
    }
  }
  return pairs;
}
