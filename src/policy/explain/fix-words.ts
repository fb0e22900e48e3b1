/** The words of fixes: titles, what an edit changes and whom it lets in, and what to do where no edit is right. */
import { readPointer } from '../../kernel/json.ts';
import type { Evaluation, EvaluationRequest, Fix, LayerName, PatchOperation, Why } from '../decision.ts';
import { evaluate, type PolicySet, resourceAccount } from '../evaluate.ts';
import { everything, targets } from './edited.ts';
import type { Edit, NearMiss } from './near-miss.ts';

export const TITLES = {
  widening: 'Allow this caller as well',
  caller: 'Change the call',
  workflow: 'Change the job that gets the token',
  unclear: 'Check which of the two you meant',
} as const;

/** `Correct the condition`; several elements: the statement. */
export function titleOfCorrection(misses: readonly NearMiss[]): string {
  const names = new Set(misses.map(({ path }) => readPointer(path).find(step => elements.has(step)) ?? 'Document'));
  const [only] = names;
  return `Correct the ${names.size === 1 && only !== undefined ? (elements.get(only) ?? 'document') : 'statement'}`;
}

const elements: ReadonlyMap<string, string> = new Map([
  ['Principal', 'principal'],
  ['Action', 'action'],
  ['Resource', 'resource'],
  ['Condition', 'condition'],
]);

/** What the patch changes, and whom it lets in. The patch may have more operations than the edits. */
export function sentenceOfEdit(
  { misses, edits }: { readonly misses: readonly NearMiss[]; readonly edits: readonly Edit[] },
  patch: readonly PatchOperation[],
  admits: readonly string[],
): string {
  const changes = misses.map((miss, at) => changeOf(miss, edits[at]?.patch ?? []));
  const known = edits.reduce((count, edit) => count + edit.patch.length, 0);
  const added = patch.slice(known).map(operation => additionOf(operation));
  const [first, ...more] = admits;
  const lets =
    first === undefined ? '' : `This lets in ${first}${more.length === 0 ? '' : `, and ${more.length} more`}.`;
  return [...changes, ...added, lets].filter(part => part !== '').join(' ');
}

/** What to change, from the operations of an edit. */
function changeOf({ why, effect }: NearMiss, patch: readonly PatchOperation[]): string {
  const [first, second, third] = patch;
  if (first === undefined) return '';
  if (why.code === 'no-statement') return `Add a statement for this caller: ${text(why['statement'])}.`;
  const { statement, element } = placeOf(first.path);
  if (first.op === 'remove') {
    const moved = second === undefined ? `remove ${element}` : `change ${element} to ${placeOf(second.path).element}`;
    return `${statement}${moved}${third === undefined ? '' : withValue(third, why)}.`;
  }
  if (first.path.endsWith('/-') || (Array.isArray(first.value) && first.op === 'replace')) {
    const value = Array.isArray(first.value) ? first.value.at(-1) : first.value;
    const verb = effect === 'Deny' ? 'exempt' : 'allow';
    return `${statement}${verb} ${JSON.stringify(value)} as well in ${element}.`;
  }
  const value = JSON.stringify(first.value);
  const more =
    second === undefined
      ? ''
      : ` and add ${placeOf(second.path).element} ${JSON.stringify('value' in second ? second.value : '')}`;
  // An item of a list: the others stay.
  if (/\/\d+$/.test(first.path))
    return `${statement}replace ${JSON.stringify(why['expected'])} with ${value} in ${element}${more}.`;
  const isNew = first.op === 'add' && why.code !== 'variables-need-version';
  return `${statement}${isNew ? `add ${element} ${value}` : `set ${element} to ${value}`}${more}.`;
}

/** What happens to the value of a condition that is moved. */
function withValue(operation: PatchOperation, why: Why): string {
  if (operation.op === 'remove') return '';
  const value = JSON.stringify(operation.value);
  if (operation.op === 'add') return ` and allow ${value} as well`;
  return /\/\d+$/.test(operation.path)
    ? ` and replace ${JSON.stringify(why['expected'])} with ${value}`
    : ` with the value ${value}`;
}

