/** The statements that let in an unwanted caller, and which of their values do. */
import type {
  ConditionVerdict,
  Evaluation,
  EvaluationRequest,
  LayerName,
  LayerVerdict,
  Principal,
  StatementVerdict,
} from '../../decision.ts';
import type { PolicySet } from '../../evaluate.ts';
import { matchWildcard } from '../../match.ts';
import { isInBlock, parseAddress, parseBlock } from '../../values.ts';
import { callerIssuer, issuerFact } from '../key-roles.ts';
import { policiesOf } from '../near-misses.ts';
import { valueAt } from '../patch.ts';
import type { Question } from '../question.ts';
import type { Grant } from './change.ts';

/** The layer whose policies let the caller in: the policy of the resource, else the identity policies. */
export function grantsOf({ layers }: Evaluation, policies: PolicySet): readonly Grant[] {
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
  return grantsOf(evaluation, policies).map(grant => {
    const { verdict } = grant;
    const name = verdict.sid === undefined ? `Statement ${verdict.index + 1}` : `Statement "${verdict.sid}"`;
    const matched = verdict.conditions.flatMap(condition => {
      const value = matchedValue(condition);
      const why =
        value === undefined
          ? absenceOf(condition)
          : ` has ${JSON.stringify(value)}, which matches ${JSON.stringify(condition.actual?.[0] ?? '')}`;
      return why === undefined ? [] : [`${operatorOf(condition)} ${condition.key}${why}`];
    });
    const open = openTo(verdict, request);
    const reasons = [
      ...principalReason(verdict, request.principal),
      ...(grant.layer === 'identity' ? patternReasons(grant, request) : []),
      ...matched,
      ...(open === undefined
        ? []
        : [`no condition limits the ${open.who}, so every ${open.who} of ${open.of} is let in`]),
    ];
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

/** Patterns of an identity policy that match the call. */
const patternReasons = ({ document, path }: Grant, { action, resource }: EvaluationRequest): readonly string[] =>
  [
    { element: 'Action', text: action, fold: (one: string) => one.toLowerCase() },
    { element: 'Resource', text: resource, fold: (one: string) => one },
  ].flatMap(({ element, text, fold }) => {
    const written = [valueAt(document, `${path}/${element}`) ?? []].flat().map(String);
    const pattern = written.find(one => /[*?]/.test(one) && matchWildcard(fold(one), fold(text)));
    return pattern === undefined
      ? []
      : [`${element} has ${JSON.stringify(pattern)}, which matches ${JSON.stringify(text)}`];
  });

export const operatorOf = ({ qualifier, operator }: ConditionVerdict): string =>
  qualifier === null ? operator : `${qualifier}:${operator}`;

/** The policy value that matches the value of the request. */
export const matchedValue = ({ expected, actual, operator }: ConditionVerdict): string | undefined =>
  /Not/.test(operator) || actual === null
    ? undefined
    : expected.find(value => actual.some(one => isMatch(operator, value, one)));

function isMatch(operator: string, value: string, actual: string): boolean {
  if (!operator.startsWith('IpAddress'))
    return /Like|Arn/.test(operator) ? matchWildcard(value, actual) : value === actual;
  const [block, address] = [parseBlock(value), parseAddress(actual)];
  return block !== undefined && address !== undefined && isInBlock(block, address);
}

export const absenceOf = ({ actual, why }: ConditionVerdict): string | undefined =>
  actual === null && /^key-absent-(?:if-exists|for-all-values|negated)$/.test(why.code)
    ? ' is true because the request context does not contain the key'
    : undefined;

/** What of a token every caller of the provider can have. */
const common: ReadonlySet<string> = new Set(['aud', 'oaud', 'iss', 'doc', 'namequalifier', 'sub_type']);

/** The claim of a condition, in lower case, where it says who of the callers of the provider calls. */
function ownClaim({ key, actual }: ConditionVerdict, request: EvaluationRequest): string | undefined {
  const claim = callerIssuer(request) === undefined ? /^saml:(.+)$/i.exec(key)?.[1] : issuerFact(key, request)?.claim;
  const lower = claim?.toLowerCase();
  return lower === undefined || common.has(lower) || actual === null ? undefined : lower;
}

/** The pattern for another claim that lets the caller in where no condition limits the subject. */
export function looseClaim({ conditions }: StatementVerdict, request: EvaluationRequest): ConditionVerdict | undefined {
  if (request.principal.type !== 'federated') return undefined;
  const own = conditions.filter(one => ownClaim(one, request) !== undefined);
  return own.some(one => ownClaim(one, request) === 'sub')
    ? undefined
    : own.find(one => /[*?]/.test(matchedValue(one) ?? ''));
}

/** Whom of the provider a statement lets in that has no condition on the subject; undefined where one limits it. */
export function openTo({ conditions }: StatementVerdict, request: EvaluationRequest): OpenGrant | undefined {
  const { principal } = request;
  if (principal.type !== 'federated') return undefined;
  const issuer = callerIssuer(request);
  if (conditions.some(one => ownClaim(one, request) !== undefined)) return undefined;
  return issuer === undefined
    ? { who: 'user', of: principal.provider, keys: 'saml:sub, saml:eduPersonAffiliation or another attribute' }
    : { who: 'subject', of: issuer, keys: `${issuer}:sub` };
}

interface OpenGrant {
  readonly who: 'subject' | 'user';
  readonly of: string;
  /** The keys that limit it. */
  readonly keys: string;
}
