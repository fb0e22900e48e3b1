/** Applies fixes in tests, with the JSON Patch of fast-json-patch and the public functions of the evaluator. */
import jsonPatch from 'fast-json-patch';
import type { Fix } from '../../../src/policy/decision.ts';
import {
  type CompiledPolicy,
  type EvaluationRequest,
  evaluate,
  type PolicySet,
  parsePolicy,
  requestContext,
} from '../../../src/policy/index.ts';

/** The side, or `as-well` for a fix that widens; `+`: with a patch. */
export const shorthand = ({ side, title, patch }: Fix): string =>
  (title.startsWith('Allow this caller as well') ? 'as-well' : side) + (patch === undefined ? '' : '+');

const plain = (value: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(value));
const patched = (document: unknown, patch: Fix['patch']): Record<string, unknown> =>
  jsonPatch.applyPatch(plain(document), plain(patch) as never, true).newDocument as Record<string, unknown>;

function edited(policy: CompiledPolicy | undefined, patch: Fix['patch']): CompiledPolicy {
  const result = parsePolicy(JSON.stringify(patched(policy?.document, patch)), {
    kind: policy?.kind ?? 'trust',
    strictness: 'evaluated',
  });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.policy;
}

/** The policies with the patch of a fix; undefined when it has none, or it is for the request. */
export function policiesWith({ target, patch, policy = 0 }: Fix, policies: PolicySet): PolicySet | undefined {
  if (patch === undefined || target === undefined || target === 'request') return undefined;
  const layer = target.replace(/-policy$/, '');
  if (layer === 'trust' || layer === 'resource') return { ...policies, resource: edited(policies.resource, patch) };
  if (layer === 'boundary') return { ...policies, boundary: edited(policies.boundary, patch) };
  const list = policies[layer as 'identity' | 'session' | 'scp' | 'rcp'];
  return { ...policies, [layer]: list?.map((one, at) => (at === policy ? edited(one, patch) : one)) };
}

/** The request with the patch of a fix for the request. */
export function requestWith({ patch }: Fix, request: EvaluationRequest): EvaluationRequest {
  const document = { action: request.action, resource: request.resource, context: Object.fromEntries(request.context) };
  const { action, resource, context } = patched(document, patch);
  return {
    ...request,
    action: String(action),
    resource: String(resource),
    context: requestContext(context as Record<string, string>),
  };
}

/** Whether the request is allowed after the fix; undefined for a fix in words. */
export function isAllowedWith(
  fix: Fix,
  request: EvaluationRequest,
  policies: PolicySet,
  actions: readonly string[] = [request.action],
): boolean | undefined {
  if (fix.patch === undefined) return undefined;
  const [after, set] =
    fix.target === 'request'
      ? [requestWith(fix, request), policies]
      : [request, policiesWith(fix, policies) ?? policies];
  return actions.every(action => evaluate({ ...after, action }, set).allowed);
}

/** The first action that the policies deny. */
export const deniedAction = (request: EvaluationRequest, policies: PolicySet, actions: readonly string[]): string =>
  actions.find(action => !evaluate({ ...request, action }, policies).allowed) ?? request.action;
