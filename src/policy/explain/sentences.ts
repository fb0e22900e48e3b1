/** Codes into sentences. Only explain.ts reads this; a row per near miss and per reason, `docs/reference/near-misses.md` lists the former. */
import type { Why } from '../decision.ts';

type Sentence = (why: Why) => string;

const q = (value: Why[string]): string => `"${Array.isArray(value) ? value.join('", "') : String(value ?? '')}"`;

/** How a GitHub subject's kind reads in a sentence. */
const kinds: ReadonlyMap<unknown, string> = new Map([
  ['branch', 'a run on a branch ("ref:refs/heads/…")'],
  ['tag', 'a run on a tag ("ref:refs/tags/…")'],
  ['ref', 'a run on a branch or tag ("ref:…")'],
  ['pull-request', 'a pull request ("pull_request")'],
  ['environment', 'a job with an environment ("environment:…")'],
]);

/** What the value belongs to: a condition key, or the resource. */
const of = ({ key }: Why): string => (key === undefined ? 'Resource:' : `${String(key)}:`);

/** Near misses: what would have matched, and how it differs. */
export const nearMissSentences: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  [
    'letter-case',
    why =>
      `${of(why)} ${q(why['actual'])} differs from ${q(why['expected'])} only in letter case, and this comparison is case-sensitive.`,
  ],
  [
    'surrounding-blanks',
    why => `${of(why)} ${q(why['expected'])} in the policy has blanks around it; the request has ${q(why['actual'])}.`,
  ],
  [
    'missing-segment',
    why =>
      `${of(why)} the policy's ${q(why['expected'])} lacks the segment ${q(why['segment'])} of ${q(why['actual'])}.`,
  ],
  [
    'extra-segment',
    why =>
      `${of(why)} the policy's ${q(why['expected'])} has the segment ${q(why['segment'])} that ${q(why['actual'])} has not.`,
  ],
  [
    'subject-kind',
    why =>
      `${of(why)} the policy expects ${kinds.get(why['wantedKind'])}, but the token comes from ${kinds.get(why['realKind'])}: ${q(why['actual'])}.`,
  ],
  [
    'star-in-string-equals',
    why =>
      `${of(why)} ${String(why['operator'])} takes the wildcard in ${q(why['expected'])} literally; ${String(why['better'])} would match ${q(why['actual'])}.`,
  ],
  [
    'immutable-subject',
    why =>
      why['immutable'] === true
        ? `${of(why)} the repository uses immutable subjects, so its token says ${q(why['actual'])}, while the policy has the classic form ${q(why['expected'])}.`
        : `${of(why)} the policy has the immutable form ${q(why['expected'])}, but this token has a classic subject, ${q(why['actual'])}.`,
  ],
  ['trailing-slash', why => `${of(why)} ${q(why['expected'])} and ${q(why['actual'])} differ in a trailing slash.`],
  [
    'scheme-in-value',
    why => `${of(why)} ${q(why['expected'])} and ${q(why['actual'])} differ in the "https://" before the name.`,
  ],
  [
    'account-digit',
    why =>
      `Account number ${String(why['wrong'])} in the policy differs from ${String(why['right'])} in one place; it looks mistyped.`,
  ],
  [
    'close-spelling',
    why => `${of(why)} ${q(why['expected'])} in the policy is spelt almost like ${q(why['actual'])} in the request.`,
  ],
  [
    'differing-segment',
    why =>
      `${of(why)} the policy's ${q(why['expected'])} has ${q(why['wanted'])} where ${q(why['actual'])} has ${q(why['real'])}.`,
  ],
  [
    'other-value',
    why =>
      `${of(why)} the request has ${q(why['actual'])}, which ${String(why['operator'])} ${q(why['expected'])} does not match.`,
  ],
  [
    'aud-against-azp',
    why =>
      `${String(why['key'])} holds the authorized party (azp) ${q(why['actual'])} because the token has one; the audience ${q(why['audience'])} is in ${String(why['better'])}.`,
  ],
  [
    'key-with-scheme',
    why => `Condition key ${String(why['key'])} is spelt with a scheme; AWS calls it ${String(why['better'])}.`,
  ],
  [
    'key-trailing-slash',
    why =>
      `Condition key ${String(why['key'])} differs from the issuer in a trailing slash; the request carries ${String(why['better'])}.`,
  ],
  [
    'key-spelling',
    why =>
      `Condition key ${String(why['key'])} is not in the request; ${String(why['better'])} is, which is spelt almost alike.`,
  ],
  [
    'key-of-other-issuer',
    why => `Condition key ${String(why['key'])} belongs to another issuer; this token sets ${String(why['better'])}.`,
  ],
  [
    'claim-not-exposed',
    why => {
      const head = `${String(why['key'])} is never present: AWS does not make the claim ${String(why['claim'])} a condition key`;
      if (typeof why['better'] === 'string') return `${head}; the nearest that it does is ${why['better']}.`;
      return Array.isArray(why['claims']) ? `${head} for this issuer, only ${why['claims'].join(', ')}.` : `${head}.`;
    },
  ],
  [
    'key-not-for-caller',
    why =>
      `${String(why['key'])} is never present for a caller of type ${String(why['caller'])}: it is present ${String(why['when'])}.`,
  ],
  [
    'key-not-in-action',
    why => `${String(why['key'])} is never present in ${String(why['action'])}: it is present ${String(why['when'])}.`,
  ],
  ['key-absent-now', why => `${String(why['key'])} is not in this request: it is present ${String(why['when'])}.`],
  ['key-unknown', why => `${String(why['key'])} is not in the request, and is not a key that Rolecall knows.`],
  [
    'multivalued-key',
    why =>
      `${String(why['key'])} is multivalued, and ${String(why['operator'])} without ForAllValues or ForAnyValue never matches such a key; ${String(why['better'])} does.`,
  ],
  [
    'for-all-values-absent',
    why =>
      `${String(why['operator'])} holds because ${String(why['key'])} is absent: ForAllValues is true of no values at all.`,
  ],
  [
    'variables-need-version',
    why => `${q(why['expected'])} is plain text here: policy variables need "Version": "2012-10-17".`,
  ],
  [
    'wrong-assume-action',
    why => `The statement allows ${String(why['expected'])}, but this call is ${String(why['actual'])}.`,
  ],
  [
    'session-action-missing',
    why =>
      `The statement allows ${String(why['expected'])} but not ${String(why['actual'])}, which the call needs as well.`,
  ],
  [
    'action-spelling',
    why => `Action ${String(why['expected'])} in the policy is spelt almost like ${String(why['actual'])}.`,
  ],
  [
    'wrong-provider',
    why =>
      `The statement trusts the provider ${String(why['expected'])}, but the token comes from ${String(why['actual'])}.`,
  ],
  [
    'provider-of-other-account',
    why =>
      `The statement trusts this provider in another account: ${String(why['expected'])} instead of ${String(why['actual'])}.`,
  ],
  [
    'provider-with-scheme',
    why => `The provider ARN ${String(why['expected'])} has a scheme in it; IAM writes ${String(why['actual'])}.`,
  ],
  [
    'provider-without-arn',
    why => `The statement trusts ${String(why['expected'])} by its name; IAM needs the ARN ${String(why['actual'])}.`,
  ],
  [
    'provider-trailing-slash',
    why => `The provider ARNs ${String(why['expected'])} and ${String(why['actual'])} differ in a trailing slash.`,
  ],
  [
    'everyone-without-federated',
    why =>
      `{"AWS": "*"} in a trust policy does not admit web identity and SAML callers; the principal must be {"Federated": ${q(why['actual'])}}.`,
  ],
  [
    'principal-letter-case',
    why => `Principal ${String(why['expected'])} differs from ${String(why['actual'])} only in letter case.`,
  ],
  ['principal-spelling', why => `Principal ${String(why['expected'])} is spelt almost like ${String(why['actual'])}.`],
  [
    'role-path',
    why =>
      `Principal ${String(why['expected'])} names the role with another path; its ARN is ${String(why['actual'])}.`,
  ],
  [
    'other-session',
    why => `The statement names the session ${String(why['expected'])}; this one is ${String(why['session'])}.`,
  ],
  [
    'deleted-principal',
    why =>
      `Principal ${String(why['expected'])} is the id of a user or role that was deleted, or of another one; ${String(why['actual'])} has a different id.`,
  ],
]);

