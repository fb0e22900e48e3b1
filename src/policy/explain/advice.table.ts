/** What to do where no edit is right, one row for each reason. */
import type { Fix, Why } from '../decision.ts';

export type Advice = Pick<Fix, 'side' | 'title' | 'sentence'>;

/** An operand of a reason. */
export const text = (value: Why[string]): string => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));

/** By the code of a near miss. */
export const advice: ReadonlyMap<string, (why: Why) => Advice> = new Map<string, (why: Why) => Advice>([
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

/** Values that nobody has, in other words than those for subjects. */
export const deadWords: ReadonlyMap<string, (why: Why) => Advice> = new Map<string, (why: Why) => Advice>([
  [
    'star-in-string-equals',
    ({ key, operator, better, expected }) => ({
      side: 'policy',
      title: 'Write a value, or a pattern under another operator',
      sentence: `No ${text(key)} contains * or ?, so "${text(expected)}" in ${text(operator)} matches nothing: write the whole value, or the pattern under ${text(better)}.`,
    }),
  ],
  [
    'operator-of-other-type',
    ({ key, operator, better, expected }) => ({
      side: 'policy',
      title: 'Compare addresses with blocks',
      sentence: `Write ${text(key)} "${text(expected)}" under ${text(better)}: under ${text(operator)} it matches no address.`,
    }),
  ],
  [
    'other-principal',
    ({ expected }) => ({
      side: 'policy',
      title: 'Correct the principal that does not exist',
      sentence: `Principals of services end with the domain of a partition, such as amazonaws.com, so no service is named ${[expected].flat().join(' or ')}: write the principal from the guide of the service that you mean.`,
    }),
  ],
  [
    'session-in-principal-arn',
    ({ key, role }) => ({
      side: 'policy',
      title: 'Name the role, not its session',
      sentence: `Write the ARN of the role, with its path, under ${text(key)}: ${text(role)}. It then admits every session of the role; a single session can be named in Principal only.`,
    }),
  ],
]);
