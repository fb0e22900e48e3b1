/** Makes sentences of a decision, most decisive first, and proposes edits. The only reader of the codes. */
import type {
  ConditionVerdict,
  Evaluation,
  EvaluationRequest,
  Fix,
  Json,
  LayerName,
  LayerVerdict,
  Principal,
  StatementVerdict,
} from '../decision.ts';
import type { PolicySet } from '../evaluate.ts';
import { confirmedFixes } from './fixes.ts';
import type { NearMiss } from './near.ts';
import { against, nearMisses } from './near-misses.ts';
import { conditionSentences, nearMissSentences, reasonSentences } from './sentences.ts';

/** What was asked, for near misses and fixes; without it only the verdicts themselves are explained. */
export interface Question {
  readonly request: EvaluationRequest;
  readonly policies: PolicySet;
}

export interface Explanation {
  /** One sentence each, most decisive first. */
  readonly explanation: readonly string[];
  /** Edits that the evaluator confirmed to make the request allowed. */
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

/** Layers by how much their silence decides: a trust policy and the limits must speak, a resource policy need not always. */
const weight: readonly LayerName[] = ['trust', 'scp', 'rcp', 'boundary', 'session', 'identity', 'resource'];

/** Most statements that are explained one by one. */
const mostStatements = 3;

/** Explains an evaluation. Costs many times the evaluation itself: call it when somebody asks why. */
export function explain(evaluation: Evaluation, question?: Question): Explanation {
  const misses =
    question === undefined
      ? []
      : evaluation.layers.flatMap(layer =>
          concerns(evaluation, layer) ? nearMisses(layer, question.request, question.policies) : [],
        );
  const sentences = evaluation.allowed ? whyAllowed(evaluation, misses) : whyDenied(evaluation, misses);
  const fixes =
    question === undefined ? [] : confirmedFixes(evaluation, misses, question.request, question.policies).map(fixOf);
  return { explanation: [...new Set(sentences)], fixes };
}

const fixOf = ({ misses, ...fix }: ReturnType<typeof confirmedFixes>[number]): Fix => ({
  sentence: misses.map(miss => fixSentence(miss)).join(' '),
  ...fix,
});

/** Layers that had a part in the answer. */
const concerns = ({ allowed, reason }: Evaluation, { outcome }: LayerVerdict): boolean =>
  allowed ? outcome === 'allowed' : outcome === reason;

/** `statement "Sid" of policy 2`: the policy is told only of the second and further ones of a layer. */
const nameOf = ({ sid, index, policy }: StatementVerdict): string =>
  (sid ? `statement "${sid}"` : `statement ${index + 1}`) + (policy === 0 ? '' : ` of policy ${policy + 1}`);
const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function callerOf(principal: Principal): string {
  if ('arn' in principal) return principal.arn;
  if (principal.type === 'federated') return `a caller from ${principal.provider}`;
  if (principal.type === 'service') return principal.service;
  return principal.type === 'account' ? `account ${principal.account}` : 'an anonymous caller';
}

function whyAllowed({ action, layers, principal }: Evaluation, misses: readonly NearMiss[]): string[] {
  const sentences: string[] = [];
  for (const { layer, outcome, statements } of layers) {
    const grant = statements.find(statement => statement.applies && statement.effect === 'Allow');
    if (outcome !== 'allowed' || grant === undefined) continue;
    sentences.push(`Allowed: ${nameOf(grant)} of ${layerNames[layer]} allows ${action} to ${callerOf(principal)}.`);
  }
  if (sentences.length === 0) sentences.push(`Allowed: no policy limits ${callerOf(principal)} in ${action}.`);
  // An Allow that holds by an absent key is worth a warning.
  for (const miss of misses) if (miss.why.code === 'for-all-values-absent') sentences.push(sentenceOf(miss));
  return sentences;
}

function whyDenied({ action, reason, layers, principal }: Evaluation, misses: readonly NearMiss[]): string[] {
  const sentences: string[] = [];
  const decisive = [...layers].sort((a, b) => weight.indexOf(a.layer) - weight.indexOf(b.layer));
  for (const { layer, outcome, statements } of decisive) {
    if (outcome !== reason) continue;
    if (outcome === 'explicit-deny') {
      for (const statement of statements) {
        if (!statement.applies || statement.effect !== 'Deny') continue;
        sentences.push(
          `Denied: ${nameOf(statement)} of ${layerNames[layer]} denies ${action} explicitly${because(statement)}.`,
        );
      }
    } else {
      const closest = closestAllows(statements);
      const told = closest.map(statement => statementSentences(layer, statement, misses, closest.length > 1));
      sentences.push(
        ...told.flatMap(({ near }) => near),
        `Denied: no statement of ${layerNames[layer]} allows ${action} to ${callerOf(principal)}.`,
        ...delegation(layer, layers),
        ...told.flatMap(({ rest }) => rest),
      );
    }
    if (outcome === 'explicit-deny') sentences.push(...misses.filter(miss => miss.layer === layer).map(sentenceOf));
  }
  if (sentences.length === 0) {
    sentences.push(
      'arn' in principal
        ? `Denied: ${callerOf(principal)} is not of the account that owns the resource, so a policy of the resource must allow ${action} as well, and there is none.`
        : `Denied: only a policy of the resource can allow ${action} to ${callerOf(principal)}, and there is none.`,
    );
  }
  return sentences;
}

/** Why identity policies must allow although the resource's own policy does. */
function delegation(layer: LayerName, layers: readonly LayerVerdict[]): readonly string[] {
  const owner = layers.find(one => one.layer === 'trust' || one.layer === 'resource');
  if (layer !== 'identity' || owner?.outcome !== 'allowed') return [];
  const byAccount = owner.statements.some(one => one.applies && one.principal.why['by'] === 'account');
  return [
    byAccount
      ? `${capitalized(layerNames[owner.layer])} allows it to the account as a whole, which leaves the choice to that account's identity policies.`
      : `${capitalized(layerNames[owner.layer])} allows it, but a caller of another account needs its own identity policies to allow it, too.`,
  ];
}

function because({ principal, conditions }: StatementVerdict): string {
  const reasons = conditions.map(conditionSentence);
  if (principal.why.code === 'principal-bounded') {
    reasons.unshift('a NotPrincipal in a Deny spares nobody who has a permissions boundary');
  }
  return reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
}

/** Allow statements with the fewest elements against them. */
function closestAllows(statements: readonly StatementVerdict[]): readonly StatementVerdict[] {
  const ranked = statements
    .filter(statement => statement.effect === 'Allow')
    .map(statement => ({ statement, count: against(statement) }))
    .sort((a, b) => a.count - b.count);
  const least = ranked[0]?.count;
  return ranked
    .filter(one => one.count === least)
    .slice(0, mostStatements)
    .map(one => one.statement);
}

/** What nearly matched, which decides, and what else is against the statement. */
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
  const touched = (part: string): boolean => own.some(miss => miss.path.endsWith(part));
  const rest: string[] = [];
  for (const [part, verdict] of [
    ['/Principal', statement.principal],
    ['/Action', statement.action],
    ['/Resource', statement.resource],
  ] as const) {
    if (!verdict.ok && !touched(part))
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

/** What the edit does, from its first operation. */
function fixSentence({ patch = [], why }: NearMiss): string {
  const [first, second] = patch;
  if (first === undefined) return '';
  const { statement, element } = placeOf(first.path);
  if (first.op === 'remove') {
    const to = second === undefined ? '' : ` to ${placeOf(second.path).element}`;
    return `${statement}move ${element}${to}.`;
  }
  const caution = widening.has(why.code) ? ', if this caller is meant to be trusted' : '';
  return first.path.endsWith('/-')
    ? `${statement}add ${wordsOf(first.value)} to ${element}${caution}.`
    : `${statement}let ${element} be ${wordsOf(first.value)}${caution}.`;
}

/** A JSON Pointer into a policy as a person would say it: `Statement 1: `, `StringLike sub`. */
function placeOf(path: string): { readonly statement: string; readonly element: string } {
  const [top = '', ...parts] = path
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (top !== 'Statement') return { statement: 'Document: ', element: top };
  const numbered = /^\d+$/.test(parts[0] ?? '');
  const [element = 'the statement', ...names] = numbered ? parts.slice(1) : parts;
  const told = names.filter(name => name !== '-' && !/^\d+$/.test(name)).join(' ');
  return {
    statement: `Statement ${numbered ? Number(parts[0]) + 1 : 1}: `,
    element: element === 'Condition' ? told || 'the conditions' : `${element}${told === '' ? '' : ` ${told}`}`,
  };
}

/** Alternatives as alternatives, everything else as JSON. */
const wordsOf = (value: Json): string =>
  Array.isArray(value) ? value.map(one => JSON.stringify(one)).join(' or ') : JSON.stringify(value);

/** Near misses whose edit lets in somebody whom the policy did not mean, rather than mending a slip. */
const widening: ReadonlySet<string> = new Set([
  'other-value',
  'differing-segment',
  'subject-kind',
  'wrong-provider',
  'other-session',
]);

/** Codes of all near misses, for the reference page. */
export const nearMissCodes: readonly string[] = [...nearMissSentences.keys()];