/** Reasons of single elements, for statements without a near miss. */
export const reasonSentences: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  ['principal-not-named', why => `it names ${q(why['expected'])}, not the caller`],
  ['principal-excluded', why => `its NotPrincipal names the caller (${q(why['expected'])})`],
  ['action-not-listed', why => `its actions are ${q(why['expected'])}`],
  ['action-excluded', why => `its NotAction has the action (${q(why['expected'])})`],
  ['action-missing', () => 'it has no actions'],
  ['resource-not-listed', why => `its resources are ${q(why['expected'])}`],
  ['resource-variable-without-value', why => `a variable in its NotResource ${q(why['expected'])} has no value`],
  ['resource-excluded', why => `its NotResource covers the resource (${q(why['expected'])})`],
]);

/** Reasons of conditions; operands: key, operator, expected, actual. */
export const conditionSentences: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  [
    'value-matched',
    why =>
      `${String(why['key'])} is ${q(why['actual'])}, which ${String(why['operator'])} ${q(why['expected'])} matches`,
  ],
  [
    'no-value-matched',
    why =>
      `${String(why['key'])} is ${q(why['actual'])}, not what ${String(why['operator'])} ${q(why['expected'])} wants`,
  ],
  [
    'no-excluded-value',
    why =>
      `${String(why['key'])} is ${q(why['actual'])}, which is none of ${q(why['expected'])} (${String(why['operator'])})`,
  ],
  [
    'excluded-value',
    why =>
      `${String(why['key'])} is ${q(why['actual'])}, which ${String(why['operator'])} ${q(why['expected'])} excludes`,
  ],
  [
    'malformed-request-value',
    why => `${String(why['key'])} is ${q(why['actual'])}, which is no value for ${String(why['operator'])}`,
  ],
  [
    'malformed-request-value-differs',
    why => `${String(why['key'])} is ${q(why['actual'])}, no value for ${String(why['operator'])} and so unequal`,
  ],
  [
    'malformed-policy-value',
    why =>
      `one of ${q(why['expected'])} is no value for ${String(why['operator'])}, which makes an Allow fail and a Deny apply`,
  ],
  ['variable-without-value', why => `a variable in ${q(why['expected'])} has no value in this request`],
  ['key-absent', why => `${String(why['key'])} is absent from the request`],
  ['key-absent-if-exists', why => `${String(why['key'])} is absent, which ${String(why['operator'])} lets pass`],
  [
    'key-absent-negated',
    why => `${String(why['key'])} is absent, which the negated ${String(why['operator'])} lets pass`,
  ],
  ['key-absent-for-all-values', why => `${String(why['key'])} is absent, and ForAllValues is true of no values`],
  ['key-absent-for-any-value', why => `${String(why['key'])} is absent, and ForAnyValue needs one value`],
  [
    'multivalued-key',
    why =>
      `${String(why['key'])} is multivalued, and ${String(why['operator'])} without a set qualifier never matches such a key`,
  ],
  [
    'all-values-matched',
    why => `all of ${q(why['actual'])} in ${String(why['key'])} satisfy ${String(why['operator'])}`,
  ],
  [
    'not-all-values-matched',
    why =>
      `not all of ${q(why['actual'])} in ${String(why['key'])} satisfy ${String(why['operator'])} ${q(why['expected'])}`,
  ],
  [
    'some-value-matched',
    why => `one of ${q(why['actual'])} in ${String(why['key'])} satisfies ${String(why['operator'])}`,
  ],
  [
    'no-request-value-matched',
    why =>
      `none of ${q(why['actual'])} in ${String(why['key'])} satisfies ${String(why['operator'])} ${q(why['expected'])}`,
  ],
  ['key-present-as-demanded', why => `${String(why['key'])} is present, as Null demands`],
  ['key-present', why => `${String(why['key'])} is present, and Null wants it absent`],
  ['key-absent-as-demanded', why => `${String(why['key'])} is absent, as Null demands`],
]);
