/** Explains a decision in sentences, most decisive first, and describes the proposed fixes. Only this file turns codes into text. */
import { readPointer } from '../../kernel/json.ts';
import type {
  ConditionVerdict,
  Evaluation,
  EvaluationRequest,
  Fix,
  LayerName,
  LayerVerdict,
  Principal,
  StatementVerdict,
  Why,
} from '../decision.ts';
import type { PolicySet } from '../evaluate.ts';
import { findFixes } from './fixes.ts';
import type { NearMiss } from './near-miss.ts';
import { countMismatches, nearMisses } from './near-misses.ts';
import { conditionSentences, nearMissSentences, reasonSentences } from './sentences.ts';

/** The input of the evaluation, for near misses and fixes; without it, `explain` describes the verdicts alone. */
export interface Question {
  readonly request: EvaluationRequest;
  readonly policies: PolicySet;
}

export interface Explanation {
  /** One sentence each, most decisive first. */
  readonly explanation: readonly string[];
  /** Edits with which the evaluator allows the request. */
  readonly fixes: readonly Fix[];
}

const layerNames: Readonly<Record<LayerName, string>> = {
  trust: "the role's trust policy",
  resource: 'the resource policy',
  identity: 'the identity policies',
  boundary: 'the permissions boundary',
  session: 'the session policies',
  scp: 'the service control policies',
  rcp: 'the resource control policies',
};

/** Order of layers in an explanation: first the ones that must allow (trust policy, limits), last the resource policy. */
const layerOrder: readonly LayerName[] = ['trust', 'scp', 'rcp', 'boundary', 'session', 'identity', 'resource'];

/** Maximum number of statements that are explained one by one. */
const maxStatements = 3;

/** Explains an evaluation. It costs many times the evaluation itself: call it only when the explanation is needed. */
export function explain(evaluation: Evaluation, question?: Question): Explanation {
  const misses =
    question === undefined
      ? []
      : evaluation.layers.flatMap(layer =>
          isRelevant(evaluation, layer) ? nearMisses(layer, question.request, question.policies) : [],
        );
  const sentences = evaluation.allowed ? allowSentences(evaluation, misses) : denialSentences(evaluation, misses);
  const fixes =
    question === undefined ? [] : findFixes(evaluation, misses, question.request, question.policies).map(fixOf);
  return { explanation: [...new Set(sentences)], fixes };
}

const fixOf = ({ misses, ...fix }: ReturnType<typeof findFixes>[number]): Fix => ({
  sentence: misses.map(miss => fixSentence(miss)).join(' '),
  ...fix,
});

/** Whether the layer contributed to the result. */
const isRelevant = ({ allowed, reason }: Evaluation, { outcome }: LayerVerdict): boolean =>
  allowed ? outcome === 'allowed' : outcome === reason;

/** `statement "Sid" of policy 2`; the first policy of a layer has no number. */
const nameOf = ({ sid, index, policy }: StatementVerdict): string =>
  (sid ? `statement "${sid}"` : `statement ${index + 1}`) + (policy === 0 ? '' : ` of policy ${policy + 1}`);
const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function callerOf(principal: Principal): string {
  if ('arn' in principal) return principal.arn;
  if (principal.type === 'federated') return `a caller from ${principal.provider}`;
  if (principal.type === 'service') return principal.service;
  return principal.type === 'account' ? `account ${principal.account}` : 'an anonymous caller';
}

function allowSentences({ action, layers, principal }: Evaluation, misses: readonly NearMiss[]): string[] {
  const sentences: string[] = [];
  for (const { layer, outcome, statements } of layers) {
    const grant = statements.find(statement => statement.applies && statement.effect === 'Allow');
    if (outcome !== 'allowed' || grant === undefined) continue;
    sentences.push(`Allowed: ${nameOf(grant)} of ${layerNames[layer]} allows ${action} to ${callerOf(principal)}.`);
  }
  if (sentences.length === 0) sentences.push(`Allowed: no policy restricts ${action} for ${callerOf(principal)}.`);
  // An Allow that applies because a key is absent deserves a warning.
  for (const miss of misses) if (miss.why.code === 'for-all-values-absent') sentences.push(sentenceOf(miss));
  return sentences;
}

