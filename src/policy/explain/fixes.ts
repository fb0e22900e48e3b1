/** Finds fixes: applies the edits of near misses to the policies and keeps those with which the evaluator allows the request. */
import type { Evaluation, EvaluationRequest, Fix, FixTarget, LayerName, PatchOperation } from '../decision.ts';
import { type CompiledPolicy, parsePolicy } from '../document.ts';
import { evaluate, type PolicySet } from '../evaluate.ts';
import type { NearMiss } from './near-miss.ts';
import { policiesOf } from './near-misses.ts';
import { applyPatch } from './patch.ts';

/** Maximum number of fixes of one decision, and of edits that are tried. */
const maxFixes = 5;
const maxTrials = 16;

const targets: Readonly<Record<LayerName, FixTarget>> = {
  trust: 'trust-policy',
  resource: 'resource-policy',
  identity: 'identity-policy',
  boundary: 'boundary',
  session: 'session-policy',
  scp: 'scp',
  rcp: 'rcp',
};

/** An edit that the evaluator confirmed, with the near misses that it corrects. */
interface ConfirmedFix extends Omit<Fix, 'sentence'> {
  readonly misses: readonly NearMiss[];
}

/** Tries near misses one by one or, where several elements do not match, together. Empty when the request is allowed already. */
export function findFixes(
  { allowed }: Evaluation,
  misses: readonly NearMiss[],
  request: EvaluationRequest,
  policies: PolicySet,
): readonly ConfirmedFix[] {
  if (allowed) return [];
  const fixes: ConfirmedFix[] = [];
  let trials = 0;
  for (const group of groups(misses)) {
    for (const candidate of candidatesOf(group)) {
      if (fixes.length >= maxFixes || trials >= maxTrials) return fixes;
      trials += 1;
      const fix = confirm(candidate, request, policies);
      if (fix !== undefined) fixes.push(fix);
    }
  }
  return fixes;
}

/** The edits of one statement that can be sufficient. A change of Version may correct several elements. */
function candidatesOf(group: readonly NearMiss[]): readonly (readonly NearMiss[])[] {
  const alone = group.map(miss => [miss]);
  if (group.some(miss => miss.why.code === 'variables-need-version')) return [...alone, group];
  const mismatchCount = group[0]?.mismatchCount ?? 0;
  if (mismatchCount <= 1) return alone;
  return group.length < mismatchCount ? [] : [group];
}

/** Near misses with an edit, by statement, in order. */
function groups(misses: readonly NearMiss[]): readonly (readonly NearMiss[])[] {
  const found = new Map<string, NearMiss[]>();
  for (const miss of misses) {
    if (miss.patch === undefined) continue;
    const place = `${miss.layer} ${miss.policy} ${miss.statement}`;
    const group = found.get(place) ?? [];
    group.push(miss);
    found.set(place, group);
  }
  return [...found.values()];
}

function confirm(
  misses: readonly NearMiss[],
  request: EvaluationRequest,
  policies: PolicySet,
): ConfirmedFix | undefined {
  const [first] = misses;
  if (first === undefined) return undefined;
  const { layer, policy } = first;
  const patch = misses.flatMap(miss => miss.patch ?? []);
  const old = policiesOf(policies, layer)[policy];
  const edited = old === undefined ? undefined : applyEdit(old, patch);
  if (edited === undefined || !evaluate(request, replacePolicy(policies, layer, policy, edited)).allowed)
    return undefined;
  return { target: targets[layer], policy, patch, misses };
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