function additionOf(operation: PatchOperation): string {
  if (operation.op === 'remove') return '';
  const { statement, element } = placeOf(operation.path);
  if (operation.path.endsWith('/-'))
    return `${statement}allow ${JSON.stringify(operation.value)} as well in ${element}.`;
  const value = JSON.stringify(operation.value);
  return operation.op === 'replace'
    ? `${statement}set ${element} to ${value}.`
    : `${statement}add ${element} ${value}.`;
}

/** A JSON Pointer into a policy in words: `Statement 1: `, `StringLike sub`. */
function placeOf(path: string): { readonly statement: string; readonly element: string } {
  const [top = '', ...parts] = readPointer(path);
  if (top !== 'Statement') return { statement: 'Document: ', element: top };
  const numbered = /^\d+$/.test(parts[0] ?? '');
  const [element = 'the statement', ...names] = numbered ? parts.slice(1) : parts;
  const words = names.filter(name => name !== '-' && !/^\d+$/.test(name)).join(' ');
  return {
    statement: `Statement ${numbered ? Number(parts[0]) + 1 : 1}: `,
    element: element === 'Condition' ? words || 'the conditions' : `${element}${words === '' ? '' : ` ${words}`}`,
  };
}

type Advice = Pick<Fix, 'side' | 'title' | 'sentence'>;

const text = (value: Why[string]): string => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));

const advice: ReadonlyMap<string, (why: Why) => Advice> = new Map<string, (why: Why) => Advice>([
  [
    'other-ids',
    ({ wanted, real }) => ({
      side: 'caller',
      title: 'Check who has the name now',
      sentence: `The policy trusts ${text(wanted)}, and the token is from ${text(real)}: the same names with other numeric ids. The repository or its owner was deleted and created again, or somebody else took over the name. Change the ids in the policy only if you know the new owner.`,
    }),
  ],
  [
    'other-id',
    ({ key, expected, actual }) => ({
      side: 'caller',
      title: 'Check whose id it is',
      sentence: `The policy trusts ${text(key)} "${text(expected)}", and the token has "${text(actual)}": it is from another owner or repository, or from one that was deleted and created again. Use a token of the one that the policy names; add the other id only if you know whose it is.`,
    }),
  ],
  [
    'claim-not-exposed',
    ({ key, better }) => ({
      side: 'policy',
      title: 'Use a key that AWS has',
      sentence:
        typeof better === 'string'
          ? `Replace the condition on ${text(key)} with one on ${better}, with a value of that claim.`
          : `Replace the condition on ${text(key)} with one on a claim that AWS exposes, such as sub.`,
    }),
  ],
  [
    'issuer-as-key',
    ({ key }) => ({
      side: 'policy',
      title: 'Remove the condition on the issuer',
      sentence: `Remove the condition on ${text(key)}: the Principal names the provider, and with it the issuer.`,
    }),
  ],
  [
    'period-over',
    ({ key, operator, expected }) => ({
      side: 'policy',
      title: 'Extend the period',
      sentence: `Write a later time than "${text(expected)}" in ${text(operator)} ${text(key)}, or remove the statement: its period is over.`,
    }),
  ],
  [
    'variable-without-value',
    ({ variable, caller, expected }) =>
      caller === undefined
        ? {
            side: 'caller',
            title: 'Make a call that has the key',
            sentence: `Make the call so that the request has ${text(variable)}: its value belongs into "${text(expected)}".`,
          }
        : {
            side: 'policy',
            title: 'Use a variable that the request has',
            sentence: `Replace \${${text(variable)}} in "${text(expected)}": requests of a caller of type ${text(caller)} never contain ${text(variable)}.`,
          },
  ],
  [
    'value-of-other-key',
    ({ key, better, expected }) => ({
      side: 'policy',
      title: 'Move the value to its key',
      sentence: `Write the value "${text(expected)}" under ${text(better)}, and a value of its own under ${text(key)}.`,
    }),
  ],
  [
    'key-not-for-caller',
    ({ key, caller }) => ({
      side: 'policy',
      title: 'Use a key that the request has',
      sentence: `Replace the condition on ${text(key)}: requests of a caller of type ${text(caller)} never contain it.`,
    }),
  ],
  [
    'key-not-in-action',
    ({ key, action }) => ({
      side: 'policy',
      title: 'Use a key that the request has',
      sentence: `Replace the condition on ${text(key)}: requests of ${text(action)} never contain it.`,
    }),
  ],
  [
    'excluded-value',
    ({ key, actual }) => ({
      side: 'caller',
      title: 'Make a call that the policy does not exclude',
      sentence: `The policy excludes ${text(key)} "${text(actual)}": make the call with a value that it does not exclude.`,
    }),
  ],
  [
    'key-required',
    ({ key }) => ({
      side: 'caller',
      title: 'Make a call that has the key',
      sentence: `Make the call so that the request has ${text(key)}: the policy requires it.`,
    }),
  ],
  [
    'key-prohibited',
    ({ key }) => ({
      side: 'caller',
      title: 'Make a call without the key',
      sentence: `Make the call so that the request does not have ${text(key)}: the policy requires it to be absent.`,
    }),
  ],
  [
    'key-unknown',
    ({ key }) => ({
      side: 'policy',
      title: 'Check the name of the key',
      sentence: `Check the name ${text(key)}: no request that Rolecall knows contains it.`,
    }),
  ],
]);

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

