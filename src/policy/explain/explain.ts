/** Explains a decision in sentences, most decisive first, and describes the proposed fixes. Only this file turns codes into text. */
import type {
  ConditionVerdict,
  Evaluation,
  LayerName,
  LayerVerdict,
  Principal,
  StatementVerdict,
} from '../decision.ts';
import { findFixes } from './fixes.ts';
import { grantSentences } from './narrow/grants.ts';
import { findNarrowing } from './narrow/narrow.ts';
import type { NearMiss } from './near-miss.ts';
import { nearMissSentences } from './near-miss-sentences.table.ts';
import { countMismatches, nearMisses } from './near-misses.ts';
import type { Explanation, Question } from './question.ts';
import { conditionSentences, reasonSentences } from './reason-sentences.table.ts';

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
          isRelevant(evaluation, layer)
            ? nearMisses(layer, question.request, question.policies, question.audiences)
            : [],
        );
  const sentences = evaluation.allowed ? allowSentences(evaluation, misses) : denialSentences(evaluation, misses);
  if (evaluation.allowed && question?.unwanted === true) {
    const explanation = [...new Set([...grantSentences(evaluation, question), ...sentences])];
    return { explanation, fixes: [], narrow: findNarrowing(evaluation, question) };
  }
  const fixes = question === undefined ? [] : findFixes(evaluation, misses, question);
  return { explanation: [...new Set(sentences)], fixes };
}

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
  for (const miss of misses) if (miss.why.code === 'for-all-values-absent') sentences.push(...sentencesOf(miss));
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
    if (outcome === 'explicit-deny')
      sentences.push(...misses.filter(miss => miss.layer === layer).flatMap(sentencesOf));
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
    miss =>
      miss.layer === layer &&
      miss.policy === statement.policy &&
      miss.statement === statement.index &&
      nearMissSentences.has(miss.why.code),
  );
  const near = own.flatMap(miss => sentencesOf(miss).map(sentence => (several ? `${name}: ${sentence}` : sentence)));
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

/** The sentence of a near miss; none for an element that is simply different, which the reason of its verdict describes. */
const sentencesOf = ({ why }: NearMiss): readonly string[] => {
  const sentence = nearMissSentences.get(why.code);
  return sentence === undefined ? [] : [sentence(why)];
};
