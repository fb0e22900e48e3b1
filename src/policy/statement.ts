/** One statement: compiled once, then evaluated on every element, even after one does not match. */
import { splitArn } from '../aws/arn.ts';
import { type CompiledCondition, judgeCondition } from './conditions.ts';
import type { ConditionVerdict, EvaluationRequest, StatementVerdict, Verdict } from './decision.ts';
import { compileWildcard, type Wildcard, wildcardMatches } from './match.ts';
import { partsMatch } from './operators.ts';
import { attached, boundedCaller, type CompiledPrincipals, judgePrincipal, type NamedBy } from './principal-element.ts';
import { fill, fillPattern, parseTemplate, splitTemplate, type Template, type Token } from './variables.ts';

/** Action or NotAction: exact names by hash, patterns grouped by their service. */
interface CompiledActions {
  readonly element: 'Action' | 'NotAction';
  readonly written: readonly string[];
  readonly all: boolean;
  readonly exact: ReadonlySet<string>;
  /** Patterns whose service is literal, by that service. */
  readonly byService: ReadonlyMap<string, readonly Wildcard[]>;
  /** Patterns with a wildcard in the service. */
  readonly general: readonly Wildcard[];
}

interface ResourcePattern {
  readonly template: Template;
  /** Set when there are no variables: six patterns. */
  readonly parts?: readonly Wildcard[] | undefined;
  readonly tokens: readonly (readonly Token[])[];
}

/** Resource or NotResource. */
interface CompiledResources {
  readonly element: 'Resource' | 'NotResource';
  readonly written: readonly string[];
  readonly all: boolean;
  readonly exact: ReadonlySet<string>;
  readonly patterns: readonly ResourcePattern[];
}

export interface CompiledStatement {
  readonly index: number;
  readonly sid?: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly principals?: CompiledPrincipals | undefined;
  readonly actions?: CompiledActions | undefined;
  readonly resources?: CompiledResources | undefined;
  readonly conditions: readonly CompiledCondition[];
}

/** The request with its action and resource split once for all statements. */
export interface PreparedRequest {
  readonly request: EvaluationRequest;
  readonly action: string;
  readonly service: string;
  readonly resourceParts: readonly string[] | undefined;
  /** Whether the caller has a permissions boundary. */
  readonly bounded: boolean;
}

export function prepareRequest(request: EvaluationRequest, bounded: boolean): PreparedRequest {
  const action = request.action.toLowerCase();
  return { request, action, service: serviceOf(action), resourceParts: splitArn(request.resource), bounded };
}

const serviceOf = (action: string): string => action.slice(0, Math.max(0, action.indexOf(':')));
const hasWildcard = (text: string): boolean => text.includes('*') || text.includes('?');

export function compileActions(element: 'Action' | 'NotAction', written: readonly string[]): CompiledActions {
  const exact = new Set<string>();
  const byService = new Map<string, Wildcard[]>();
  const general: Wildcard[] = [];
  for (const text of written) {
    const action = text.toLowerCase();
    const service = serviceOf(action);
    if (!hasWildcard(action)) exact.add(action);
    else if (service === '' || hasWildcard(service)) general.push(compileWildcard(action));
    else {
      const patterns = byService.get(service) ?? [];
      patterns.push(compileWildcard(action));
      byService.set(service, patterns);
    }
  }
  return { element, written, all: written.includes('*'), exact, byService, general };
}

/** An ARN written with fewer than six parts is completed with `*`. Source: IAM User Guide, reference_policies_elements_resource. */
export function compileResources(
  element: 'Resource' | 'NotResource',
  written: readonly string[],
  variables: boolean,
): CompiledResources {
  const templates = written.map(text => parseTemplate(text, variables));
  const exact = new Set<string>();
  const patterns: ResourcePattern[] = [];
  for (const template of templates) {
    const { plain } = template;
    if (plain !== undefined && !hasWildcard(plain)) exact.add(plain);
    const tokens = [...splitTemplate(template)];
    while (tokens.length < 6) tokens.push([{ type: 'text', text: '*' }]);
    if (plain === undefined) patterns.push({ template, tokens });
    else if (hasWildcard(plain) || splitArn(plain) === undefined) {
      const parts = tokens.map(part => fillPattern(part, noContext)).filter(part => part !== undefined);
      patterns.push({ template, tokens, parts });
    }
  }
  return { element, written, all: written.includes('*'), exact, patterns };
}