function denialSentences({ action, reason, layers, principal }: Evaluation, misses: readonly NearMiss[]): string[] {
  const sentences: string[] = [];
  const decisive = [...layers].sort((a, b) => layerOrder.indexOf(a.layer) - layerOrder.indexOf(b.layer));
  for (const { layer, outcome, statements } of decisive) {
    if (outcome !== reason) continue;
    if (outcome === 'explicit-deny') {
      for (const statement of statements) {
        if (!statement.applies || statement.effect !== 'Deny') continue;
        sentences.push(
          `Denied: ${nameOf(statement)} of ${layerNames[layer]} explicitly denies ${action}${reasonsOf(statement)}.`,
        );
      }
    } else {
      const closest = closestAllows(statements);
      const parts = closest.map(statement => statementSentences(layer, statement, misses, closest.length > 1));
      sentences.push(
        ...parts.flatMap(({ near }) => near),
        `Denied: no statement of ${layerNames[layer]} allows ${action} to ${callerOf(principal)}.`,
        ...delegation(layer, layers),
        ...parts.flatMap(({ rest }) => rest),
      );
    }
    if (outcome === 'explicit-deny') sentences.push(...misses.filter(miss => miss.layer === layer).map(sentenceOf));
  }
  if (sentences.length === 0) {
    sentences.push(
      'arn' in principal
        ? `Denied: ${callerOf(principal)} is not in the account that owns the resource, so a resource policy must allow ${action} as well, and the resource has none.`
        : `Denied: only a resource policy can allow ${action} to ${callerOf(principal)}, and the resource has none.`,
    );
  }
  return sentences;
}

/** Why identity policies must allow the action although the resource policy allows it. */
function delegation(layer: LayerName, layers: readonly LayerVerdict[]): readonly string[] {
  const owner = layers.find(one => one.layer === 'trust' || one.layer === 'resource');
  if (layer !== 'identity' || owner?.outcome !== 'allowed') return [];
  const byAccount = owner.statements.some(one => one.applies && one.principal.why['by'] === 'account');
  return [
    byAccount
      ? `${capitalized(layerNames[owner.layer])} allows it to the account as a whole, which delegates the decision to the identity policies of that account.`
      : `${capitalized(layerNames[owner.layer])} allows it, but the caller is in another account, so its own identity policies must allow it as well.`,
  ];
}

function reasonsOf({ principal, conditions }: StatementVerdict): string {
  const reasons = conditions.map(conditionSentence);
  if (principal.why.code === 'principal-bounded') {
    reasons.unshift('a Deny with NotPrincipal always applies to a caller with a permissions boundary');
  }
  return reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
}

/** Allow statements with the fewest elements that do not match. */
function closestAllows(statements: readonly StatementVerdict[]): readonly StatementVerdict[] {
  const ranked = statements
    .filter(statement => statement.effect === 'Allow')
    .map(statement => ({ statement, count: countMismatches(statement) }))
    .sort((a, b) => a.count - b.count);
  const least = ranked[0]?.count;
  return ranked
    .filter(one => one.count === least)
    .slice(0, maxStatements)
    .map(one => one.statement);
}

/** The near misses of a statement, and the other elements that do not match. */
function statementSentences(
  layer: LayerName,
  statement: StatementVerdict,
  misses: readonly NearMiss[],
  several: boolean,
): { readonly near: readonly string[]; readonly rest: readonly string[] } {
  const name = capitalized(nameOf(statement));
  const own = misses.filter(
    miss => miss.layer === layer && miss.policy === statement.policy && miss.statement === statement.index,
  );
  const near = own.map(miss => (several ? `${name}: ${sentenceOf(miss)}` : sentenceOf(miss)));
  const isCovered = (part: string): boolean => own.some(miss => miss.path.endsWith(part));
  const rest: string[] = [];
  for (const [part, verdict] of [
    ['/Principal', statement.principal],
    ['/Action', statement.action],
    ['/Resource', statement.resource],
  ] as const) {
    if (!verdict.ok && !isCovered(part))
      rest.push(reasonSentences.get(verdict.why.code)?.(verdict.why) ?? verdict.why.code);
  }
  for (const condition of statement.conditions) {
    if (!condition.ok && !own.some(miss => miss.why['key'] === condition.key)) rest.push(conditionSentence(condition));
  }
  return { near, rest: rest.length === 0 ? [] : [`${name} does not apply: ${rest.join('; ')}.`] };
}

