/** The policy simulator: runs the policy evaluator for every action and resource and returns results of SimulatePolicy. */

import type { SourcedPolicy } from '../authorization/policies-in-force.ts';
import type { Static } from '../aws/shape.ts';
import type { Evaluation, LayerVerdict, Principal, RequestContext, StatementVerdict } from '../policy/decision.ts';
import { type CompiledPolicy, evaluate } from '../policy/index.ts';
import type { evaluationResultShape, resourceSpecificResultShape, statementShape } from './shapes.ts';
import { type Span, statementSpans } from './statement-positions.ts';

/** One compiled policy of the simulation, with its source, and its text to compute positions. */
export interface SimulatedPolicy {
  readonly id: string;
  readonly source: SourcedPolicy['source'] | 'resource' | 'none';
  readonly text: string;
  readonly policy: CompiledPolicy;
}

export interface Simulation {
  readonly principal: Principal;
  readonly identity: readonly SimulatedPolicy[];
  readonly boundary?: SimulatedPolicy;
  readonly resource?: SimulatedPolicy;
  /** Service control policies of each level of the organization, root first; every level must allow. */
  readonly scp?: readonly (readonly CompiledPolicy[])[];
  readonly context: RequestContext;
  readonly resourceAccount: string;
  /** Only `*` when the caller names no resource. */
  readonly resources: readonly string[];
}

type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny';
type ResourceResult = Static<typeof resourceSpecificResultShape>;

const DECISIONS = { allowed: 'allowed', 'explicit-deny': 'explicitDeny', 'implicit-deny': 'implicitDeny' } as const;
/** The decision of an action is the worst decision for its resources (recorded). */
const WORST_FIRST: readonly Decision[] = ['explicitDeny', 'implicitDeny', 'allowed'];

/** The simulation result for one action. */
export function simulate(action: string, simulation: Simulation): Static<typeof evaluationResultShape> {
  const results = simulation.resources.map(resource => simulateResource(action, resource, simulation));
  const decision =
    WORST_FIRST.find(one => results.some(result => result.EvalResourceDecision === one)) ?? 'implicitDeny';
  const [only] = results;
  const deciding = results.filter(result => result.EvalResourceDecision === decision);
  return {
    EvalActionName: action,
    EvalResourceName: results.length === 1 ? (only?.EvalResourceName ?? '*') : '*',
    EvalDecision: decision,
    MatchedStatements: unique(deciding.flatMap(result => result.MatchedStatements ?? [])),
    MissingContextValues: [...new Set(results.flatMap(result => result.MissingContextValues ?? []))],
    ...(simulation.scp === undefined
      ? {}
      : { OrganizationsDecisionDetail: { AllowedByOrganizations: allowedByScp(action, simulation) } }),
    ...(only?.PermissionsBoundaryDecisionDetail === undefined
      ? {}
      : {
          PermissionsBoundaryDecisionDetail: {
            AllowedByPermissionsBoundary: results.every(
              result => result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === true,
            ),
          },
        }),
    ...(simulation.resources[0] === '*' ? {} : { ResourceSpecificResults: results }),
  };
}

function simulateResource(action: string, resource: string, simulation: Simulation): ResourceResult {
  const evaluation = evaluateLevels(action, resource, simulation);
  const boundary = evaluation.layers.find(layer => layer.layer === 'boundary');
  return {
    EvalResourceName: resource,
    EvalResourceDecision: DECISIONS[evaluation.reason],
    MatchedStatements: matched(evaluation, simulation),
    MissingContextValues: missingKeys(evaluation),
    ...(simulation.boundary === undefined
      ? {}
      : { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: boundary?.outcome === 'allowed' } }),
  };
}

/** The evaluation of the deciding level of the organization: the first that denies, else the last. */
function evaluateLevels(action: string, resource: string, simulation: Simulation): Evaluation {
  const [first, ...others] = simulation.scp ?? [];
  let evaluation = evaluateLevel(action, resource, simulation, first);
  for (const level of others) {
    if (evaluation.reason === 'explicit-deny') break;
    const next = evaluateLevel(action, resource, simulation, level);
    if (!next.allowed) evaluation = next;
  }
  return evaluation;
}

const evaluateLevel = (
  action: string,
  resource: string,
  simulation: Simulation,
  scp: readonly CompiledPolicy[] | undefined,
): Evaluation =>
  evaluate(
    {
      principal: simulation.principal,
      action,
      resource,
      context: simulation.context,
      resourceAccount: simulation.resourceAccount,
    },
    {
      identity: simulation.identity.map(({ policy }) => policy),
      boundary: simulation.boundary?.policy,
      resource: simulation.resource?.policy,
      scp,
      kind: 'resource',
    },
  );

const allowedByScp = (action: string, simulation: Simulation): boolean =>
  simulation.resources.every(resource =>
    (simulation.scp ?? []).every(level =>
      evaluateLevel(action, resource, simulation, level).layers.every(
        ({ layer, outcome }) => layer !== 'scp' || outcome === 'allowed' || outcome === 'not-applicable',
      ),
    ),
  );

/** The deciding statements: Deny statements for an explicit deny, Allow statements for an allow, otherwise none. */
function matched({ layers, reason }: Evaluation, simulation: Simulation): Static<typeof statementShape>[] {
  const effect = reason === 'allowed' ? 'Allow' : reason === 'explicit-deny' ? 'Deny' : undefined;
  return layers.flatMap(({ layer, statements }) =>
    statements
      .filter(verdict => verdict.applies && verdict.effect === effect)
      .flatMap(verdict => shown(verdict, sourceOf(layer, verdict, simulation))),
  );
}

function sourceOf(layer: LayerVerdict['layer'], verdict: StatementVerdict, simulation: Simulation) {
  if (layer === 'identity') return simulation.identity[verdict.policy];
  if (layer === 'boundary') return simulation.boundary;
  return layer === 'resource' ? simulation.resource : undefined;
}

function shown(verdict: StatementVerdict, source: SimulatedPolicy | undefined): Static<typeof statementShape>[] {
  if (source === undefined) return [];
  return [{ SourcePolicyId: source.id, SourcePolicyType: source.source, ...spansOf(source)[verdict.index] }];
}

const spans = new WeakMap<SimulatedPolicy, readonly Span[]>();

/** Cached per policy of a simulation. */
function spansOf(source: SimulatedPolicy): readonly Span[] {
  const known = spans.get(source) ?? statementSpans(source.text);
  spans.set(source, known);
  return known;
}

/** Keys without a value in the request, from conditions of statements that match otherwise. */
const missingKeys = ({ layers }: Evaluation): string[] => [
  ...new Set(
    layers
      .flatMap(({ statements }) => statements)
      .filter(verdict => verdict.action.ok && verdict.resource.ok)
      .flatMap(verdict => verdict.conditions.filter(condition => condition.actual === null).map(({ key }) => key)),
  ),
];

function unique(statements: readonly Static<typeof statementShape>[]): Static<typeof statementShape>[] {
  return [...new Map(statements.map(statement => [JSON.stringify(statement), statement])).values()];
}
