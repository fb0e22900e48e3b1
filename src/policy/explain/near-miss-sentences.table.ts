/** Near misses in words, one row per code: what AWS compared, what it found, and what would have matched. docs/reference/near-misses.md lists them. */
import type { Why } from '../decision.ts';
import { quoted, type Sentence } from './reason-sentences.table.ts';

/** The kinds of GitHub subjects, in words. */
const kinds: ReadonlyMap<unknown, string> = new Map([
  ['branch', 'a run on a branch ("ref:refs/heads/…")'],
  ['tag', 'a run on a tag ("ref:refs/tags/…")'],
  ['ref', 'a run on a branch or tag ("ref:…")'],
  ['pull-request', 'a pull request ("pull_request")'],
  ['environment', 'a job with an environment ("environment:…")'],
]);

/** The element that AWS compares: the operator and key of a condition, or the resource. */
const compared = ({ key, operator }: Why): string =>
  key === undefined ? 'Resource' : operator === undefined ? String(key) : `${String(operator)} ${String(key)}`;

/** What AWS compared and what it found, followed by the difference. */
const differing = (why: Why, difference: string): string =>
  `${compared(why)}: the request has ${quoted(why['actual'])}, the policy has ${quoted(why['expected'])}. ${difference}`;

/** The caller and the principal in the policy, followed by the difference. */
const otherPrincipal = (why: Why, difference: string): string =>
  `The caller's principal is ${String(why['actual'])}, the statement has ${String(why['expected'])}. ${difference}`;

/** The caller's identity provider and the one in the policy, followed by the difference. */
const otherProvider = (why: Why, difference: string): string =>
  `The caller's provider is ${String(why['actual'])}, the statement has ${String(why['expected'])}. ${difference}`;

/** When AWS sends a condition key; `when` is a row's in context-keys.table.ts. */
const sent = ({ when }: Why): string =>
  when === 'in every request' ? 'AWS always sends it' : `AWS sends it ${String(when)}`;

const notInContext = ({ key }: Why): string => `The request context does not contain ${String(key)}`;
const neverInContext = ({ key }: Why): string => `The request context never contains ${String(key)}`;

