/** Near misses of the Condition element: absent keys and values that differ. */
import { pointerStep } from '../../kernel/json.ts';
import { nearest } from '../../kernel/text.ts';
import { parseOperator } from '../conditions.ts';
import { contextKey, contextKeys } from '../context-keys.ts';
import type { ConditionVerdict, PatchOperation, Why } from '../decision.ts';
import type { CompiledPolicy } from '../document.ts';
import { areOpposed } from '../fixed-values.table.ts';
import { matchWildcard } from '../match.ts';
import { claimsOf, exposedClaims } from '../provider-claims.ts';
import { type Assessment, assessValue } from './assess-value.ts';
import { type ConditionCase, hasOpposite, holdsAs, move, sendAs } from './condition-case.ts';
import { callerIssuer, isChosenByCaller, issuerFact } from './key-roles.ts';
import { principalArnMiss } from './near-arns.ts';
import type { Edit, ElementMiss, StatementCase } from './near-miss.ts';
import { operatorMiss, periodMiss } from './near-operators.ts';
import { choiceMiss, idMiss, subjectSend } from './near-subjects.ts';
import { type ValueMiss, valueMiss } from './near-values.ts';
import { applyPatch, valueAt } from './patch.ts';
import { inSentence, variableIn } from './sends.ts';
import { editsFor } from './value-edits.ts';

/** Maximum number of values of each side that are compared pairwise. */
const maxValues = 10;
/** Maximum number of names that are compared with a misspelled one. */
const maxNames = 200;

/** The near miss of one condition; undefined when it did not decide, or nothing close is known. */
export function conditionMiss(statement: StatementCase, condition: ConditionVerdict): ElementMiss | undefined {
  const { verdict, path } = statement;
  const prefix = condition.qualifier === null ? '' : `${condition.qualifier}:`;
  const spelling = prefix + condition.operator;
  const written = parseOperator(spelling);
  if (written === undefined) return undefined;
  const blockPath = `${path}/Condition`;
  const keyPath = blockPath + pointerStep(spelling) + pointerStep(condition.key);
  const fact = issuerFact(condition.key, statement.request);
  const one: ConditionCase = { ...statement, condition, spelling, written, blockPath, keyPath, fact };
  if (condition.why.code === 'key-absent-for-all-values') return forAllValuesMiss(one);
  // A false condition keeps an Allow from applying; a true one makes a Deny apply.
  if (condition.ok === (verdict.effect === 'Allow')) return undefined;
  if (written.operator.family === 'null') return presenceMiss(one);
  if (condition.actual === null) return absentMiss(one);
  if (condition.why.code === 'multivalued-key') return multivaluedMiss(one);
  return versionMiss(one) ?? audienceMiss(one) ?? otherKeyMiss(one) ?? valuesMiss(one);
}

/** The value decided: compared with an operator for other values, outside a period, or different. */
const valuesMiss = (one: ConditionCase): ElementMiss | undefined =>
  operatorMiss(one) ?? periodMiss(one) ?? variableMiss(one) ?? pairMiss(one);

/** ForAllValues is true for an absent key; a Deny that applies for that reason is fixed by a condition that the key is present. */
function forAllValuesMiss(one: ConditionCase): ElementMiss {
  const { condition, blockPath, policy, verdict } = one;
  const why: Why = { code: 'for-all-values-absent', key: condition.key, operator: one.spelling };
  if (verdict.effect === 'Allow') return { path: one.keyPath, why };
  const send = sendAs(one, condition.expected[0] ?? '');
  const target = `${blockPath}/Null`;
  const exists = valueAt(policy.document, target) !== undefined;
  const patch: readonly PatchOperation[] = exists
    ? [{ op: 'add', path: target + pointerStep(condition.key), value: 'false' }]
    : [{ op: 'add', path: target, value: { [condition.key]: 'false' } }];
  return { path: one.keyPath, why, edits: [{ patch, widens: true }], send };
}

function multivaluedMiss(one: ConditionCase): ElementMiss {
  const { condition, spelling, keyPath } = one;
  const better = `${one.written.operator.negated ? 'ForAllValues' : 'ForAnyValue'}:${spelling}`;
  const why: Why = { code: 'multivalued-key', key: condition.key, operator: spelling, better };
  return { path: keyPath, why, edits: move(one, better, condition.key) };
}

/** Null decided: the key has to be in the request, or must not be in it. */
function presenceMiss({ condition, keyPath, spelling }: ConditionCase): ElementMiss {
  const { key, actual } = condition;
  return { path: keyPath, why: { code: actual === null ? 'key-required' : 'key-prohibited', key, operator: spelling } };
}

