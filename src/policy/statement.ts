/** One statement: compiled once, then evaluated on every element, even after one does not match. */
import { splitArn } from '../aws/arn.ts';
import { type CompiledCondition, evaluateCondition } from './conditions.ts';
import type { ConditionVerdict, EvaluationRequest, StatementVerdict, Verdict } from './decision.ts';
import { compileWildcard, hasWildcard, type Wildcard, wildcardMatches } from './match.ts';
import { partsMatch } from './operators.ts';
import {
  attachedPolicy,
  type CompiledPrincipals,
  callerWithBoundary,
  evaluatePrincipal,
  type NamedBy,
} from './principal-element.ts';
import {
  parseTemplate,
  resolvePattern,
  resolveTemplate,
  splitTemplate,
  type Template,
  type Token,
} from './variables.ts';

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
      const parts = tokens.map(part => resolvePattern(part, noContext)).filter(part => part !== undefined);
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

function evaluateAction(actions: CompiledActions | undefined, prepared: PreparedRequest): Verdict {
  if (actions === undefined) return noAction;
  const found = isActionListed(actions, prepared);
  if (actions.element === 'Action') {
    return found ? listed : { ok: false, why: { code: 'action-not-listed', expected: actions.written } };
  }
  return found ? { ok: false, why: { code: 'action-excluded', expected: actions.written } } : notExcludedAction;
}

function isActionListed(actions: CompiledActions, { action, service }: PreparedRequest): boolean {
  if (actions.all || actions.exact.has(action)) return true;
  const patterns = actions.byService.get(service);
  if (patterns?.some(pattern => wildcardMatches(pattern, action)) === true) return true;
  return actions.general.some(pattern => wildcardMatches(pattern, action));
}

function evaluateResource(resources: CompiledResources | undefined, prepared: PreparedRequest): Verdict {
  if (resources === undefined) return impliedResource;
  const found = isResourceListed(resources, prepared);
  if (resources.element === 'Resource') {
    return found ? covered : { ok: false, why: { code: 'resource-not-listed', expected: resources.written } };
  }
  if (found) return { ok: false, why: { code: 'resource-excluded', expected: resources.written } };
  // An element whose variable has no value does not match, negated or not.
  const unresolved = resources.patterns.some(
    ({ template }) => resolveTemplate(template, prepared.request.context) === undefined,
  );
  return unresolved
    ? { ok: false, why: { code: 'resource-variable-without-value', expected: resources.written } }
    : notExcludedResource;
}

function isResourceListed({ all, exact, patterns }: CompiledResources, prepared: PreparedRequest): boolean {
  if (all || exact.has(prepared.request.resource)) return true;
  const { resourceParts: parts } = prepared;
  if (parts === undefined) return false;
  for (const pattern of patterns) {
    const wildcards = pattern.parts ?? pattern.tokens.map(part => resolvePattern(part, prepared.request.context));
    if (partsMatch(wildcards, parts)) return true;
  }
  return false;
}

/** The verdict of a statement, and how it names the caller. */
interface EvaluatedStatement {
  readonly verdict: StatementVerdict;
  readonly by?: NamedBy | undefined;
}

const noConditions: readonly ConditionVerdict[] = [];

/** Evaluates every element of the statement. */
export function evaluateStatement(
  statement: CompiledStatement,
  prepared: PreparedRequest,
  policy: number,
  trust: boolean,
): EvaluatedStatement {
  const { request } = prepared;
  const { index, sid, effect } = statement;
  const { principals } = statement;
  const { verdict: principal, by } =
    principals === undefined
      ? attachedPolicy
      : prepared.bounded && effect === 'Deny' && principals.element === 'NotPrincipal'
        ? callerWithBoundary
        : evaluatePrincipal(principals, request.principal, trust);
  const action = evaluateAction(statement.actions, prepared);
  const resource = evaluateResource(statement.resources, prepared);
  let conditions = noConditions;
  let isMet = true;
  if (statement.conditions.length > 0) {
    const verdicts: ConditionVerdict[] = [];
    for (const condition of statement.conditions) {
      const verdict = evaluateCondition(condition, request.context, effect === 'Deny');
      verdicts.push(verdict);
      if (!verdict.ok) isMet = false;
    }
    conditions = verdicts;
  }
  const applies = principal.ok && action.ok && resource.ok && isMet;
  const verdict: StatementVerdict =
    sid === undefined
      ? { policy, index, effect, applies, principal, action, resource, conditions }
      : { policy, index, sid, effect, applies, principal, action, resource, conditions };
  return { verdict, by };
}