/** Near misses: what AWS compared, what it found, and what would have matched. */
export const nearMissSentences: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  ['letter-case', why => differing(why, 'They differ only in letter case, and the comparison is case-sensitive.')],
  [
    'surrounding-blanks',
    why => differing(why, 'The policy value has leading or trailing whitespace, which AWS does not ignore.'),
  ],
  ['missing-segment', why => differing(why, `The policy value lacks the segment ${quoted(why['segment'])}.`)],
  ['extra-segment', why => differing(why, `The policy value has the extra segment ${quoted(why['segment'])}.`)],
  [
    'subject-kind',
    why =>
      differing(
        why,
        `The request is from ${kinds.get(why['realKind'])}; the policy value is for ${kinds.get(why['wantedKind'])}.`,
      ),
  ],
  [
    'star-in-string-equals',
    why =>
      differing(
        why,
        `${String(why['operator'])} does not treat * and ? as wildcards; ${String(why['better'])} does, and the value would match.`,
      ),
  ],
  [
    'immutable-subject',
    why =>
      differing(
        why,
        why['immutable'] === true
          ? 'The token has an immutable subject, which contains the owner and repository ids (@); the policy value has no ids or other ids.'
          : 'The policy value has the form of an immutable subject, with the owner and repository ids (@); the subject of the token has no ids.',
      ),
  ],
  [
    'other-ids',
    why =>
      differing(
        why,
        `The names are the same, the numeric ids are not: the request is from ${quoted(why['real'])}, the policy trusts ${quoted(why['wanted'])}. A name can be taken over, an id cannot: this is another owner or repository.`,
      ),
  ],
  [
    'other-id',
    why =>
      differing(why, 'An id is never given to somebody else: this is another owner or repository, whatever its name.'),
  ],
  ['trailing-slash', why => differing(why, 'They differ in a trailing slash.')],
  ['scheme-in-value', why => differing(why, 'Only one of them starts with a URL scheme ("https://").')],
  [
    'account-digit',
    why =>
      `The request has the account number ${String(why['right'])}, the policy has ${String(why['wrong'])}. They differ in one digit or in two swapped digits: the policy value may be a typo.`,
  ],
  ['close-spelling', why => differing(why, 'They differ in one or two characters: the policy value may be a typo.')],
  [
    'differing-segment',
    why =>
      differing(
        why,
        `The request value has ${quoted(why['real'])} where the policy value has ${quoted(why['wanted'])}.`,
      ),
  ],
  [
    'principal-arn-path',
    why =>
      differing(
        why,
        'It is the same user or role with another path: aws:PrincipalArn contains the path of the user or role.',
      ),
  ],
  [
    'session-in-principal-arn',
    why =>
      differing(
        why,
        'aws:PrincipalArn is the ARN of the role, never of its session, so the policy value matches nobody.',
      ),
  ],
  [
    'operator-of-other-type',
    why =>
      differing(
        why,
        String(why['better']).includes('IpAddress')
          ? `${String(why['operator'])} compares text, and no address is equal to a block; ${String(why['better'])} compares addresses with blocks.`
          : `${String(why['operator'])} compares ARNs only, and the value of ${String(why['key'])} is none; ${String(why['better'])} compares text.`,
      ),
  ],
  ['period-over', why => differing(why, 'The period that the policy names is over.')],
  ['period-not-begun', why => differing(why, 'The period that the policy names has not begun.')],
  [
    'variable-without-value',
    why => `${compared(why)}: the request has no value for the variable in ${quoted(why['expected'])}.`,
  ],
  ['other-value', why => differing(why, 'The values do not match.')],
  [
    'value-of-other-key',
    why =>
      `${compared(why)}: the policy has ${quoted(why['expected'])}, which is a value of ${String(why['better'])}: the request has it there.`,
  ],
  [
    'issuer-as-key',
    why =>
      `${neverInContext(why)}: AWS does not expose iss as a condition key. The provider in Principal stands for the issuer.`,
  ],
  [
    'aud-against-azp',
    why =>
      `${String(why['key'])} is ${quoted(why['actual'])}: AWS sets it to the authorized party (azp) when the token has one. The policy value matches the audience ${quoted(why['audience'])}, which is in ${String(why['better'])}.`,
  ],
  [
    'key-with-scheme',
    why => `${notInContext(why)}: a condition key has no URL scheme. It contains ${String(why['better'])}.`,
  ],
  [
    'key-trailing-slash',
    why =>
      `${notInContext(why)}. It contains ${String(why['better'])}; the keys differ in the trailing slash of the issuer.`,
  ],
  ['key-spelling', why => `${notInContext(why)}. Did you mean ${String(why['better'])}, which it contains?`],
  [
    'key-of-other-issuer',
    why =>
      `${notInContext(why)}, which is a key of another issuer. For the issuer of this token, it contains ${String(why['better'])}.`,
  ],
  [
    'claim-not-exposed',
    why => {
      const head = `${neverInContext(why)}: AWS does not expose the claim ${String(why['claim'])} as a condition key.`;
      if (typeof why['better'] === 'string') return `${head} The closest key is ${why['better']}.`;
      return Array.isArray(why['claims'])
        ? `${head} The exposed claims of this issuer are ${why['claims'].join(', ')}.`
        : head;
    },
  ],
  ['key-not-for-caller', why => `${neverInContext(why)} for a caller of type ${String(why['caller'])} (${sent(why)}).`],
  ['key-not-in-action', why => `${neverInContext(why)} in ${String(why['action'])} (${sent(why)}).`],
  [
    'key-of-service',
    why => `${notInContext(why)}. A service sends its keys with some actions only, when the request has the parameter.`,
  ],
  ['key-absent-now', why => `${notInContext(why)} (${sent(why)}).`],
  ['key-unknown', why => `${notInContext(why)}, and Rolecall does not know this key.`],
  [
    'multivalued-key',
    why =>
      `${String(why['key'])} is multivalued, and ${String(why['operator'])} without ForAllValues or ForAnyValue never matches a multivalued key. ${String(why['better'])} compares each of its values.`,
  ],
  [
    'for-all-values-absent',
    why =>
      `${String(why['operator'])} is true because the request context does not contain ${String(why['key'])}: ForAllValues is true for an empty set of values.`,
  ],
  [
    'variables-need-version',
    why => `AWS compares ${quoted(why['expected'])} as literal text: policy variables need "Version": "2012-10-17".`,
  ],
  [
    'wrong-assume-action',
    why => `The call is ${String(why['actual'])}, the statement allows ${String(why['expected'])}.`,
  ],
  [
    'session-action-missing',
    why =>
      `The call also requires ${String(why['actual'])}; the statement allows ${String(why['expected'])}, but not ${String(why['actual'])}.`,
  ],
  [
    'action-spelling',
    why =>
      `The action is ${String(why['actual'])}, the policy has ${String(why['expected'])}. Did you mean ${String(why['actual'])}?`,
  ],
  ['wrong-provider', why => otherProvider(why, 'They are different providers.')],
  ['provider-of-other-account', why => otherProvider(why, 'They are the same provider in different accounts.')],
  ['provider-with-scheme', why => otherProvider(why, 'The ARN of a provider has no URL scheme.')],
  ['provider-without-arn', why => otherProvider(why, 'IAM requires the ARN of the provider.')],
  ['provider-trailing-slash', why => otherProvider(why, 'They differ in a trailing slash.')],
  [
    'everyone-without-federated',
    why =>
      `The caller's provider is ${String(why['actual'])}, the statement has the principal "*". In a trust policy, "*" does not include web identity and SAML callers; the principal must be {"Federated": ${quoted(why['actual'])}}.`,
  ],
  [
    'principal-letter-case',
    why => otherPrincipal(why, 'They differ only in letter case, and the comparison is case-sensitive.'),
  ],
  ['principal-spelling', why => otherPrincipal(why, `Did you mean ${String(why['actual'])}?`)],
  ['role-path', why => otherPrincipal(why, 'The role has another path.')],
  [
    'other-session',
    why =>
      `The caller's session is ${String(why['session'])}, the statement has ${String(why['expected'])}. Both are sessions of the same role.`,
  ],
  [
    'deleted-principal',
    why =>
      otherPrincipal(
        why,
        `${String(why['expected'])} is the unique id of a deleted user or role, or of a different one.`,
      ),
  ],
]);