/** Keys that are not in the request: misspelled, or never present. */
function absentMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, keyPath, request, fact } = one;
  const { key } = condition;
  const rename = (code: string, better: string): ElementMiss => renamed(one, code, better);
  const present = (name: string): string | undefined => (request.context.has(name.toLowerCase()) ? name : undefined);
  const bare = key.replace(/^https?:\/\//i, '');
  if (bare !== key && present(bare) !== undefined) return rename('key-with-scheme', bare);
  if (fact !== undefined) {
    const { issuer, claim } = fact;
    const other = issuer.endsWith('/') ? `${issuer.slice(0, -1)}:${claim}` : `${issuer}/:${claim}`;
    if (present(other) !== undefined) return rename('key-trailing-slash', other);
    if (claim === 'iss') return { path: keyPath, why: { code: 'issuer-as-key', key } };
    const hidden = claimsOf(issuer)?.hidden;
    if (hidden?.has(claim) === true) {
      const instead = hidden.get(claim);
      return {
        path: keyPath,
        why: { code: 'claim-not-exposed', key, claim, better: instead && `${issuer}:${instead}` },
      };
    }
  }
  const issuer = callerIssuer(request);
  // The statement is for another provider: its conditions are right for that one.
  if (fact !== undefined && isTrusted(one, fact.issuer)) {
    const why: Why = { code: 'key-of-other-issuer', key, better: `${issuer}:${fact.claim}` };
    const send = sendAs(one, condition.expected[0] ?? '');
    // The principal says it already where it does not match.
    const how = one.verdict.principal.ok ? `Use a token of ${fact.issuer}; ${inSentence(send.how)}` : send.how;
    return { path: keyPath, why, send: { side: 'workflow', how } };
  }
  const close = nearest(key, [...request.context.keys()].filter(isPossibleSpelling(one)).slice(0, maxNames), 2);
  if (close !== undefined) return rename('key-spelling', spelled(close, issuer));
  if (fact !== undefined) {
    const elsewhere = [...request.context.keys()].find(name => issuerFact(name, request)?.claim === fact.claim);
    if (elsewhere !== undefined) return rename('key-of-other-issuer', spelled(elsewhere, issuer));
    if (contextKey(key) === undefined) {
      const claims = exposedClaims(fact.issuer);
      if (!claims.includes(fact.claim))
        return { path: keyPath, why: { code: 'claim-not-exposed', key, claim: fact.claim, claims } };
    }
  }
  return otherKeyMiss(one) ?? neverPresent(one);
}

/** Whether the statement names the provider of another issuer than the caller's. */
const isTrusted = ({ policy, verdict, request }: ConditionCase, issuer: string): boolean =>
  issuer.toLowerCase() !== callerIssuer(request)?.toLowerCase() &&
  [...(policy.statements[verdict.index]?.principals?.federated ?? [])].some(name =>
    name.toLowerCase().endsWith(`oidc-provider/${issuer.toLowerCase()}`),
  );

/** The condition under the right key; a value that differs as well is corrected with it, or has to be sent. */
function renamed(one: ConditionCase, code: string, better: string): ElementMiss {
  const { condition, keyPath, spelling, policy, request, blockPath } = one;
  const [rename] = move(one, spelling, better);
  const why: Why = { code, key: condition.key, better };
  const document = rename && applyPatch(policy.document, rename.patch);
  if (rename === undefined || document === undefined || holdsAs(one, spelling, better))
    return { path: keyPath, why, edits: rename === undefined ? [] : [rename] };
  const actual = [request.context.get(better.toLowerCase()) ?? []].flat();
  const miss = valuesMiss({
    ...one,
    condition: { ...condition, key: better, actual },
    policy: { ...policy, document: document as CompiledPolicy['document'] },
    keyPath: blockPath + pointerStep(spelling) + pointerStep(better),
    fact: issuerFact(better, request),
  });
  const after = (edit: Edit): Edit => ({ ...edit, patch: [...rename.patch, ...edit.patch] });
  const send = miss?.send && { ...miss.send, correction: after(miss.send.correction ?? { patch: [], widens: false }) };
  return { path: keyPath, ...miss, why: { ...miss?.why, ...why }, edits: (miss?.edits ?? []).map(after), send };
}

/** The key of a context, whose names are in lower case, as AWS and the provider write it. */
const spelled = (name: string, issuer: string | undefined): string =>
  issuer !== undefined && name.startsWith(`${issuer.toLowerCase()}:`)
    ? issuer + name.slice(issuer.length)
    : (contextKeys.find(row => row.key.toLowerCase() === name)?.key ?? name);

/** Names that the key may be a misspelling of: for a key that exists, only the same claim of a similarly spelled issuer. */
function isPossibleSpelling({ condition, fact, request }: ConditionCase): (name: string) => boolean {
  if (contextKey(condition.key) === undefined) return () => true;
  return name => fact !== undefined && issuerFact(name, request)?.claim === fact.claim;
}