const deadAdvice = ({ why }: NearMiss): Advice =>
  deadWords.get(why.code)?.(why) ?? {
    side: 'policy',
    title: 'Correct the value that nothing matches',
    sentence: `No token of the identity provider matches "${text(why['expected'])}" in ${text(why['operator'])} ${text(why['key'])}, and it does not say that "${text(why['actual'])}" is meant: write the value of the one that you mean.`,
  };

/** Values that nobody has, in other words than those for subjects. */
const deadWords: ReadonlyMap<string, (why: Why) => Advice> = new Map([
  [
    'star-in-string-equals',
    ({ key, operator, better, expected }: Why) => ({
      side: 'policy' as const,
      title: 'Write a value, or a pattern under another operator',
      sentence: `No ${text(key)} contains * or ?, so "${text(expected)}" in ${text(operator)} matches nothing: write the whole value, or the pattern under ${text(better)}.`,
    }),
  ],
  [
    'operator-of-other-type',
    ({ key, operator, better, expected }: Why) => ({
      side: 'policy' as const,
      title: 'Compare addresses with blocks',
      sentence: `Write ${text(key)} "${text(expected)}" under ${text(better)}: under ${text(operator)} it matches no address.`,
    }),
  ],
  [
    'other-principal',
    ({ expected }: Why) => ({
      side: 'policy' as const,
      title: 'Correct the principal that does not exist',
      sentence: `Principals of services end with the domain of a partition, such as amazonaws.com, so no service is named ${[expected].flat().join(' or ')}: write the principal from the guide of the service that you mean.`,
    }),
  ],
  [
    'session-in-principal-arn',
    ({ key, role }: Why) => ({
      side: 'policy' as const,
      title: 'Name the role, not its session',
      sentence: `Write the ARN of the role, with its path, under ${text(key)}: ${text(role)}. It then admits every session of the role; a single session can be named in Principal only.`,
    }),
  ],
]);

function unclearAdvice({ unclear, why }: NearMiss): Advice | undefined {
  if (unclear !== true) return undefined;
  const isService = why.code === 'principal-spelling' && text(why['expected']).endsWith('.amazonaws.com');
  const place = why['key'] === undefined ? 'the policy' : `the policy, under ${text(why['key'])},`;
  return {
    side: 'caller',
    title: TITLES.unclear,
    sentence: isService
      ? SERVICE_NAMES(why)
      : `The request has "${text(why['actual'])}" and ${place} has "${text(why['expected'])}". Both can exist, and they are easily confused. If the policy is right, use the one that it names; if it has a typo, correct the policy by hand.`,
  };
}

/** AWS publishes no list of its service principals. */
const SERVICE_NAMES = ({ expected, actual }: Why): string =>
  `The caller is ${text(actual)} and the policy has ${text(expected)}. If the guide of the service does not name ${text(expected)}, it is a typo: correct the policy by hand.`;

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