function conditionSentence({ key, operator, qualifier, expected, actual, why }: ConditionVerdict): string {
  const full = qualifier === null ? operator : `${qualifier}:${operator}`;
  const operands = { ...why, key, operator: full, expected, ...(actual === null ? {} : { actual }) };
  return conditionSentences.get(why.code)?.(operands) ?? why.code;
}

const sentenceOf = ({ why }: NearMiss): string => nearMissSentences.get(why.code)?.(why) ?? why.code;

/** What to change, from the first operation of the edit, and what the edit lets in. */
function fixSentence({ patch = [], why, effect }: NearMiss): string {
  const [first, second] = patch;
  if (first === undefined) return '';
  const { statement, element } = placeOf(first.path);
  if (first.op === 'remove') {
    const change = second === undefined ? `remove ${element}` : `change ${element} to ${placeOf(second.path).element}`;
    return `${statement}${change}.${letsIn(why)}`;
  }
  const added = first.path.endsWith('/-') ? first.value : Array.isArray(first.value) ? first.value.at(-1) : undefined;
  if (added !== undefined) {
    const verb = effect === 'Deny' ? 'exempt' : 'allow';
    return `${statement}${verb} ${JSON.stringify(added)} as well in ${element}.${letsIn(why)}`;
  }
  const value = JSON.stringify(first.value);
  // An item of a list: the others stay.
  if (/\/\d+$/.test(first.path)) {
    return `${statement}replace ${JSON.stringify(why['expected'])} with ${value} in ${element}.${letsIn(why)}`;
  }
  const isNew = first.op === 'add' && why.code !== 'variables-need-version';
  return `${statement}${isNew ? `add ${element} ${value}` : `set ${element} to ${value}`}.${letsIn(why)}`;
}

/** A JSON Pointer into a policy in words: `Statement 1: `, `StringLike sub`. */
function placeOf(path: string): { readonly statement: string; readonly element: string } {
  const [top = '', ...parts] = readPointer(path);
  if (top !== 'Statement') return { statement: 'Document: ', element: top };
  const numbered = /^\d+$/.test(parts[0] ?? '');
  const [element = 'the statement', ...names] = numbered ? parts.slice(1) : parts;
  const words = names.filter(name => name !== '-' && !/^\d+$/.test(name)).join(' ');
  return {
    statement: `Statement ${numbered ? Number(parts[0]) + 1 : 1}: `,
    element: element === 'Condition' ? words || 'the conditions' : `${element}${words === '' ? '' : ` ${words}`}`,
  };
}

/** Edits that admit more than a corrected typo does: what they let in, by the code of the near miss. */
const effects: ReadonlyMap<string, (why: Why) => string> = new Map<string, (why: Why) => string>([
  ['other-value', newValue],
  ['differing-segment', newValue],
  ['subject-kind', newValue],
  ['star-in-string-equals', () => 'This lets in every value that matches the pattern.'],
  ['for-all-values-absent', why => `This lets in requests without ${String(why['key'])}.`],
  ['variables-need-version', () => 'This enables policy variables in the whole document.'],
  ['wrong-provider', () => 'This lets in callers from that provider: apply it only if you trust them.'],
  ['provider-of-other-account', () => 'This lets in callers from that provider.'],
  ['everyone-without-federated', () => 'This lets in callers from that provider.'],
  [
    'immutable-subject',
    why =>
      why['immutable'] === true
        ? 'This lets in tokens with these ids.'
        : 'This lets in tokens with these names, whatever their ids.',
  ],
  ['other-session', () => 'This lets in every session of the role: apply it only if you trust them.'],
  ['deleted-principal', () => 'This lets in the user or role that has the name now.'],
]);

function newValue({ key }: Why): string {
  return key === undefined
    ? 'This gives access to that resource: apply it only if you intend to.'
    : 'This lets in every request with that value: apply it only if you trust them.';
}

const letsIn = (why: Why): string => {
  const effect = effects.get(why.code);
  return effect === undefined ? '' : ` ${effect(why)}`;
};