/** A key of the service that is called, whose keys are not in the table. */
const isServiceKey = (key: string, action: string): boolean =>
  key.toLowerCase().startsWith(action.slice(0, action.indexOf(':') + 1).toLowerCase());

/** Uses the table of keys: the key is unknown, never present for this caller or action, or only absent now. */
function neverPresent(one: ConditionCase): ElementMiss | undefined {
  const { condition, keyPath, request, fact } = one;
  const row = contextKey(condition.key);
  const send = sendAs(one, condition.expected[0] ?? '');
  if (row === undefined && fact === undefined)
    return isServiceKey(condition.key, request.action)
      ? { path: keyPath, why: { code: 'key-of-service', key: condition.key }, send }
      : { path: keyPath, why: { code: 'key-unknown', key: condition.key } };
  const { type } = request.principal;
  const base = { key: condition.key, when: row?.when ?? 'when the token has the claim' };
  if (row?.callers !== undefined && !row.callers.includes(type)) {
    return { path: keyPath, why: { code: 'key-not-for-caller', caller: type, ...base } };
  }
  if (row?.actions !== undefined && !row.actions.includes(request.action.toLowerCase())) {
    return { path: keyPath, why: { code: 'key-not-in-action', action: request.action, ...base } };
  }
  return { path: keyPath, why: { code: 'key-absent-now', ...base }, send };
}

/** `${…}` in a policy without Version 2012-10-17 is literal text. */
function versionMiss({ condition, policy, keyPath }: ConditionCase): ElementMiss | undefined {
  if (policy.version === '2012-10-17' || !condition.expected.some(value => value.includes('${'))) return undefined;
  const written = condition.expected.find(value => value.includes('${')) ?? '';
  const patch: readonly PatchOperation[] = [{ op: 'add', path: '/Version', value: '2012-10-17' }];
  const why: Why = { code: 'variables-need-version', expected: written };
  return { path: keyPath, why, edits: [{ patch, widens: false }] };
}

/** A variable that the request has no value for. */
function variableMiss({ condition, keyPath, spelling, request }: ConditionCase): ElementMiss | undefined {
  if (condition.why.code !== 'variable-without-value') return undefined;
  const unresolved = variableIn(condition.expected.find(value => value.includes('${')) ?? '', request);
  const why: Why = { code: 'variable-without-value', key: condition.key, operator: spelling, ...unresolved };
  return { path: keyPath, why };
}

/** `<issuer>:aud` holds the authorized party (`azp`) when the token has one; the audience itself is `<issuer>:oaud`. */
function audienceMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, request, keyPath, fact } = one;
  if (fact?.claim !== 'aud') return undefined;
  const better = `${condition.key.slice(0, -3)}oaud`;
  const audience = request.context.get(better.toLowerCase());
  if (typeof audience !== 'string' || !condition.expected.some(value => matchWildcard(value, audience)))
    return undefined;
  const why: Why = { code: 'aud-against-azp', key: condition.key, better, actual: condition.actual?.[0], audience };
  return { path: keyPath, why, edits: move(one, one.spelling, better) };
}

/**
 * The policy value is that of another key of the issuer: a subject under `aud`, an audience under `sub`. The condition moves to that key
 * only when the present one keeps a condition, so that nothing is left open.
 */
function otherKeyMiss(one: ConditionCase): ElementMiss | undefined {
  const { condition, request, fact, keyPath, spelling, policy } = one;
  const [expected] = condition.expected;
  if (fact === undefined || expected === undefined || condition.expected.length > 1 || /^[*?]*$/.test(expected))
    return undefined;
  const prefix = `${fact.issuer.toLowerCase()}:`;
  const better = [...request.context.keys()].find(
    name =>
      name !== condition.key.toLowerCase() &&
      name !== `${prefix}oaud` &&
      name.startsWith(prefix) &&
      [request.context.get(name) ?? []].flat().some(value => matchWildcard(expected, value)),
  );
  if (better === undefined) return undefined;
  const key = fact.issuer + better.slice(fact.issuer.length);
  const why: Why = { code: 'value-of-other-key', key: condition.key, operator: spelling, expected, better: key };
  const audience = condition.actual?.[0];
  const target = one.blockPath + pointerStep(spelling) + pointerStep(key);
  if (fact.claim !== 'aud' || audience === undefined || valueAt(policy.document, target) !== undefined)
    return { path: keyPath, why };
  const patch: readonly PatchOperation[] = [
    { op: 'replace', path: keyPath, value: audience },
    { op: 'add', path: target, value: expected },
  ];
  return { path: keyPath, why, edits: [{ patch, widens: false }] };
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
