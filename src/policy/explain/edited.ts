/** The whole decision of a request: with other policies, or with another request. */
import { isObject } from '../../kernel/json.ts';
import type { EvaluationRequest, FixTarget, Json, JsonObject, LayerName, PatchOperation } from '../decision.ts';
import { type CompiledPolicy, parsePolicy } from '../document.ts';
import { evaluate, type PolicySet } from '../evaluate.ts';
import type { Neighbour } from './neighbour.ts';
import { applyPatch } from './patch.ts';

export const targets: Readonly<Record<LayerName, FixTarget>> = {
  trust: 'trust-policy',
  resource: 'resource-policy',
  identity: 'identity-policy',
  boundary: 'boundary',
  session: 'session-policy',
  scp: 'scp',
  rcp: 'rcp',
};

/** Whether the policies allow every action. */
export const allowsAll = (request: EvaluationRequest, actions: readonly string[], policies: PolicySet): boolean =>
  actions.every(action => evaluate({ ...request, action }, policies).allowed);

const parsed = parsePolicy(JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }), {
  kind: 'identity',
  strictness: 'evaluated',
});
if (!parsed.ok) throw new Error('the policy that allows everything is not valid');
/** A policy that allows everything. */
export const everything = parsed.policy;

/**
 * Whether the policies allow every action to a neighbour. Another principal has policies of its own, of which nothing is known but what
 * `permissions` assumes; those of the caller do not limit it.
 */
export function allowsNeighbour(
  { request, permissions }: Neighbour,
  actions: readonly string[],
  policies: PolicySet,
): boolean {
  if (permissions === undefined) return allowsAll(request, actions, policies);
  const { resource, rcp, scp, kind } = policies;
  const identity = permissions === 'all' ? [everything] : [];
  return allowsAll(request, actions, { resource, rcp, scp, kind, identity, session: [everything] });
}

/** The policy after the edit, compiled; undefined when the edit does not apply or the result is not a valid policy. */
export function applyEdit(policy: CompiledPolicy, patch: readonly PatchOperation[]): CompiledPolicy | undefined {
  const document = applyPatch(policy.document, patch);
  if (document === undefined) return undefined;
  const result = parsePolicy(JSON.stringify(document), { kind: policy.kind, strictness: 'evaluated' });
  return result.ok ? result.policy : undefined;
}

/** The policy set with one policy replaced. */
export function replacePolicy(policies: PolicySet, layer: LayerName, at: number, policy: CompiledPolicy): PolicySet {
  if (layer === 'trust' || layer === 'resource') return { ...policies, resource: policy };
  if (layer === 'boundary') return { ...policies, boundary: policy };
  return { ...policies, [layer]: policies[layer]?.map((old, index) => (index === at ? policy : old)) };
}

/** The request after an edit of its context, action or resource; undefined when the edit does not apply. */
export function applyToRequest(
  request: EvaluationRequest,
  patch: readonly PatchOperation[],
): EvaluationRequest | undefined {
  const { action, resource } = request;
  const context: JsonObject = Object.assign(Object.create(null), Object.fromEntries(request.context));
  const edited = applyPatch({ action, resource, context }, patch);
  if (edited === undefined || !isObject(edited) || !isObject(edited['context'])) return undefined;
  const entries = Object.entries(edited['context']).flatMap(([key, value]): [string, string | readonly string[]][] =>
    Array.isArray(value) ? [[key, value.map(String)]] : isScalar(value) ? [[key, String(value)]] : [],
  );
  return {
    ...request,
    action: String(edited['action']),
    resource: String(edited['resource']),
    context: new Map(entries),
  };
}

const isScalar = (value: Json | undefined): boolean => ['string', 'number', 'boolean'].includes(typeof value);