const noContext = new Map<string, string>();

const listed: Verdict = { ok: true, why: { code: 'action-listed' } };
const notExcludedAction: Verdict = { ok: true, why: { code: 'action-not-excluded' } };
const covered: Verdict = { ok: true, why: { code: 'resource-listed' } };
const notExcludedResource: Verdict = { ok: true, why: { code: 'resource-not-excluded' } };
/** Role trust policies have no Resource: they apply to their role. */
const impliedResource: Verdict = { ok: true, why: { code: 'resource-implied' } };
const noAction: Verdict = { ok: false, why: { code: 'action-missing' } };

function judgeAction(actions: CompiledActions | undefined, asked: PreparedRequest): Verdict {
  if (actions === undefined) return noAction;
  const found = actionListed(actions, asked);
  if (actions.element === 'Action') {
    return found ? listed : { ok: false, why: { code: 'action-not-listed', expected: actions.written } };
  }
  return found ? { ok: false, why: { code: 'action-excluded', expected: actions.written } } : notExcludedAction;
}

function actionListed(actions: CompiledActions, { action, service }: PreparedRequest): boolean {
  if (actions.all || actions.exact.has(action)) return true;
  const patterns = actions.byService.get(service);
  if (patterns?.some(pattern => wildcardMatches(pattern, action)) === true) return true;
  return actions.general.some(pattern => wildcardMatches(pattern, action));
}

function judgeResource(resources: CompiledResources | undefined, asked: PreparedRequest): Verdict {
  if (resources === undefined) return impliedResource;
  const found = resourceListed(resources, asked);
  if (resources.element === 'Resource') {
    return found ? covered : { ok: false, why: { code: 'resource-not-listed', expected: resources.written } };
  }
  if (found) return { ok: false, why: { code: 'resource-excluded', expected: resources.written } };
  // An element whose variable has no value does not match, negated or not.
  const unresolved = resources.patterns.some(({ template }) => fill(template, asked.request.context) === undefined);
  return unresolved
    ? { ok: false, why: { code: 'resource-variable-without-value', expected: resources.written } }
    : notExcludedResource;
}

function resourceListed({ all, exact, patterns }: CompiledResources, asked: PreparedRequest): boolean {
  if (all || exact.has(asked.request.resource)) return true;
  const { resourceParts: parts } = asked;
  if (parts === undefined) return false;
  for (const pattern of patterns) {
    const wildcards = pattern.parts ?? pattern.tokens.map(part => fillPattern(part, asked.request.context));
    if (partsMatch(wildcards, parts)) return true;
  }
  return false;
}

/** The verdict of a statement, and how it names the caller. */
interface JudgedStatement {
  readonly verdict: StatementVerdict;
  readonly by?: NamedBy | undefined;
}

const noConditions: readonly ConditionVerdict[] = [];

/** Evaluates every element of the statement. */
export function judgeStatement(
  statement: CompiledStatement,
  asked: PreparedRequest,
  policy: number,
  trust: boolean,
): JudgedStatement {
  const { request } = asked;
  const { index, sid, effect } = statement;
  const { principals } = statement;
  const { verdict: principal, by } =
    principals === undefined
      ? attached
      : asked.bounded && effect === 'Deny' && principals.element === 'NotPrincipal'
        ? boundedCaller
        : judgePrincipal(principals, request.principal, trust);
  const action = judgeAction(statement.actions, asked);
  const resource = judgeResource(statement.resources, asked);
  let conditions = noConditions;
  let met = true;
  if (statement.conditions.length > 0) {
    const judged: ConditionVerdict[] = [];
    for (const condition of statement.conditions) {
      const verdict = judgeCondition(condition, request.context, effect === 'Deny');
      judged.push(verdict);
      if (!verdict.ok) met = false;
    }
    conditions = judged;
  }
  const applies = principal.ok && action.ok && resource.ok && met;
  const verdict: StatementVerdict =
    sid === undefined
      ? { policy, index, effect, applies, principal, action, resource, conditions }
      : { policy, index, sid, effect, applies, principal, action, resource, conditions };
  return { verdict, by };
}
