/** The words of fixes where no edit is right: what to do about a statement, a missing permission, and what refuses. */
import type { Evaluation, EvaluationRequest, Fix, LayerName } from '../decision.ts';
import { evaluate, type PolicySet, resourceAccount } from '../evaluate.ts';
import { type Advice, advice, deadWords, text } from './advice.table.ts';
import { everything, targets } from './edited.ts';
import type { NearMiss } from './near-miss.ts';

export const TITLES = {
  widening: 'Allow this caller as well',
  caller: 'Change the call',
  workflow: 'Change the job that gets the token',
  unclear: 'Check which of the two you meant',
} as const;

/** What to do about a statement in words; empty when nothing is known, or an edit or the caller's side says it. */
export function adviceFor(group: readonly NearMiss[]): readonly Fix[] {
  const found = group.flatMap(miss => {
    const isTold = (miss.edits ?? []).length > 0 || (miss.send !== undefined && miss.unclear !== true);
    if (miss.dead !== true && isTold) return [];
    const words =
      miss.dead === true ? deadAdvice(miss) : (advice.get(miss.why.code)?.(miss.why) ?? unclearAdvice(miss));
    return words === undefined ? [] : [{ ...words, admits: [], target: targets[miss.layer], policy: miss.policy }];
  });
  return found.slice(0, 1);
}

/** Words for a value that nobody has, where every edit of it lets in others; undefined where no value is a mistake. */
export function mistakeAdvice(misses: readonly NearMiss[]): Fix | undefined {
  // A value with a caution can be right for others.
  const miss = misses.find(
    ({ edits: [edit] = [], why }) =>
      edit?.widens === false && edit.caution === undefined && why['operator'] !== undefined,
  );
  if (miss === undefined) return undefined;
  const { why, layer, policy } = miss;
  return {
    side: 'policy',
    title: 'Correct the value that nothing matches',
    sentence: `Nothing matches "${text(why['expected'])}" in ${text(why['operator'])} ${text(why['key'])}: write the value that you mean.`,
    admits: [],
    target: targets[layer],
    policy,
  };
}

const deadAdvice = ({ why }: NearMiss): Advice =>
  deadWords.get(why.code)?.(why) ?? {
    side: 'policy',
    title: 'Correct the value that nothing matches',
    sentence: `${String(why['key']).toLowerCase().startsWith('saml:') ? 'No assertion' : 'No token of the identity provider'} matches "${text(why['expected'])}" in ${text(why['operator'])} ${text(why['key'])}, and it does not say that "${text(why['actual'])}" is meant: write the value of the one that you mean.`,
  };

function unclearAdvice({ unclear, why }: NearMiss): Advice | undefined {
  if (unclear !== true) return undefined;
  const isService = why.code === 'principal-spelling' && text(why['expected']).endsWith('.amazonaws.com');
  const place = why['key'] === undefined ? 'the policy' : `the policy, under ${text(why['key'])},`;
  return {
    side: 'caller',
    title: TITLES.unclear,
    sentence: isService
      ? `The caller is ${text(why['actual'])} and the policy has ${text(why['expected'])}. AWS publishes no list of its service principals: if the guide of the service does not name ${text(why['expected'])}, it is a typo; correct the policy by hand.`
      : `The request has "${text(why['actual'])}" and ${place} has "${text(why['expected'])}". Both can exist, and they are easily confused. If the policy is right, use the one that it names; if it has a typo, correct the policy by hand.`,
  };
}

/** The statement that an identity policy lacks, in words: which policy it belongs to is not known here. */
export function missingPermission(
  { layers, action, resource, principal }: Evaluation,
  misses: readonly NearMiss[],
  request: EvaluationRequest,
  policies: PolicySet,
): readonly Fix[] {
  if (!layers.some(one => one.layer === 'identity' && one.outcome === 'implicit-deny')) return [];
  // A statement that was meant to allow it needs a correction, not another statement beside it.
  if (
    misses.some(
      ({ layer, mismatchCount, why }) => layer === 'identity' && mismatchCount === 1 && why.code !== 'other-action',
    )
  )
    return [];
  const isEnough = evaluate(request, { ...policies, identity: [...(policies.identity ?? []), everything] }).allowed;
  const account = 'account' in principal ? principal.account : undefined;
  const isOther = account !== undefined && resourceAccount(request, account) !== account;
  if (!isEnough && !isOther) return [];
  const statement = JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource });
  return [
    {
      side: 'policy',
      title: 'Give the caller the permission',
      sentence: `Add this statement to an identity policy of ${ownerOf(principal)}: ${statement}.`,
      admits: [],
      target: 'identity-policy',
    },
  ];
}

/** Whose identity policies those of the caller are. */
const ownerOf = ({ type }: Evaluation['principal']): string =>
  type === 'federated-user' ? 'the user that called GetFederationToken' : 'the caller';

/** What the caller can do where nothing in the call or the policies is near: by the layer that refuses. */
export function lastResort({ layers, reason, action }: Evaluation): Fix {
  const layer = layers.find(({ outcome }) => outcome === reason)?.layer;
  const denied = `A Deny statement refuses it, and no permission overrides a Deny: make a call that the statement does not deny, or ask the owner of the policy.`;
  const isAllowed = layers.some(({ statements }) => statements.some(({ effect }) => effect === 'Allow'));
  const other = isAllowed ? OTHER_CALLER : NOBODY;
  const sentence = reason === 'explicit-deny' ? denied : (limits.get(layer)?.(action) ?? other);
  return { side: 'caller', title: TITLES.caller, sentence, admits: [] };
}

const NOBODY = 'No policy allows it to anybody: ask the owner of the resource for a statement that does.';
const OTHER_CALLER = 'Make the call as somebody whom the policy allows already.';
const limits: ReadonlyMap<LayerName | undefined, (action: string) => string> = new Map<
  LayerName,
  (action: string) => string
>([
  ['session', action => `Get a session whose session policies allow ${action}.`],
  ['boundary', action => `Make the call as a user or role whose permissions boundary allows ${action}.`],
  ['scp', action => `Make the call from an account whose service control policies allow ${action}.`],
  ['rcp', action => `Make the call on a resource whose resource control policies allow ${action}.`],
]);
